import Foundation
import Tensors

/// CLIP training's augmentation: a random part of the picture, resized to a square and mirrored every other time
/// (torchvision's `RandomResizedCrop` with bicubic interpolation, then `RandomHorizontalFlip`).
public struct RandomResizedCropFlip: Hashable, Codable, Sendable {
    /// The share of the picture's area that is taken.
    public var scale: ClosedRange<Double>
    /// Width over height of the part taken.
    public var ratio: ClosedRange<Double>
    public var flipProbability: Double

    public init(
        scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3 / 4...4 / 3, flipProbability: Double = 0.5
    ) {
        self.scale = scale
        self.ratio = ratio
        self.flipProbability = flipProbability
    }

    /// A name for the views of this augmentation: "crop-flip", followed by the parameters if they are not the usual ones.
    public var name: String {
        if self == Self() { return "crop-flip" }
        return "crop-flip(scale=\(scale.lowerBound)...\(scale.upperBound),"
            + "ratio=\(ratio.lowerBound)...\(ratio.upperBound),flip=\(flipProbability))"
    }

    /// A random view of a picture.
    /// - Parameters:
    ///   - image: the whole picture, of any size.
    ///   - resolution: the side of the view, in pixels.
    ///   - stream: what is drawn depends on it alone; give every view a stream at its own address.
    /// - Returns: `resolution` × `resolution` pixels.
    public func view(of image: RGBImage, resolution: Int, using stream: inout RandomStream) -> RGBImage {
        view(width: image.width, height: image.height, using: &stream) {
            image.resized($0, width: resolution, height: resolution)
        }
    }

    /// The same part of a picture that is resized in its own colours and becomes RGB last: `resolution` × `resolution`
    /// pixels.
    public func view(of picture: Picture, resolution: Int, using stream: inout RandomStream) -> RGBImage {
        view(width: picture.width, height: picture.height, using: &stream) { picture.resized($0, side: resolution) }
    }

    private func view(
        width: Int, height: Int, using stream: inout RandomStream, _ resized: (PixelWindow) -> RGBImage
    ) -> RGBImage {
        let view = resized(window(width: width, height: height) { stream.uniformDouble() })
        return stream.uniformDouble() < flipProbability ? view.mirrored() : view
    }

    /// The part of a picture to take, as torchvision's `RandomResizedCrop.get_params` chooses it.
    ///
    /// Ten times a share of the area (uniform) and a ratio (log-uniform) are drawn; the first pair that fits into the
    /// picture is placed at random. If none fits, the largest central part within the ratios is taken.
    /// - Parameter uniform: numbers in [0, 1): area and ratio of each try, then top and left.
    package func window(width: Int, height: Int, uniform: () -> Double) -> PixelWindow {
        let (lowest, highest) = (log(ratio.lowerBound), log(ratio.upperBound))
        for _ in 0..<10 {
            let area = Double(width * height) * between(scale.lowerBound, scale.upperBound, uniform())
            let ratio = exp(between(lowest, highest, uniform()))
            let w = (area * ratio).squareRoot().rounded(.toNearestOrEven)
            let h = (area / ratio).squareRoot().rounded(.toNearestOrEven)
            guard w > 0, w <= Double(width), h > 0, h <= Double(height) else { continue }
            let top = Int(uniform() * Double(height - Int(h) + 1))
            let left = Int(uniform() * Double(width - Int(w) + 1))
            return PixelWindow(left: left, top: top, width: Int(w), height: Int(h))
        }
        var w = Double(width), h = Double(height)
        if w / h < ratio.lowerBound {
            h = min(h, max(1, (w / ratio.lowerBound).rounded(.toNearestOrEven)))
        } else if w / h > ratio.upperBound {
            w = min(w, max(1, (h * ratio.upperBound).rounded(.toNearestOrEven)))
        }
        return PixelWindow(
            left: (width - Int(w)) / 2, top: (height - Int(h)) / 2, width: Int(w), height: Int(h))
    }

    private func between(_ low: Double, _ high: Double, _ share: Double) -> Double {
        low + share * (high - low)
    }
}
