/// Where a data set's images lie under its root, as patterns of paths.
public struct Layout: Hashable, Sendable {
    public enum Images: Hashable, Sendable {
        /// All images of class folders: patterns such as `images/{domain}/{class}`. A domain has all that there are.
        case folders([String])
        /// The images that text files list, a line `clipart/aircraft_carrier/clipart_001_000001.jpg 0` for each: paths under
        /// the root whose last folder is the class, and a number that is not read. Patterns such as
        /// `splits/{domain}_train.txt`.
        case lists([String])
    }

    /// Who arranges the data set so, for people.
    public let origin: String
    public let images: Images
    /// How `{domain}` is written where it is not the domain's name.
    public let domainNames: [String: String]
    /// The class that a class folder stands for where that is not its name.
    public let classNames: [String: String]

    /// - Precondition: the last part of a pattern of folders is `{class}`.
    init(
        _ origin: String, _ images: Images, domainNames: [String: String] = [:], classNames: [String: String] = [:]
    ) {
        if case .folders(let patterns) = images {
            precondition(patterns.allSatisfy { $0.hasSuffix("/{class}") }, "class folders come last in \(patterns)")
        }
        self.origin = origin
        self.images = images
        self.domainNames = domainNames
        self.classNames = classNames
    }

    /// `domain/class/image`, for data sets of any name.
    public static let plain = Layout("domain/class", .folders(["{domain}/{class}"]))

    /// What is expected under a root, for people.
    public var patterns: [String] {
        switch images {
        case .folders(let patterns): patterns.map { $0 + "/<image>" }
        case .lists(let patterns): patterns
        }
    }

    /// A place of a domain's images under a root.
    enum Place: Hashable {
        /// A folder with images of a class.
        case folder(String, className: String)
        /// One image of a class, by its path.
        case image(String, className: String)

        var className: String {
            switch self {
            case .folder(_, let name), .image(_, let name): name
            }
        }
    }

    /// What there is of a domain under a root, or nil where the layout is not that of the tree.
    func places(of domain: String, under root: String) throws(DatasetError) -> [Place]? {
        let written = domainNames[domain] ?? domain
        var places: [Place] = []
        switch images {
        case .folders(let patterns):
            for pattern in patterns {
                let parent = "\(root)/\(pattern.dropLast("/{class}".count).replacing("{domain}", with: written))"
                guard isFolder(parent) else { return nil }
                for name in try folders(in: parent) {
                    places.append(.folder("\(parent)/\(name)", className: classNames[name] ?? name))
                }
            }
        case .lists(let patterns):
            for pattern in patterns {
                let list = "\(root)/\(pattern.replacing("{domain}", with: written))"
                guard isFile(list) else { return nil }
                for path in try listedPaths(in: list) {
                    let name = path.split(separator: "/").dropLast().last.map(String.init) ?? ""
                    places.append(.image("\(root)/\(path)", className: classNames[name] ?? name))
                }
            }
        }
        return places.isEmpty ? nil : places
    }
}

/// The paths that a list of images names, which are all inside the root.
private func listedPaths(in list: String) throws(DatasetError) -> [Substring] {
    var paths: [Substring] = []
    for (number, line) in try text(of: list).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let line = line.trimmingPrefix { $0.isWhitespace }
        guard let end = line.lastIndex(where: { !$0.isWhitespace }) else { continue }
        // The number comes after the last blank: a path may have blanks.
        guard let blank = line[...end].lastIndex(where: { $0 == " " || $0 == "\t" }),
            Int(line[line.index(after: blank)...end]) != nil
        else { throw .badList(path: list, line: number + 1, reason: "a path and a number are expected, such as “a/b/c.jpg 0”") }
        let path = line[..<blank]
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1, !parts.contains(where: { $0.isEmpty || $0 == ".." }) else {
            throw .badList(
                path: list, line: number + 1, reason: "“\(path)” is no path of an image in a class folder under the root")
        }
        paths.append(path)
    }
    return paths
}
