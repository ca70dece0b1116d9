/// How long the features of some images were as the image encoder put them out, before they were scaled to unit length.
public struct FeatureNorms: Hashable, Sendable {
    /// Of the center views, one for each image.
    public let center: [Float]
    /// Of further views, likewise.
    public let augmented: [[Float]]

    /// - Precondition: as many of each view.
    public init(center: [Float], augmented: [[Float]] = []) {
        precondition(augmented.allSatisfy { $0.count == center.count }, "a norm for each view of each image")
        (self.center, self.augmented) = (center, augmented)
    }

    func subset(_ indices: [Int]) -> FeatureNorms {
        func subset(_ norms: [Float]) -> [Float] { indices.map { norms[$0] } }
        return FeatureNorms(center: subset(center), augmented: augmented.map(subset))
    }

    /// Those of several sets, one after another; nil where one has none.
    static func joined(_ sets: [FeatureNorms?]) -> FeatureNorms? {
        let known = sets.compactMap(\.self)
        guard let first = known.first, known.count == sets.count else { return nil }
        return FeatureNorms(
            center: known.flatMap(\.center),
            augmented: first.augmented.indices.map { view in known.flatMap { $0.augmented[view] } })
    }

    /// The norms of some images, each in a view; of the center views where there are no views.
    func norms(of indices: [Int], in views: [Int]) -> [Float] {
        views.isEmpty ? indices.map { center[$0] } : zip(indices, views).map { augmented[$1][$0] }
    }
}
