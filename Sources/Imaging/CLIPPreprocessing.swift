import Tensors

/// How CLIP sees a picture: resized, cropped to a square, and normalised per channel.
public struct CLIPPreprocessing: Hashable, Codable, Sendable {
    /// The side of the square, in pixels.
    public var resolution: Int
    /// Mean and standard deviation of red, green and blue over CLIP's training data, on the scale 0 to 1.
    public var mean: SIMD3<Double>
    public var standardDeviation: SIMD3<Double>
    /// When a picture becomes RGB.
    public var order = ColorOrder.dassl

    public init(
        resolution: Int,
        mean: SIMD3<Double> = [0.48145466, 0.4578275, 0.40821073],
        standardDeviation: SIMD3<Double> = [0.26862954, 0.26130258, 0.27577711]
    ) {
        self.resolution = resolution
        self.mean = mean
        self.standardDeviation = standardDeviation
    }

    /// The centre of a picture as CLIP's evaluation crops it: torchvision's `Resize(resolution, BICUBIC)`, which takes the
    /// short side to the resolution, then `CenterCrop(resolution)`; and RGB, before or after.
    /// - Returns: `resolution` × `resolution` pixels.
    public func centerView(of picture: Picture) -> RGBImage {
        guard order == .clip else { return centerView(of: picture.rgb) }
        let (width, height, window) = centerWindow(ofWidth: picture.width, height: picture.height)
        return picture.resampled(
            PixelWindow(left: 0, top: 0, width: picture.width, height: picture.height), width: width, height: height,
            keeping: window)
    }

    /// A random view of a picture as CLIP's training crops it; and RGB, before or after.
    /// - Returns: `resolution` × `resolution` pixels.
    public func randomView(
        of picture: Picture, _ augmentation: RandomResizedCropFlip, using stream: inout RandomStream
    ) -> RGBImage {
        guard order == .clip else {
            return augmentation.view(of: picture.rgb, resolution: resolution, using: &stream)
        }
        return augmentation.view(of: picture, resolution: resolution, using: &stream)
    }

    /// The size that a picture is resized to, and the part of it that is kept.
    private func centerWindow(ofWidth width: Int, height: Int) -> (width: Int, height: Int, window: PixelWindow) {
        // torchvision truncates the long side.
        let long = Int(Double(resolution * max(width, height)) / Double(min(width, height)))
        let (newWidth, newHeight) = width <= height ? (resolution, long) : (long, resolution)
        return (newWidth, newHeight, PixelWindow(center: resolution, ofWidth: newWidth, height: newHeight))
    }

    /// The same of a picture in RGB, of which the order does not matter.
    public func centerView(of image: RGBImage) -> RGBImage {
        let (width, height) = (image.width, image.height)
        let (newWidth, newHeight, window) = centerWindow(ofWidth: width, height: height)
        if (newWidth, newHeight) == (width, height) { return image.cropped(to: window) }
        return image.resampled(
            PixelWindow(left: 0, top: 0, width: width, height: height),
            box: PixelBox(left: 0, top: 0, right: Double(width), bottom: Double(height)),
            width: newWidth, height: newHeight, keeping: window)
    }

    /// Writes `(value / 255 − mean) / standardDeviation` of every value, in the order of the picture's pixels:
    /// `[resolution, resolution, 3]`, the last extent red, green, blue.
    /// - Precondition: the picture is a square of the resolution.
    public func normalize(_ image: RGBImage, into values: UnsafeMutablePointer<Float>) {
        precondition(
            image.width == resolution && image.height == resolution,
            "a picture of \(image.width)×\(image.height) pixels is no \(resolution)-pixel square")
        // Of each channel there are 256 values; the order of operations is that of torchvision.
        let table = (0..<3).flatMap { channel in
            (0..<256).map { (Float($0) / 255 - Float(mean[channel])) / Float(standardDeviation[channel]) }
        }
        table.withUnsafeBufferPointer { table in
            image.pixels.withUnsafeBufferPointer { pixels in
                for i in stride(from: 0, to: pixels.count, by: 3) {
                    values[i] = table[Int(pixels[i])]
                    values[i + 1] = table[256 + Int(pixels[i + 1])]
                    values[i + 2] = table[512 + Int(pixels[i + 2])]
                }
            }
        }
    }
}

extension PixelWindow {
    /// The square in the middle of a picture that torchvision's `CenterCrop` takes: odd margins round to even, and where
    /// the picture is smaller the window reaches beyond it, the larger part to the right and below.
    init(center side: Int, ofWidth width: Int, height: Int) {
        func start(_ extent: Int) -> Int {
            extent < side ? -((side - extent) / 2) : Int((Double(extent - side) / 2).rounded(.toNearestOrEven))
        }
        self.init(left: start(width), top: start(height), width: side, height: side)
    }
}

extension RGBImage {
    /// The square of a side, in pixels, in the middle of the picture, as torchvision's `CenterCrop(side)`; black around
    /// where the picture is smaller.
    public func centerCropped(to side: Int) -> RGBImage {
        cropped(to: PixelWindow(center: side, ofWidth: width, height: height))
    }
}
