/// A Windows bitmap (BMP), read as Pillow reads it.
///
/// Debian has no library that reads bitmaps alone and is looked after; those that read them beside other formats give RGB
/// only. The format is a header, a palette and rows, and Swift's arrays keep their bounds, so it is read here.
struct Bitmap {
    let width: Int
    let height: Int
    private let bytes: UnsafeBufferPointer<UInt8>
    private let encoding: Encoding
    private let mode: Picture.Mode
    private let palette: [UInt8]
    private let isBottomUp: Bool
    /// Where the rows begin.
    private let start: Int

    /// How a row's pixels lie in the file.
    fileprivate enum Encoding: Equatable {
        /// Indices of 1, 4 or 8 bits.
        case indices(bits: Int)
        /// 5 bits each of blue and red, and 5 or 6 of green between them.
        case sixteen(greenBits: Int)
        /// Bytes of blue, green and so on, each at a place in a pixel of some bytes.
        case bytes(count: Int, places: [Int])
        /// Runs of indices.
        case runs(bits: Int)
    }

    /// Reads the header and the palette.
    /// - Throws: `ImageError` for what is no bitmap that is read, and one with more pixels than are read.
    init(_ bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) {
        var reader = Reader(bytes: bytes, position: 10)
        let announced = try reader.number(4)
        let headerSize = try reader.number(4)
        let headerStart = reader.position
        guard [12, 40, 52, 56, 64, 108, 124].contains(headerSize) else {
            throw ImageError(.unsupported(.bmp, "its header of \(headerSize) bytes is of an unknown kind"))
        }
        let isOld = headerSize == 12
        width = try reader.number(isOld ? 2 : 4)
        let rows = try reader.number(isOld ? 2 : 4)
        isBottomUp = isOld || rows >> 24 != 0xff
        height = isBottomUp ? rows : 1 << 32 - rows
        _ = try reader.number(2)
        let bits = try reader.number(2)
        var compression = 0, announcedColors = 0
        if !isOld {
            compression = try reader.number(4)
            reader.position += 12
            announcedColors = try reader.number(4)
        }
        guard width > 0, height > 0 else { throw ImageError(.corrupt(.bmp, "it has no pixels")) }
        guard width.multipliedReportingOverflow(by: height).overflow == false, width * height <= RGBImage.pixelLimit else {
            throw ImageError(.tooLarge(width: width, height: height))
        }
        var masks: [Int] = []
        if compression == 3 {
            reader.position = headerStart + 36
            // The header of 40 bytes is followed by three masks; larger ones hold them, and one of alpha from 56 bytes on.
            for _ in 0..<(headerSize >= 56 ? 4 : 3) { masks.append(try reader.number(4)) }
            if masks.count == 3 { masks.append(0) }
        }
        reader.position = headerStart + headerSize - 4
        if compression == 3, headerSize == 40 { reader.position += 12 }

        let encoding = try Self.encoding(bits: bits, compression: compression, masks: masks)
        self.encoding = encoding
        var start = announced
        if bits <= 8 {
            let colors = announcedColors == 0 ? 1 << bits : announcedColors
            guard colors <= 65536 else { throw ImageError(.corrupt(.bmp, "its palette has \(colors) colours")) }
            let size = isOld ? 3 : 4
            // Some writers let the pixels begin where the palette does.
            if start == headerStart + headerSize - 4 { start += size * colors }
            var palette = [UInt8](repeating: 0, count: 768)
            var isGrey = true
            for index in 0..<colors {
                guard let color = reader.slice(size) else { throw ImageError(.truncated(.bmp)) }
                let expected = colors == 2 ? 255 * index : index
                isGrey = isGrey && color.prefix(3).allSatisfy { Int($0) == expected }
                guard index < 256 else { continue }
                for channel in 0..<3 { palette[3 * index + channel] = color[color.startIndex + 2 - channel] }
            }
            // A palette of greys in order is none for Pillow.
            mode = !isGrey ? .palette : colors == 2 ? .bilevel : .grey
            guard !isGrey || encoding == .indices(bits: colors == 2 ? 1 : 8) || (encoding.isRuns && colors != 2) else {
                throw ImageError(.unsupported(.bmp, "its palette of greys is not a palette for \(bits) bits"))
            }
            self.palette = isGrey ? [] : palette
        } else {
            (mode, palette) = (encoding.hasAlpha ? .rgba : .rgb, [])
        }
        if start == 0 { start = reader.position }
        (self.bytes, self.start) = (bytes, start)
    }

    private static func encoding(bits: Int, compression: Int, masks: [Int]) throws(ImageError) -> Encoding {
        switch (compression, bits) {
        case (0, 1), (0, 4), (0, 8): return .indices(bits: bits)
        case (0, 16): return .sixteen(greenBits: 5)
        case (0, 24): return .bytes(count: 3, places: [2, 1, 0])
        case (0, 32): return .bytes(count: 4, places: [2, 1, 0])
        case (1, 8), (2, 4): return .runs(bits: bits)
        case (3, 16) where masks.prefix(3) == [0xf800, 0x7e0, 0x1f]: return .sixteen(greenBits: 6)
        case (3, 16) where masks.prefix(3) == [0x7c00, 0x3e0, 0x1f]: return .sixteen(greenBits: 5)
        case (3, 24) where masks.prefix(3) == [0xff0000, 0xff00, 0xff]: return .bytes(count: 3, places: [2, 1, 0])
        case (3, 32):
            // Masks of nothing are those of blue, green, red and alpha.
            let masks = masks == [0, 0, 0, 0] ? [0xff0000, 0xff00, 0xff, 0xff00_0000] : masks
            let places = masks.map { mask in (0..<4).first { mask == 0xff << (8 * $0) } }
            let channels = masks[3] == 0 ? places.prefix(3) : places[...]
            let known = channels.compactMap(\.self)
            if known.count == channels.count, Set(known).count == known.count {
                return .bytes(count: 4, places: known)
            }
            throw ImageError(.unsupported(.bmp, "its masks of colours are of an unusual kind"))
        default:
            throw ImageError(.unsupported(.bmp, "its \(bits) bits of a pixel in the compression \(compression) are not read"))
        }
    }

    /// Decodes the pixels.
    func picture() throws(ImageError) -> Picture {
        let values: [UInt8]
        switch encoding {
        case .runs(let bits): values = try runs(bits: bits)
        default: values = try rows()
        }
        return Picture(mode: mode, width: width, height: height, values: values, palette: palette)
    }

    private func rows() throws(ImageError) -> [UInt8] {
        let stride = (width * encoding.bits + 31) / 32 * 4, size = mode.stride
        guard start >= 0, start <= bytes.count, (bytes.count - start) / stride >= height - 1,
            bytes.count - start - stride * (height - 1) >= (width * encoding.bits + 7) / 8
        else { throw ImageError(.truncated(.bmp)) }
        var values = [UInt8](repeating: 0, count: size * width * height)
        for y in 0..<height {
            let row = start + stride * y
            var to = size * width * (isBottomUp ? height - 1 - y : y)
            for x in 0..<width {
                switch encoding {
                case .indices(let bits):
                    let highest = 1 << bits - 1, bit = x * bits
                    let index = Int(bytes[row + bit / 8]) >> (8 - bits - bit % 8) & highest
                    values[to] = mode == .bilevel ? (index > 0 ? 255 : 0) : UInt8(index)
                case .sixteen(let greenBits):
                    let pixel = Int(bytes[row + 2 * x]) | Int(bytes[row + 2 * x + 1]) << 8
                    let green = 1 << greenBits - 1
                    values[to] = UInt8((pixel >> (5 + greenBits) & 31) * 255 / 31)
                    values[to + 1] = UInt8((pixel >> 5 & green) * 255 / green)
                    values[to + 2] = UInt8((pixel & 31) * 255 / 31)
                case .bytes(let count, let places):
                    for (channel, place) in places.enumerated() { values[to + channel] = bytes[row + count * x + place] }
                case .runs: break
                }
                to += size
            }
        }
        return values
    }

    /// Indices of runs, as Pillow unpacks them: what is skipped has the index 0, and a run ends at its row's end.
    private func runs(bits: Int) throws(ImageError) -> [UInt8] {
        let count = width * height
        var indices: [UInt8] = []
        indices.reserveCapacity(min(count, 256 * bytes.count))
        var reader = Reader(bytes: bytes, position: start)
        var x = 0
        while indices.count < count {
            let length = try reader.number(1), byte = try reader.number(1)
            if length > 0 {
                let shown = min(length, max(0, width - x))
                for index in 0..<shown {
                    indices.append(UInt8(bits == 8 ? byte : index % 2 == 0 ? byte >> 4 : byte & 15))
                }
                x += shown
                continue
            }
            switch byte {
            case 0:
                let rest = (width - indices.count % width) % width
                indices += repeatElement(0, count: min(rest, count - indices.count))
                x = 0
            case 1:
                // What Pillow calls too little data: it does not go on, and says that the file is cut.
                guard indices.count >= count else { throw ImageError(.truncated(.bmp)) }
            case 2:
                let right = try reader.number(1), up = try reader.number(1)
                indices += repeatElement(0, count: min(right + up * width, count - indices.count))
                x = indices.count % width
            default:
                guard let pixels = reader.slice(bits == 8 ? byte : byte / 2) else { throw ImageError(.truncated(.bmp)) }
                for pixel in pixels {
                    if bits == 8 { indices.append(pixel) } else { indices += [pixel >> 4, pixel & 15] }
                }
                x += byte
                reader.position += reader.position % 2
            }
        }
        guard isBottomUp else { return Array(indices.prefix(count)) }
        return (0..<height).flatMap { y in indices[(height - 1 - y) * width..<(height - y) * width] }
    }

    /// Reads little-endian numbers one after the other.
    private struct Reader {
        let bytes: UnsafeBufferPointer<UInt8>
        var position: Int

        mutating func slice(_ count: Int) -> Slice<UnsafeBufferPointer<UInt8>>? {
            guard position >= 0, position <= bytes.count, count <= bytes.count - position else { return nil }
            defer { position += count }
            return bytes[position..<position + count]
        }

        mutating func number(_ count: Int) throws(ImageError) -> Int {
            guard let slice = slice(count) else { throw ImageError(.truncated(.bmp)) }
            return slice.reversed().reduce(0) { $0 << 8 | Int($1) }
        }
    }
}

extension Bitmap.Encoding {
    fileprivate var bits: Int {
        switch self {
        case .indices(let bits), .runs(let bits): bits
        case .sixteen: 16
        case .bytes(let count, _): 8 * count
        }
    }

    fileprivate var isRuns: Bool {
        if case .runs = self { true } else { false }
    }

    fileprivate var hasAlpha: Bool {
        if case .bytes(_, let places) = self { places.count == 4 } else { false }
    }
}
