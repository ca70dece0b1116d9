/// Where a data set's images lie under its root, as patterns of paths.
public struct Layout: Hashable, Sendable {
    public enum Images: Hashable, Sendable {
        /// All images of class folders: patterns such as `images/{domain}/{class}`. A domain has all that there are.
        case folders([String])
        /// The images that text files list, a line `clipart/zebra/clipart_345_000001.jpg 344` for each: paths under the
        /// root whose last folder is the class, and a number that is not looked at. Patterns such as
        /// `splits/{domain}_train.txt`.
        case lists([String])
        /// The images that annotation files give a place and a class: Caltech Camera Traps.
        case annotations(CameraTraps)
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
        case .annotations(let traps): [traps.annotations[0] + ", …", traps.images + "/<image>"]
        }
    }

    /// A place of a domain's images under a root.
    enum Place: Hashable {
        /// A folder with images of a class.
        case folder(Name, className: Name)
        /// One image of a class, by its path.
        case image(Name, className: Name)

        var className: Name {
            switch self {
            case .folder(_, let name), .image(_, let name): name
            }
        }

        var path: Name {
            switch self {
            case .folder(let path, _), .image(let path, _): path
            }
        }

        /// The place with its class's name composed.
        var composed: Place {
            switch self {
            case .folder(let path, let name): .folder(path, className: name.composed)
            case .image(let path, let name): .image(path, className: name.composed)
            }
        }
    }

    /// What there is under a root of each domain that has its place there.
    func places(of domains: [Name], under root: String) throws(DatasetError) -> [Name: [Place]] {
        var places: [Name: [Place]] = [:]
        if case .annotations(let traps) = images { return try traps.places(of: domains, under: root) }
        for domain in domains { places[domain] = try self.places(of: domain, under: root) }
        return places
    }

    private func places(of domain: Name, under root: String) throws(DatasetError) -> [Place]? {
        let written = domainNames[domain.text] ?? domain.text
        var places: [Place] = []
        switch images {
        case .annotations: return nil
        case .folders(let patterns):
            for pattern in patterns {
                let parent = "\(root)/\(pattern.dropLast("/{class}".count).replacing("{domain}", with: written))"
                guard isFolder(parent) else { return nil }
                for name in try folders(in: parent) {
                    places.append(.folder(Name("\(parent)/\(name)"), className: className(of: name.text)))
                }
            }
        case .lists(let patterns):
            for pattern in patterns {
                let list = "\(root)/\(pattern.replacing("{domain}", with: written))"
                guard isFile(list) else { return nil }
                for path in try listedPaths(in: list) {
                    places.append(.image(Name("\(root)/\(path)"), className: className(of: String(path.folderName))))
                }
            }
        }
        return places.isEmpty ? nil : places
    }

    private func className(of folder: String) -> Name { Name(classNames[folder] ?? folder) }
}

/// The paths that a list of images names, which are all inside the root.
private func listedPaths(in list: String) throws(DatasetError) -> [String] {
    func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    func isEnd(_ byte: UInt8) -> Bool { isBlank(byte) || byte == UInt8(ascii: "\r") }
    var paths: [String] = []
    let lines = try TextFile.text(of: list).utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for (number, line) in lines.enumerated() {
        let line = line.drop(while: isBlank)
        guard let end = line.lastIndex(where: { !isEnd($0) }) else { continue }
        // The number comes after the last blank: a path may have blanks.
        guard let blank = line[...end].lastIndex(where: isBlank),
            Int(Substring(line[line.index(after: blank)...end])) != nil
        else {
            throw .badList(
                path: list, line: number + 1, reason: "a path and a number are expected, such as “a/b/c.jpg 0”")
        }
        let path = line[..<blank]
        // Some lists write “./domain/…”.
        let parts = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .drop { $0.elementsEqual(".".utf8) }
        guard parts.count > 1,
            !parts.contains(where: { $0.isEmpty || $0.elementsEqual("..".utf8) || $0.elementsEqual(".".utf8) })
        else {
            throw .badList(
                path: list, line: number + 1,
                reason: "“\(Substring(path))” is not the path of an image in a class folder under the root")
        }
        paths.append(String(Substring(path[(parts.first?.startIndex ?? path.startIndex)...])))
    }
    return paths
}
