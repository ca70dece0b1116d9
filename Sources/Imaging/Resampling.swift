/// A part of a picture, in pixels and fractions of them from its left and top edges.
public struct PixelBox: Hashable, Sendable {
    public var left, top, right, bottom: Double

    public init(left: Double, top: Double, right: Double, bottom: Double) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }
}

extension RGBImage {
    /// The picture, or a box of it, at another size: bicubic with antialiasing, bit for bit Pillow's
    /// `Image.resize((width, height), BICUBIC, box)`.
    ///
    /// At the edges of a box the pixels around it count too, as in Pillow; to keep them out, crop first. The pixels are
    /// those of Pillow 3.3 to 12, with which CLIP and its figures were made. Pillow 13 resamples pictures that lose much of
    /// their height vertically first, so that there some values differ by one.
    /// - Precondition: both sides are at least 1; the box is not empty and lies inside the picture.
    public func resized(width: Int, height: Int, box: PixelBox? = nil) -> RGBImage {
        let whole = PixelBox(left: 0, top: 0, right: Double(self.width), bottom: Double(self.height))
        let box = box ?? whole
        precondition(box.left >= 0 && box.top >= 0 && box.right <= whole.right && box.bottom <= whole.bottom)
        return resampled(
            .init(left: 0, top: 0, width: self.width, height: self.height), box: box, width: width, height: height,
            keeping: .init(left: 0, top: 0, width: width, height: height))
    }

    /// A window of the picture at another size, as if it had been cropped first.
    /// - Precondition: both sides are at least 1; the window lies inside the picture.
    package func resized(_ window: PixelWindow, width: Int, height: Int) -> RGBImage {
        resampled(
            window, box: .init(left: 0, top: 0, right: Double(window.width), bottom: Double(window.height)),
            width: width, height: height, keeping: .init(left: 0, top: 0, width: width, height: height))
    }

    /// Resamples a box of a window to `width` × `height`, of which only `kept` is computed and returned.
    func resampled(
        _ window: PixelWindow, box: PixelBox, width: Int, height: Int, keeping kept: PixelWindow
    ) -> RGBImage {
        let horizontal = ResamplingTaps.Span(start: Float(box.left), end: Float(box.right))
        let vertical = ResamplingTaps.Span(start: Float(box.top), end: Float(box.bottom))
        precondition(width > 0 && height > 0 && horizontal.start < horizontal.end && vertical.start < vertical.end)

        let columns = ResamplingTaps(
            extent: window.width, span: horizontal, size: width, outputs: kept.left..<kept.left + kept.width)
        let rows = ResamplingTaps(
            extent: window.height, span: vertical, size: height, outputs: kept.top..<kept.top + kept.height)
        let values = 3 * kept.width
        let sources = rows.sources
        // Pillow rounds to 8 bits between the passes, so their order matters; so does leaving neither out, except that
        // a pass at scale 1 copies.
        let narrowed = [UInt8](unsafeUninitializedCapacity: values * sources.count) { narrowed, count in
            count = values * sources.count
            pixels.withUnsafeBufferPointer { pixels in
                guard let from = pixels.baseAddress, let to = narrowed.baseAddress else { return }
                let first = 3 * ((window.top + sources.lowerBound) * self.width + window.left)
                columns.resampleHorizontally(
                    PixelRows(base: from + first, stride: 3 * self.width), rows: sources.count, into: to)
            }
        }
        let result = [UInt8](unsafeUninitializedCapacity: values * kept.height) { result, count in
            count = values * kept.height
            narrowed.withUnsafeBufferPointer { narrowed in
                guard let from = narrowed.baseAddress, let to = result.baseAddress else { return }
                rows.resampleVertically(
                    PixelRows(base: from - sources.lowerBound * values, stride: values), values: values, into: to)
            }
        }
        return RGBImage(width: kept.width, height: kept.height, pixels: result)
    }
}
