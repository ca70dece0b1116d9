import Foundation

/// A domain in parts, by a file that names the images of each or by a rule.
public struct DomainParts: Hashable, Sendable {
    /// Every image that is in a part. Those that are in none are not used at all.
    public let images: DomainManifest
    /// The images that train; the manifest's domain is `trainName` of the domain.
    public let train: DomainManifest
    /// The images that training is validated on; the manifest's domain is `validationName` of the domain.
    public let validation: DomainManifest
    /// Paths of the domain's images that the file does not name. What a rule leaves out is not among them.
    public let extra: [Name]

    public static func trainName(_ domain: Name) -> Name { "\(domain)/train" }
    public static func validationName(_ domain: Name) -> Name { "\(domain)/val" }

    /// A sentence about the images that are left out, or nil where there are none.
    public var extraNote: String? {
        guard !extra.isEmpty else { return nil }
        let more = extra.count > 3 ? " and \(extra.count - 3) more" : ""
        return "\(images.domain): left out, because its split does not name them: "
            + extra.prefix(3).map(\.text).joined(separator: ", ") + more
    }
}

extension ImageFolder {
    /// Reads the split file of a domain out of a folder.
    /// - Parameters:
    ///   - domain: one that the data set has.
    ///   - folder: with files such as `a_train_val_split.json` or `art_painting_train_val_split.json`.
    /// - Throws: `DatasetError` where there is none for the domain, or it is none.
    public func splitFile(
        of domain: Name, in folder: String
    ) throws(DatasetError) -> (file: SplitFile, path: String) {
        let names = splitNames(of: domain)
        guard let path = names.map({ "\(folder)/\($0)" }).first(where: isFile) else {
            _ = try contents(of: folder)
            throw .noSplit(folder: folder, domains: [domain], expected: [names])
        }
        return (try SplitFile(contentsOf: path), path)
    }

    /// Makes sure that a folder has a split file for each of some domains.
    /// - Throws: `DatasetError`, of all for which there is none.
    public func checkSplits(of domains: [Name], in folder: String) throws(DatasetError) {
        let missing = domains.filter { domain in !splitNames(of: domain).contains { isFile("\(folder)/\($0)") } }
        guard !missing.isEmpty else { return }
        _ = try contents(of: folder)
        throw .noSplit(folder: folder, domains: missing, expected: missing.map(splitNames))
    }

    private func splitNames(of domain: Name) -> [String] {
        SplitFile.names(of: domain.text, letter: known?.domains.first { Name($0.name) == domain }?.letter)
    }

    /// The parts of a domain, by its file in a folder of split files.
    /// - Parameters:
    ///   - domain: one that the data set has.
    ///   - folder: of split files.
    ///   - digests: gives the SHA-256 of each file, in order.
    /// - Throws: as `splitFile(of:in:)` and `parts(of:by:at:digests:)`.
    public func parts(
        of domain: Name, in folder: String, digests: ([String]) throws -> [Digest]
    ) throws -> DomainParts {
        let (file, path) = try splitFile(of: domain, in: folder)
        return try parts(of: domain, by: file, at: path, digests: digests)
    }

    /// The parts of a domain.
    ///
    /// An image is known by the end of its path: by its file name and its class and, where the domain has several such
    /// files, by as many folders above as it takes. So a split serves every layout. Classes go by their names, whatever
    /// their numbers; underscores and case do not matter.
    /// - Parameters:
    ///   - domain: one that the data set has.
    ///   - split: what the file at `path` holds.
    ///   - path: the split file's, for errors.
    ///   - digests: gives the SHA-256 of each file, in order.
    /// - Throws: `DatasetError` where images are not there or in both parts, or none is in one; what `digests` throws.
    public func parts(
        of domain: Name, by split: SplitFile, at path: String, digests: ([String]) throws -> [Digest]
    ) throws -> DomainParts {
        let entries = try images(of: domain)
        let matching = SplitMatching(entries, classes: classes)
        let skipped = Set(entries.indices.filter { isSkipped(entries[$0]) })
        var missing: [String] = []
        func places(_ items: [SplitFile.Item]) throws(DatasetError) -> Set<Int> {
            var places: Set<Int> = []
            for item in items {
                switch matching.place(of: item) {
                case .none: missing.append(item.path)
                case .one(let place): places.insert(place)
                case .several(let paths):
                    throw .badSplit(
                        path: path, reason: "\(item.path) may be any of these: \(paths.joined(separator: ", "))")
                }
            }
            return places
        }
        let train = try places(split.train).subtracting(skipped)
        let validation = try places(split.validation).subtracting(skipped)
        let test = try places(split.test).subtracting(skipped)
        guard missing.isEmpty else { throw DatasetError.missingOfSplit(path: path, root: root, missing: missing) }
        if let both = train.intersection(validation).min() {
            throw DatasetError.badSplit(path: path, reason: "\(entries[both].path) is in both train and val")
        }
        for (name, part) in [("train", train), ("val", validation)] where part.isEmpty {
            throw DatasetError.badSplit(path: path, reason: "no image is in \(name)")
        }

        let used = train.union(validation).union(test).union(skipped)
        return try parts(
            of: domain, entries, train: train, validation: validation, test: test,
            extra: entries.indices.filter { !used.contains($0) }.map { entries[$0].path }, digests: digests)
    }

    /// - Parameters:
    ///   - entries: the domain's images, of which the parts are places.
    ///   - test: what is only tested on.
    func parts(
        of domain: Name, _ entries: [Entry], train: Set<Int>, validation: Set<Int>, test: Set<Int> = [], extra: [Name] = [],
        digests: ([String]) throws -> [Digest]
    ) throws -> DomainParts {
        let named = train.union(validation).union(test).sorted()
        let found = try digests(named.map { entries[$0].path.text })
        precondition(found.count == named.count, "one digest for each file")
        let images = zip(named, found).map { place, digest in
            (place, LabelledImage(path: entries[place].path, digest: digest, label: entries[place].label))
        }
        func manifest(_ domain: Name, _ part: Set<Int>?) -> DomainManifest {
            DomainManifest(
                dataset: name, domain: domain, classes: classes,
                images: images.filter { part?.contains($0.0) ?? true }.map(\.1))
        }
        return DomainParts(
            images: manifest(domain, nil), train: manifest(DomainParts.trainName(domain), train),
            validation: manifest(DomainParts.validationName(domain), validation), extra: extra)
    }

    /// A split of a domain, to be written to a file. As in the authors' files, `test` repeats `val`.
    /// - Parameters:
    ///   - images: the domain's manifest.
    ///   - split: which of its images train and which validate.
    public func splitFile(of images: DomainManifest, _ split: Split) -> SplitFile {
        func part(_ indices: [Int]) -> [LabelledImage] { indices.map { images.images[$0] } }
        return splitFile(of: images.domain, train: part(split.train), validation: part(split.validation))
    }

    /// The parts of a domain, to be written to a file.
    public func splitFile(of parts: DomainParts) -> SplitFile {
        splitFile(of: parts.images.domain, train: parts.train.images, validation: parts.validation.images)
    }

    private func splitFile(of name: Name, train: [LabelledImage], validation: [LabelledImage]) -> SplitFile {
        let domain = domains.firstIndex(of: name) ?? 0
        let folder = URL(fileURLWithPath: root).lastPathComponent
        func items(_ images: [LabelledImage]) -> [SplitFile.Item] {
            images.map { image in
                SplitFile.Item(
                    path: folder + (String(image.path.text.utf8.dropFirst(root.utf8.count)) ?? ""), label: image.label,
                    domain: domain, className: classes[image.label].text)
            }
            .sorted { $0.label != $1.label ? $0.label < $1.label : Name($0.path) < Name($1.path) }
        }
        let validation = items(validation)
        return SplitFile(train: items(train), validation: validation, test: validation)
    }
}

/// Finds the images that a split names by the ends of their paths.
private struct SplitMatching {
    enum Place {
        case none, one(Int), several([String])
    }

    /// Texts here, and not `Name`s: a split that was written elsewhere may have other accents than the disk.
    private struct Key: Hashable {
        let file: Substring
        let className: String
    }

    private let entries: [ImageFolder.Entry]
    private let places: [Key: [Int]]

    init(_ entries: [ImageFolder.Entry], classes: [Name]) {
        self.entries = entries
        let classes = classes.map { Self.plain($0.text) }
        places = Dictionary(grouping: entries.indices) {
            Key(file: entries[$0].path.text.fileName, className: classes[entries[$0].label])
        }
    }

    private static func plain(_ className: String) -> String { className.replacing("_", with: " ").lowercased() }

    func place(of item: SplitFile.Item) -> Place {
        let candidates = places[Key(file: item.path.fileName, className: Self.plain(item.className))] ?? []
        guard candidates.count > 1 else { return candidates.first.map(Place.one) ?? .none }
        // Of names that look alike, the one with the same bytes.
        let wanted = Self.parts(item.path)
        let shared = candidates.map { place in
            let parts = zip(wanted, Self.parts(entries[place].path.text))
            return (parts.prefix { $0.text == $1.text }.count, parts.prefix { $0 == $1 }.count)
        }
        let most = shared.max { $0 < $1 } ?? (0, 0)
        let best = candidates.indices.filter { shared[$0] == most }
        return best.count == 1 ? .one(candidates[best[0]]) : .several(best.map { entries[candidates[$0]].path.text })
    }

    /// The names of a path, the last first.
    private static func parts(_ path: String) -> [Name] {
        path.utf8.split(separator: UInt8(ascii: "/")).reversed().map { Name(Substring($0)) }
    }
}
