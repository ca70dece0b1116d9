import Tensors

/// The cached image features of some images: all that learning a prompt needs of them.
public struct FeatureSet: Sendable {
    /// Features of the center views at unit length: `[n, dimension]`.
    public var center: Tensor
    /// Features of further views of the same images, such as random crops; each `[n, dimension]`, unit length.
    public var augmented: [Tensor]
    /// How long the features of all views were as the encoder put them out, where that was read.
    public var norms: FeatureNorms?
    /// The block statistics of all views, where they were read.
    public var styles: BlockStyles?
    /// A class per image.
    public var labels: [Int]
    /// A domain per image: an index into the domains that the set was made of.
    public var domains: [Int]

    /// Features `[n, dimension]` of each view, and a label and a domain for each image.
    public init(
        center: Tensor, augmented: [Tensor], norms: FeatureNorms? = nil, styles: BlockStyles? = nil, labels: [Int],
        domains: [Int]
    ) {
        precondition(center.rows == labels.count && labels.count == domains.count, "a label and a domain per image")
        precondition(
            norms.map { $0.center.count == labels.count && $0.augmented.count == augmented.count } ?? true,
            "norms of each view of each image")
        precondition(
            styles.map { $0.center.rows == labels.count && $0.augmented.count == augmented.count } ?? true,
            "statistics for each view of each image")
        self.center = center
        self.augmented = augmented
        self.norms = norms
        self.styles = styles
        self.labels = labels
        self.domains = domains
    }

    public var count: Int { labels.count }

    /// The chosen images, in that order.
    public func subset(_ indices: [Int]) -> FeatureSet {
        FeatureSet(
            center: center.gatheringRows(indices), augmented: augmented.map { $0.gatheringRows(indices) },
            norms: norms?.subset(indices), styles: styles?.subset(indices), labels: indices.map { labels[$0] },
            domains: indices.map { domains[$0] })
    }

    /// Several sets, one after another.
    /// - Precondition: all have as many augmented views.
    public static func joined(_ sets: [FeatureSet]) -> FeatureSet {
        FeatureSet(
            center: .stacked(sets.map(\.center)),
            augmented: (sets.first?.augmented.indices ?? 0..<0).map { view in .stacked(sets.map { $0.augmented[view] }) },
            norms: .joined(sets.map(\.norms)), styles: .joined(sets.map(\.styles)), labels: sets.flatMap(\.labels),
            domains: sets.flatMap(\.domains))
    }

    /// The features a training step sees: of each image one of its augmented views, drawn anew; the center view where there
    /// is no other. This is how cached features stand in for the random crops that are re-encoded at every step elsewhere.
    ///
    /// - Returns: `[indices.count, dimension]`.
    func views(of indices: [Int], using stream: inout RandomStream) -> Tensor {
        features(of: indices, in: drawnViews(indices.count, using: &stream))
    }

    /// The same with the norms of those views.
    /// - Precondition: there are norms.
    func normedViews(of indices: [Int], using stream: inout RandomStream) -> (features: Tensor, norms: [Float]) {
        guard let norms else { preconditionFailure("norms of features that have none") }
        let views = drawnViews(indices.count, using: &stream)
        return (features(of: indices, in: views), norms.norms(of: indices, in: views))
    }

    /// The same with the block statistics of those views, widened: `[indices.count, 2 · Σ widths]`.
    /// - Precondition: there are statistics.
    func styledViews(
        of indices: [Int], using stream: inout RandomStream
    ) -> (features: Tensor, statistics: Tensor) {
        guard let styles else { preconditionFailure("statistics of images that have none") }
        let views = drawnViews(indices.count, using: &stream)
        return (features(of: indices, in: views), styles.numbers(of: indices, in: views))
    }

    /// For each of some images an augmented view; none where there are none.
    private func drawnViews(_ count: Int, using stream: inout RandomStream) -> [Int] {
        augmented.isEmpty ? [] : (0..<count).map { _ in stream.integer(below: augmented.count) }
    }

    private func features(of indices: [Int], in views: [Int]) -> Tensor {
        guard !views.isEmpty else { return center.gatheringRows(indices) }
        var batch = Tensor(uninitialized: [indices.count, center.columns])
        let width = center.columns
        for (row, index) in indices.enumerated() {
            batch.withUnsafeMutablePointer { to in
                augmented[views[row]].withUnsafePointer { (to + row * width).update(from: $0 + index * width, count: width) }
            }
        }
        return batch
    }
}

/// The images of each domain, lowest domain first.
/// - Parameter domains: of each image.
func imagesByDomain(_ domains: [Int]) -> [[Int]] {
    Dictionary(grouping: domains.indices, by: { domains[$0] }).sorted { $0.key < $1.key }.map(\.value)
}

extension Tensor {
    /// Matrices of one width, one below the other.
    package static func stacked(_ parts: [Tensor]) -> Tensor {
        let width = parts.first?.columns ?? 0
        var result = Tensor(uninitialized: [parts.reduce(0) { $0 + $1.rows }, width])
        result.withUnsafeMutablePointer { to in
            var at = 0
            for part in parts {
                precondition(part.columns == width, "\(part.shape) below \(parts[0].shape)")
                part.withUnsafePointer { (to + at).update(from: $0, count: part.count) }
                at += part.count
            }
        }
        return result
    }
}
