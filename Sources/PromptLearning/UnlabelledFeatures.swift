import Tensors

/// The cached image features of images of which nothing else is known: what a method may see of the target domain.
public struct UnlabelledFeatures: Sendable {
    /// Their features; all labels are 0, whatever the images show.
    private let images: FeatureSet

    /// - Parameters:
    ///   - center: of the center views, `[n, dimension]`, unit length.
    ///   - augmented: of further views; each `[n, dimension]`, unit length.
    ///   - styles: the block statistics of all views, for methods that look at them.
    public init(center: Tensor, augmented: [Tensor], styles: BlockStyles? = nil) {
        let zeros = Array(repeating: 0, count: center.rows)
        images = FeatureSet(center: center, augmented: augmented, styles: styles, labels: zeros, domains: zeros)
    }

    public var count: Int { images.count }
    /// `[n, dimension]`.
    public var center: Tensor { images.center }
    public var styles: BlockStyles? { images.styles }

    /// As of a `FeatureSet`: of each image one of its augmented views, or the center view where there is no other.
    func views(of indices: [Int], using stream: inout RandomStream) -> Tensor { images.views(of: indices, using: &stream) }

    /// The same with the block statistics of those views.
    func styledViews(
        of indices: [Int], using stream: inout RandomStream
    ) -> (features: Tensor, statistics: Tensor) {
        images.styledViews(of: indices, using: &stream)
    }
}
