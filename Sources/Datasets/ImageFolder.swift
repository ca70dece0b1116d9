import Foundation

/// The images of a data set, as they lie in a folder.
///
/// A data set with a known name is found in any of its layouts; any other is laid out as `root/domain/class/image.jpg`.
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
    /// The data set's name, a note for people.
    public let name: String
    /// What is known of the data set.
    public let known: KnownDataSet?
    public let layout: Layout
    /// The names of the domains that are there, sorted.
    public let domains: [String]
    /// The names of the classes of all domains, sorted by their UTF-8 bytes.
    public let classes: [String]

    /// Extensions of image files, in lower case.
    public static let extensions: Set<String> = ["jpg", "jpeg", "png"]

    let places: [String: [Layout.Place]]

    /// Looks for domains and classes.
    /// - Parameter name: the data set's; by default, the root folder's, for a data set that is not known.
    /// - Throws: `DatasetError`: an unreadable root, none of a known data set's layouts, no domains, one class only.
    public init(root: URL, name: String? = nil) throws(DatasetError) {
        let path = root.absoluteURL.standardizedFileURL.path
        let known = name.flatMap(KnownDataSet.init(named:))
        let subfolders = try folders(in: path)
        var best: (layout: Layout, places: [String: [Layout.Place]]) = (.plain, [:])
        for layout in known?.layouts ?? [.plain] {
            let places = try layout.places(of: known?.domains.map(\.name) ?? subfolders, under: path)
            if places.count > best.places.count { best = (layout, places) }
        }
        let classes = Set(best.places.values.joined().map(\.className)).sorted(by: precedes)
        guard let first = classes.first else { throw Self.nothing(under: path, of: known) }
        guard classes.count > 1 else { throw .oneClass(root: path, name: first) }
        self.root = path
        self.name = known?.name ?? name ?? URL(fileURLWithPath: path).lastPathComponent
        self.known = known
        (layout, places) = best
        self.domains = places.keys.sorted(by: precedes)
        self.classes = classes
    }

    private static func nothing(under root: String, of known: KnownDataSet?) -> DatasetError {
        guard let known else { return .noDomains(root: root) }
        let domain = "{\(known.domains.map(\.name).joined(separator: "|"))}"
        let expected = known.layouts.map { layout in
            let patterns = layout.patterns.map { $0.replacing("{domain}", with: domain) }
            return patterns.joined(separator: ", ") + " (\(layout.origin))"
        }
        return .noLayout(root: root, dataset: known.name, expected: expected)
    }

    /// The image files of a domain, without reading them, sorted by class and path. Known duplicates are left out.
    /// - Throws: `DatasetError`: a domain that is not there, a class folder without images.
    public func images(of domain: String) throws(DatasetError) -> [Entry] {
        guard let present = places[domain] else { throw .unknownDomain(domain, root: root, known: domains) }
        let labels = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
        var entries: [Entry] = []
        var empty: [Int: String] = [:]
        for place in present {
            guard let label = labels[place.className] else { continue }
            switch place {
            case .image(let path, _): entries.append(Entry(path: path, label: label))
            case .folder(let folder, _):
                let files = try contents(of: folder).filter(Self.isImage)
                if files.isEmpty { empty[label] = folder }
                entries += files.map { Entry(path: folder + "/" + $0, label: label) }
            }
        }
        // A class may lack images in one part of a domain and have them in another.
        let labelled = Set(entries.map(\.label))
        if let (_, folder) = empty.filter({ !labelled.contains($0.key) }).min(by: { $0.key < $1.key }) {
            throw .emptyClass(path: folder)
        }
        if let known, !known.duplicates.isEmpty {
            entries.removeAll { known.duplicates.contains(String($0.path.fileName)) }
        }
        return entries.sorted { $0.label != $1.label ? $0.label < $1.label : precedes($0.path, $1.path) }
    }

    static func isImage(_ name: String) -> Bool {
        extensions.contains(name.fileExtension)
    }

    /// The manifest of a domain.
    /// - Parameter digests: gives the SHA-256 of each file, in order.
    /// - Throws: what `images(of:)` and `digests` throw.
    public func manifest(of domain: String, digests: ([String]) throws -> [Digest]) throws -> DomainManifest {
        let entries = try images(of: domain)
        let digests = try digests(entries.map(\.path))
        precondition(digests.count == entries.count, "one digest for each file")
        return DomainManifest(
            dataset: name, domain: domain, classes: classes,
            images: zip(entries, digests).map { LabelledImage(path: $0.path, digest: $1, label: $0.label) })
    }
}
