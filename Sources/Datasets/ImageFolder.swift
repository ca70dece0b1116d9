import Foundation

/// A data set laid out as `root/domain/class/image.jpg`, the layout of PACS, Office-Home and their like.
///
/// Hidden files and folders are passed over, as is everything that is not in its place: files beside the domains or
/// beside the classes, files without an image's extension, folders of the root without folders of their own.
public struct ImageFolder: Sendable {
    /// An image file and its class.
    public struct Entry: Hashable, Sendable {
        public var path: String
        /// An index into `classes`.
        public var label: Int
    }

    /// The root's absolute path.
    public let root: String
    /// The names of the domain folders, sorted.
    public let domains: [String]
    /// The names of the class folders of all domains, sorted by their UTF-8 bytes.
    public let classes: [String]

    /// Extensions of image files, in lower case.
    public static let extensions: Set<String> = ["jpg", "jpeg", "png"]

    private let classesOfDomain: [String: [String]]

    /// Looks for domains and classes.
    /// - Throws: `DatasetError`: an unreadable root, no domains, one class only.
    public init(root: URL) throws(DatasetError) {
        let path = root.absoluteURL.standardizedFileURL.path
        var classesOfDomain: [String: [String]] = [:]
        for domain in try folders(in: path) {
            let classes = try folders(in: path + "/" + domain)
            if !classes.isEmpty { classesOfDomain[domain] = classes }
        }
        let classes = Set(classesOfDomain.values.joined()).sorted(by: precedes)
        guard let first = classes.first else { throw .noDomains(root: path) }
        guard classes.count > 1 else { throw .oneClass(root: path, name: first) }
        self.root = path
        self.domains = classesOfDomain.keys.sorted(by: precedes)
        self.classes = classes
        self.classesOfDomain = classesOfDomain
    }

    /// The image files of a domain, without reading them, sorted by class and name.
    /// - Throws: `DatasetError`: a domain that is not there, a class folder without images.
    public func images(of domain: String) throws(DatasetError) -> [Entry] {
        let present = try classes(of: domain)
        let labels = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
        var entries: [Entry] = []
        for name in present {
            guard let label = labels[name] else { continue }
            let folder = "\(root)/\(domain)/\(name)"
            let files = try contents(of: folder).filter { name in
                var name = name
                return name.withUTF8(Self.isImage)
            }
            guard !files.isEmpty else { throw .emptyClass(path: folder) }
            entries += files.map { Entry(path: folder + "/" + $0, label: label) }
        }
        return entries
    }

    /// The class folders of a domain, sorted.
    func classes(of domain: String) throws(DatasetError) -> [String] {
        guard let present = classesOfDomain[domain] else {
            throw .unknownDomain(domain, root: root, known: domains)
        }
        return present
    }

    /// The manifest of a domain.
    /// - Parameters:
    ///   - dataset: the data set's name; by default, the root folder's.
    ///   - digests: gives the SHA-256 of each file, in order.
    /// - Throws: what `images(of:)` and `digests` throw.
    public func manifest(
        of domain: String, dataset: String? = nil, digests: ([String]) throws -> [Digest]
    ) throws -> DomainManifest {
        let entries = try images(of: domain)
        let digests = try digests(entries.map(\.path))
        precondition(digests.count == entries.count, "one digest for each file")
        return DomainManifest(
            dataset: dataset ?? URL(fileURLWithPath: root).lastPathComponent, domain: domain, classes: classes,
            images: zip(entries, digests).map { LabelledImage(path: $0.path, digest: $1, label: $0.label) })
    }
}

private func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

/// The names in a folder that are not hidden, sorted.
private func contents(of folder: String) throws(DatasetError) -> [String] {
    do {
        return try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { !$0.hasPrefix(".") }.sorted(by: precedes)
    } catch {
        let exists = FileManager.default.fileExists(atPath: folder)
        throw .unreadable(path: folder, reason: exists ? "it is no folder, or not yours to read" : "there is none")
    }
}

private func folders(in folder: String) throws(DatasetError) -> [String] {
    try contents(of: folder).filter { name in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder) && isFolder.boolValue
    }
}
