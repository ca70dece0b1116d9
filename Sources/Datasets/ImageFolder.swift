import Foundation

/// The images of a data set, as they lie in a folder.
///
/// A data set with a known name is found in any of its layouts; any other is laid out as `root/domain/class/image.jpg`.
/// Hidden files and folders are passed over, as is everything that is not in its place: files beside the domains or
/// beside the classes, files without an image's extension, folders of the root without folders of their own.
public struct ImageFolder: Sendable {
    /// An image file and its class.
    public struct Entry: Hashable, Sendable {
        public var path: Name
        /// An index into `classes`.
        public var label: Int

        package init(path: Name, label: Int) {
            (self.path, self.label) = (path, label)
        }
    }

    /// The root's absolute path.
    public let root: String
    /// The data set's name, a note for people.
    public let name: String
    /// What is known of the data set.
    public let known: KnownDataSet?
    public let layout: Layout
    /// The names of the domains that are there, sorted.
    public let domains: [Name]
    /// The names of the classes of all domains, sorted.
    public let classes: [Name]
    /// How the names of domains and classes are taken.
    public let names: NameForm
    /// Whether files that cannot be read, such as links that lead nowhere, are left out; an error if not.
    public private(set) var skipsUnreadable: Bool

    /// Extensions of image files, in lower case.
    public static let extensions: Set<String> = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"]
    /// The same as bytes, each after a dot.
    static let endings = extensions.map { Array(".\($0)".utf8) }

    let places: [Name: [Layout.Place]]

    /// Looks for domains and classes.
    /// - Parameters:
    ///   - root: the data set's folder.
    ///   - name: the data set's; by default, the root folder's, for a data set that is not known.
    ///   - names: how the names of domains and classes are taken.
    ///   - skipsUnreadable: whether files that cannot be read are left out.
    /// - Throws: `DatasetError`: an unreadable root, none of a known data set's layouts, no domains, one class only.
    public init(
        root: URL, name: String? = nil, names: NameForm = .bytes, skipsUnreadable: Bool = false
    ) throws(DatasetError) {
        let path = root.absoluteURL.standardizedFileURL.path
        let known = name.flatMap(KnownDataSet.init(named:))
        let subfolders = try folders(in: path)
        var best: (layout: Layout, places: [Name: [Layout.Place]]) = (.plain, [:])
        for layout in known?.layouts ?? [.plain] {
            let places = try layout.places(of: known?.domains.map { Name($0.name) } ?? subfolders, under: path)
            if places.count > best.places.count { best = (layout, places) }
        }
        if names == .composed { best.places = Self.composed(best.places) }
        let classes = Set(best.places.values.joined().map(\.className)).sorted()
        guard let first = classes.first else { throw Self.nothing(under: path, of: known) }
        guard classes.count > 1 else { throw .oneClass(root: path, name: first.text) }
        self.root = path
        self.name = known?.name ?? name ?? URL(fileURLWithPath: path).lastPathComponent
        self.known = known
        (layout, places) = best
        self.domains = places.keys.sorted()
        self.classes = classes
        self.names = names
        self.skipsUnreadable = skipsUnreadable
    }

    /// The places of domains and classes whose names are one when they are composed, together.
    private static func composed(_ places: [Name: [Layout.Place]]) -> [Name: [Layout.Place]] {
        places.sorted { $0.key < $1.key }.reduce(into: [:]) { composed, entry in
            composed[entry.key.composed, default: []] += entry.value.map(\.composed)
        }
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
    public func images(of domain: Name) throws(DatasetError) -> [Entry] {
        let (entries, faults) = try imagesAndFaults(of: domain)
        if let fault = faults.first { throw fault }
        return entries
    }

    /// The same, with what is wrong with folders of classes of which the domain has no image, in the order of the classes.
    /// - Throws: `DatasetError`: a domain that is not there, a folder that cannot be listed.
    public func imagesAndFaults(of domain: Name) throws(DatasetError) -> (images: [Entry], faults: [DatasetError]) {
        guard let present = places[domain] else { throw .unknownDomain(domain, root: root, known: domains) }
        let labels = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
        var entries: [Entry] = []
        var empty: [Int: (folder: String, unused: Unused)] = [:]
        for place in present {
            guard let label = labels[place.className] else { continue }
            switch place {
            case .image(let path, _): entries.append(Entry(path: path, label: label))
            case .folder(let folder, _):
                let contents = try ClassFolder(at: folder.text)
                if contents.count == 0 { empty[label] = (folder.text, contents.unused) }
                entries += contents.names.map { Entry(path: Name(folder.text + "/" + $0), label: label) }
            }
        }
        // A class may lack images in one part of a domain and have them in another.
        let labelled = Set(entries.map(\.label))
        let faults = empty.filter { !labelled.contains($0.key) }.sorted { $0.key < $1.key }.map {
            DatasetError.emptyClass(path: $0.value.folder, unused: $0.value.unused)
        }
        if let known, !known.duplicates.isEmpty {
            entries.removeAll { known.duplicates.contains(String($0.path.text.fileName)) }
        }
        return (entries.sorted { $0.label != $1.label ? $0.label < $1.label : $0.path < $1.path }, faults)
    }

    /// The folder, with files that cannot be read left out.
    public var skippingUnreadable: ImageFolder {
        var folder = self
        folder.skipsUnreadable = true
        return folder
    }

    /// Whether an image is left out because its file cannot be read.
    func isSkipped(_ entry: Entry) -> Bool { skipsUnreadable && !Self.isReadable(entry.path.text) }

    /// The manifest of a domain.
    /// - Parameters:
    ///   - domain: one that the folder has.
    ///   - digests: gives the SHA-256 of each file, in order.
    /// - Throws: what `images(of:)` and `digests` throw; `DatasetError.unreadable` where files that cannot be read are left
    ///   out, and none can.
    public func manifest(of domain: Name, digests: ([String]) throws -> [Digest]) throws -> DomainManifest {
        let all = try images(of: domain), entries = all.filter { !isSkipped($0) }
        if entries.isEmpty, let first = all.first {
            throw DatasetError.unreadable(path: first.path.text, reason: "nor can any other image of “\(domain)” be read")
        }
        let digests = try digests(entries.map(\.path.text))
        precondition(digests.count == entries.count, "one digest for each file")
        return DomainManifest(
            dataset: name, domain: domain, classes: classes,
            images: zip(entries, digests).map { LabelledImage(path: $0.path, digest: $1, label: $0.label) })
    }
}
