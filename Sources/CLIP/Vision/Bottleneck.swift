import Tensors

/// A residual block of CLIP's modified ResNet: 1×1, 3×3, average pooling where the stride is 2, 1×1.
///
/// Strides are average pools, also on the shortcut, so that no pixel is skipped (anti-aliasing).
struct Bottleneck: Sendable {
    let stride: Int
    private let reduce: Convolution
    private let spatial: Convolution
    /// Its bias holds the shortcut's too.
    private let expand: Convolution
    private let shortcut: Convolution?

    var outputs: Int { expand.outputs }

    init(_ weights: BottleneckWeights, _ precision: Precision) {
        stride = weights.stride
        reduce = weights.convolutions[0].folded(precision)
        spatial = weights.convolutions[1].folded(precision)
        let last = weights.convolutions[2].folded(precision)
        shortcut = weights.shortcut?.folded(precision)
        expand = shortcut.map { last.addingBias(of: $0) } ?? last
    }

    /// The numbers of memory that `apply` needs for images of a given size.
    func memory(pixels: Int) -> Int { 2 * pixels * spatial.outputs }

    /// The numbers of memory that `apply` needs for patches.
    var patchMemory: Int { spatial.patchMemory }

    /// Whether the block may write its result over its input.
    var isInPlace: Bool { shortcut == nil }

    /// Runs the block from `x` to `y`, which are the same memory if `isInPlace`.
    func apply(
        to x: FeatureMaps, into y: FeatureMaps, memory: UnsafeMutablePointer<Float>,
        patches: UnsafeMutablePointer<Float>
    ) {
        let half = x.pixels * spatial.outputs
        let narrow = x.reshaped(at: memory, channels: reduce.outputs)
        var hidden = x.reshaped(at: memory + half, channels: spatial.outputs)
        reduce.apply(to: x, into: narrow, .activated, patches: patches)
        spatial.apply(to: narrow, into: hidden, .activated, patches: patches)
        var skipped = x
        if stride > 1 {
            hidden = hidden.pooled(into: memory)
            // A quarter of the pixels with at most four times the channels: it fits where `hidden` was.
            skipped = x.pooled(into: memory + half)
        }
        shortcut?.apply(to: skipped, into: y, .raw, patches: patches)
        expand.apply(to: hidden, into: y, .addedAndActivated, patches: patches)
    }
}

extension FeatureMaps {
    /// The means of 2×2 pixels, written to `base`.
    func pooled(into base: UnsafeMutablePointer<Float>) -> FeatureMaps {
        averagePool2x2(self.base, images: images, height: height, width: width, channels: channels, into: base)
        return reshaped(at: base, stride: 2, channels: channels)
    }
}
