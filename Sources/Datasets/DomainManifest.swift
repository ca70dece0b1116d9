/// One image of a data set: where it lies, what it contains, what it shows.
public struct LabelledImage: Hashable, Sendable {
    /// Where the file was when the manifest was made. No part of the image's identity.
    public var path: Name
    /// SHA-256 of the file's bytes.
    public var digest: Digest
    /// An index into the manifest's `classes`.
    public var label: Int

    public init(path: Name, digest: Digest, label: Int) {
        self.path = path
        self.digest = digest
        self.label = label
    }
}

/// The images of one domain, in an order that does not depend on what the files are called.
public struct DomainManifest: Hashable, Sendable {
    /// The data set's name, a note for people.
    public let dataset: String
    public let domain: Name
    /// The names of the data set's classes, of which a domain may lack some.
    public let classes: [Name]
    /// Sorted by label, then digest, then path.
    public let images: [LabelledImage]

    /// - Precondition: every label is an index into `classes`.
    public init(dataset: String, domain: Name, classes: [Name], images: [LabelledImage]) {
        precondition(images.allSatisfy { classes.indices.contains($0.label) }, "a label without a class")
        self.dataset = dataset
        self.domain = domain
        self.classes = classes
        self.images = images.sorted { ($0.label, $0.digest, $0.path) < ($1.label, $1.digest, $1.path) }
    }

    /// One of several parts of as many images, but for one more or less, that have each image of this manifest once.
    /// - Parameters:
    ///   - index: from 0.
    ///   - count: how many parts there are.
    public func part(_ index: Int, of count: Int) -> DomainManifest {
        precondition((0..<count).contains(index), "part \(index) of \(count)")
        let range = images.count * index / count..<images.count * (index + 1) / count
        return DomainManifest(dataset: dataset, domain: domain, classes: classes, images: Array(images[range]))
    }

    /// The labels of the images, in order.
    public var labels: [Int] { images.map(\.label) }
}
