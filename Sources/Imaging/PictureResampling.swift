// What Pillow's `Image.resize(size, BICUBIC)` makes of a picture in its own colours.

extension Picture {
    /// A window of the picture at another size, made RGB last; of it only `kept` is computed and returned.
    ///
    /// Bit for bit Pillow's `crop(window).resize((width, height), BICUBIC).crop(kept).convert("RGB")`.
    /// - Precondition: both sides are at least 1; the window lies inside the picture, and `kept` inside what it becomes.
    func resampled(_ window: PixelWindow, width: Int, height: Int, keeping kept: PixelWindow) -> RGBImage {
        if (width, height) == (window.width, window.height) {
            return sampled(
                columns: (0..<kept.width).map { window.left + kept.left + $0 },
                rows: (0..<kept.height).map { window.top + kept.top + $0 }
            ).rgb
        }
        func bicubic(_ image: RGBImage) -> RGBImage {
            image.resampled(
                window, box: PixelBox(left: 0, top: 0, right: Double(window.width), bottom: Double(window.height)),
                width: width, height: height, keeping: kept)
        }
        switch mode {
        case .rgb, .grey:
            return bicubic(rgb)
        case .bilevel, .palette:
            func nearest(_ start: Int, _ extent: Int, _ size: Int, _ kept: Range<Int>) -> [Int] {
                nearestSources(extent: extent, size: size, outputs: kept).map { $0.map { start + $0 } ?? -1 }
            }
            return sampled(
                columns: nearest(window.left, window.width, width, kept.left..<kept.left + kept.width),
                rows: nearest(window.top, window.height, height, kept.top..<kept.top + kept.height)
            ).rgb
        case .greyAlpha, .rgba:
            // Colours count as much as they are opaque.
            let colors = bicubic(channels(product)), alphas = bicubic(alphas)
            var pixels = colors.pixels
            for (index, alpha) in alphas.pixels.enumerated() where alpha > 0 && alpha < 255 {
                pixels[index] = UInt8(min(255, 255 * Int(pixels[index]) / Int(alpha)))
            }
            return RGBImage(width: kept.width, height: kept.height, pixels: pixels)
        case .cmyk:
            let inks = bicubic(channels { ink, _ in ink }), blacks = bicubic(channels { _, black in black })
            var pixels = inks.pixels
            for (index, black) in blacks.pixels.enumerated() {
                pixels[index] = 255 - black - product(pixels[index], 255 - black)
            }
            return RGBImage(width: kept.width, height: kept.height, pixels: pixels)
        case .grey16, .grey16BigEndian:
            return resampled16(window, width: width, height: height, keeping: kept).rgb
        }
    }

    /// A window of the picture as a square of a side, resized in its own colours and made RGB last.
    package func resized(_ window: PixelWindow, side: Int) -> RGBImage {
        resampled(
            window, width: side, height: side, keeping: PixelWindow(left: 0, top: 0, width: side, height: side))
    }

    /// Alpha, three times.
    private var alphas: RGBImage { channels { _, alpha in alpha } }

    /// An image whose red, green and blue are made of the pixel's three (or one) first values, each with the last one.
    private func channels(_ value: (_ value: UInt8, _ last: UInt8) -> UInt8) -> RGBImage {
        let stride = mode.stride
        var pixels = [UInt8](repeating: 0, count: 3 * width * height)
        values.withUnsafeBufferPointer { values in
            for pixel in 0..<width * height {
                let first = stride * pixel, last = values[first + stride - 1]
                for channel in 0..<3 {
                    pixels[3 * pixel + channel] = value(values[first + min(channel, stride - 2)], last)
                }
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    /// The pixels of some columns and rows; 0 where there is none (−1).
    private func sampled(columns: [Int], rows: [Int]) -> Picture {
        let stride = mode.stride
        var sampled: [UInt8] = []
        sampled.reserveCapacity(stride * columns.count * rows.count)
        for row in rows {
            for column in columns {
                let from = stride * (row * width + column), isThere = row >= 0 && column >= 0
                for byte in 0..<stride { sampled.append(isThere ? values[from + byte] : 0) }
            }
        }
        return Picture(mode: mode, width: columns.count, height: rows.count, values: sampled, palette: palette)
    }
}

/// The source that is nearest to each output's centre along an axis, by sums as Pillow adds them up; nil beyond the end.
private func nearestSources(extent: Int, size: Int, outputs: Range<Int>) -> [Int?] {
    let scale = Double(Float(extent)) / Double(size)
    var center = scale * 0.5, sources: [Int?] = []
    for output in 0..<outputs.upperBound {
        if outputs.contains(output) { sources.append(Int(center) < extent ? Int(center) : nil) }
        center += scale
    }
    return sources
}

// 16 bits, in double precision, rounded to 16 bits between the passes.

extension Picture {
    /// - Precondition: a mode of 16 bits. Pillow reads the bytes low byte first whatever the mode, and so does this.
    private func resampled16(_ window: PixelWindow, width: Int, height: Int, keeping kept: PixelWindow) -> Picture {
        let columns = ResamplingTaps(
            extent: window.width, span: .init(start: 0, end: Float(window.width)), size: width,
            outputs: kept.left..<kept.left + kept.width)
        let rows = ResamplingTaps(
            extent: window.height, span: .init(start: 0, end: Float(window.height)), size: height,
            outputs: kept.top..<kept.top + kept.height)
        func value(_ x: Int, _ y: Int) -> UInt16 {
            let at = 2 * ((window.top + y) * self.width + window.left + x)
            return UInt16(values[at]) | UInt16(values[at + 1]) << 8
        }
        let isTall = window.height > 100 * window.width && height < window.height
        let sources = isTall ? columns.sources : rows.sources
        let (first, second) = isTall ? (rows, columns) : (columns, rows)
        // One line for each source that the second pass needs.
        let between = sources.map { line in first.mixed { isTall ? value(line, $0) : value($0, line) } }
        var result = [UInt8](repeating: 0, count: 2 * kept.width * kept.height)
        for place in 0..<first.count {
            let mixed = second.mixed { between[$0 - sources.lowerBound][place] }
            for (other, value) in mixed.enumerated() {
                let at = 2 * (isTall ? place * kept.width + other : other * kept.width + place)
                result[at] = UInt8(truncatingIfNeeded: value)
                result[at + 1] = UInt8(value >> 8)
            }
        }
        return Picture(mode: mode, width: kept.width, height: kept.height, values: result)
    }
}

extension ResamplingTaps {
    /// All outputs of a line of 16-bit values.
    fileprivate func mixed(_ value: (Int) -> UInt16) -> [UInt16] {
        firsts.indices.map { output in
            var sum = 0.0
            for tap in offsets[output]..<offsets[output + 1] {
                sum += Double(value(firsts[output] + tap - offsets[output])) * shares[tap]
            }
            let rounded = sum >= 0 ? sum + 0.5 : sum - 0.5
            return UInt16(min(max(rounded.rounded(.towardZero), 0), 65535))
        }
    }
}
