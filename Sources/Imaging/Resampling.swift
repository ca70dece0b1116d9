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
    /// The picture, or a box of it, at another size in pixels: bicubic with antialiasing, bit for bit Pillow's
    /// `Image.resize((width, height), BICUBIC, box)`.
    ///
    /// At the edges of a box the pixels around it count too, as in Pillow; to keep them out, crop first. The pixels are
    /// those of Pillow 12. Pillow 13 resamples more pictures vertically first, those that lose much of their height, so
    /// that there some values differ by one.
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
        // Pillow rounds to 8 bits between the passes, so their order matters; so does leaving neither out, except that
        // a pass at scale 1 copies. Pictures a hundred times as tall as wide are reduced vertically first.
        let corner = 3 * (window.top * self.width + window.left)
        let isTall = window.height > 100 * window.width && height < window.height
        let result = pixels.withUnsafeBufferPointer { pixels in
            guard let base = pixels.baseAddress else { return [UInt8]() }
            let source = PixelRows(base: base + corner, stride: 3 * self.width)
            return isTall ? resampledDownFirst(source, columns, rows) : resampledAcrossFirst(source, columns, rows)
        }
        return RGBImage(width: kept.width, height: kept.height, pixels: result)
    }
}

/// Both passes, the horizontal one first, of the rows that the vertical one needs.
/// - Parameter source: the window's first row.
private func resampledAcrossFirst(_ source: PixelRows, _ columns: ResamplingTaps, _ rows: ResamplingTaps) -> [UInt8] {
    let values = 3 * columns.count, sources = rows.sources
    let narrowed = bytes(values * sources.count) {
        let needed = PixelRows(base: source.row(sources.lowerBound), stride: source.stride)
        columns.resampleHorizontally(needed, rows: sources.count, into: $0)
    }
    return bytes(values * rows.count) { result in
        narrowed.withUnsafeBufferPointer { narrowed in
            guard let from = narrowed.baseAddress else { return }
            rows.resampleVertically(
                PixelRows(base: from - sources.lowerBound * values, stride: values), values: values, into: result)
        }
    }
}

/// Both passes, the vertical one first, of the columns that the horizontal one needs.
private func resampledDownFirst(_ source: PixelRows, _ columns: ResamplingTaps, _ rows: ResamplingTaps) -> [UInt8] {
    let sources = columns.sources
    let values = 3 * sources.count
    let flattened = bytes(values * rows.count) {
        let needed = PixelRows(base: source.base + 3 * sources.lowerBound, stride: source.stride)
        rows.resampleVertically(needed, values: values, into: $0)
    }
    return bytes(3 * columns.count * rows.count) { result in
        flattened.withUnsafeBufferPointer { flattened in
            guard let from = flattened.baseAddress else { return }
            columns.resampleHorizontally(
                PixelRows(base: from - 3 * sources.lowerBound, stride: values), rows: rows.count, into: result)
        }
    }
}

/// As many bytes as asked for, all of which `write` writes.
private func bytes(_ count: Int, _ write: (UnsafeMutablePointer<UInt8>) -> Void) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { memory, initialized in
        if let base = memory.baseAddress { write(base) }
        initialized = count
    }
}
