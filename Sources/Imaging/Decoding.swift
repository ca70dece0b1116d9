import CImaging
import Foundation

/// A file format that is read. JPEG and PNG are written, too.
public enum ImageFormat: String, Sendable, CaseIterable, CustomStringConvertible {
    case jpeg = "JPEG"
    case png = "PNG"
    case webp = "WebP"
    case gif = "GIF"
    case bmp = "BMP"
    case tiff = "TIFF"

    public var description: String { rawValue }

    /// The format that the first bytes of a file announce.
    init(announcedBy bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) {
        if bytes.isEmpty { throw ImageError(.empty) }
        guard let format = Self.allCases.first(where: { $0.isAnnounced(by: bytes) }) else {
            throw ImageError(.unknownFormat(Self.likeness(of: bytes)))
        }
        self = format
    }

    private func isAnnounced(by bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .jpeg: bytes.starts(with: [0xff, 0xd8, 0xff])
        case .png: bytes.starts(with: [0x89] + Array("PNG\r\n\u{1a}\n".utf8))
        case .webp: Self.text("RIFF", in: bytes) && Self.text("WEBP", in: bytes, at: 8)
        case .gif: Self.text("GIF87a", in: bytes) || Self.text("GIF89a", in: bytes)
        case .bmp: Self.text("BM", in: bytes)
        case .tiff: ["II*\0", "MM\0*", "II+\0", "MM\0+"].contains { Self.text($0, in: bytes) }
        }
    }

    private static func text(_ text: String, in bytes: UnsafeBufferPointer<UInt8>, at offset: Int = 0) -> Bool {
        bytes.dropFirst(offset).starts(with: text.utf8)
    }

    /// What a file that is no image for us seems to be, to tell its owner what to do with it.
    private static func likeness(of bytes: UnsafeBufferPointer<UInt8>) -> String {
        if text("ftyp", in: bytes, at: 4) { return "it seems to be an AVIF or HEIC; convert it to JPEG" }
        if text("\0\0\0\u{c}jP", in: bytes) { return "it seems to be a JPEG 2000; convert it to JPEG" }
        if text("<", in: bytes) { return "it seems to be HTML, SVG or other XML" }
        let shown = bytes.prefix(8).map { (byte: UInt8) in
            let hexadecimal = String(byte, radix: 16)
            return byte < 16 ? "0" + hexadecimal : hexadecimal
        }
        return "it begins with the bytes \(shown.joined(separator: " "))"
    }
}

extension Picture {
    /// Decodes a file in memory: JPEG, PNG, WebP, GIF, BMP or TIFF; its first bytes tell which. Of several pictures in a file
    /// the first is read.
    ///
    /// The pixels are those that Pillow's `Image.open(file)` gives. EXIF's orientation and colour profiles are ignored, but a
    /// TIFF is turned as its orientation says, as Pillow does it. Data that Pillow would pad (a scan with bad codes or missing
    /// segments) is refused instead.
    /// - Throws: an ``ImageError`` for anything that is not one whole picture, or of a kind that is not read. Nothing is
    ///   allocated for a picture larger than ``RGBImage/pixelLimit``.
    public init(decoding bytes: some ContiguousBytes) throws(ImageError) {
        // The closure of withUnsafeBytes throws untyped errors; a result carries the type through.
        self = try bytes.withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            return Result { () throws(ImageError) in try Picture(decoding: bytes) }
        }.get()
    }

    private init(decoding bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) {
        let format = try ImageFormat(announcedBy: bytes)
        guard let decode = format.library?.decode else {
            self = try Bitmap(bytes).picture()
            return
        }
        let header = try format.header(of: bytes)
        let width = Int(header.size.width), height = Int(header.size.height), mode = Mode(header.mode)
        let count = mode.stride * width * height
        var palette = [UInt8](repeating: 0, count: mode == .palette ? 768 : 0)
        var outcome = cimaging_outcome()
        let values = [UInt8](unsafeUninitializedCapacity: count) { values, initialized in
            outcome = palette.withUnsafeMutableBufferPointer {
                decode(bytes.baseAddress, bytes.count, header, values.baseAddress, $0.baseAddress)
            }
            initialized = outcome.status == cimaging_ok ? count : 0
        }
        try check(outcome, format, header.size)
        self = Picture(mode: mode, width: width, height: height, values: values, palette: palette)
            .turned(fromOrientation: header.orientation)
    }

    /// The size that the header of a file gives, in pixels. Of a file that is mapped, few pages are read.
    /// - Throws: an ``ImageError`` for data that no picture begins with. One that ends too soon is not noticed.
    public static func size(announcedBy bytes: some ContiguousBytes) throws(ImageError) -> (width: Int, height: Int) {
        let header = try bytes.withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            return Result { () throws(ImageError) in try ImageFormat(announcedBy: bytes).header(of: bytes) }
        }.get()
        let size = (Int(header.size.width), Int(header.size.height))
        return header.orientation < 5 ? size : (size.1, size.0)
    }
}

extension RGBImage {
    /// The most pixels that are decoded, 178,956,970: beyond it Pillow too takes the header for an attack on memory.
    public static let pixelLimit = 2 * (1 << 30) / 4 / 3

    /// Decodes a file in memory, as ``Picture/init(decoding:)``, and makes it RGB, as ``Picture/rgb``: the pixels are those
    /// that Pillow's `Image.open(file).convert("RGB")` gives.
    /// - Throws: what ``Picture/init(decoding:)`` throws.
    public init(decoding bytes: some ContiguousBytes) throws(ImageError) {
        self = try Picture(decoding: bytes).rgb
    }

    /// The size that the header of a file gives, in pixels; see ``Picture/size(announcedBy:)``.
    /// - Throws: an ``ImageError`` for data that no picture begins with.
    public static func size(announcedBy bytes: some ContiguousBytes) throws(ImageError) -> (width: Int, height: Int) {
        try Picture.size(announcedBy: bytes)
    }
}

extension ImageFormat {
    typealias HeaderReader = (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<cimaging_header>?) -> cimaging_outcome
    typealias Decoder = (
        UnsafePointer<UInt8>?, Int, cimaging_header, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?
    ) -> cimaging_outcome

    /// The library that reads the format; nil for the one that is read here.
    fileprivate var library: (header: HeaderReader, decode: Decoder)? {
        switch self {
        case .jpeg: (cimaging_jpeg_header, cimaging_jpeg_decode)
        case .png: (cimaging_png_header, cimaging_png_decode)
        case .webp: (cimaging_webp_header, cimaging_webp_decode)
        case .gif: (cimaging_gif_header, cimaging_gif_decode)
        case .tiff: (cimaging_tiff_header, cimaging_tiff_decode)
        case .bmp: nil
        }
    }

    fileprivate func header(of bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) -> cimaging_header {
        var header = cimaging_header()
        if let library {
            try check(library.header(bytes.baseAddress, bytes.count, &header), self, header.size)
        } else {
            let bitmap = try Bitmap(bytes)
            header.size = cimaging_size(width: UInt32(bitmap.width), height: UInt32(bitmap.height))
            header.orientation = 1
        }
        let width = Int(header.size.width), height = Int(header.size.height)
        guard width > 0, height > 0 else { throw ImageError(.corrupt(self, "it has no pixels")) }
        guard width * height <= RGBImage.pixelLimit else { throw ImageError(.tooLarge(width: width, height: height)) }
        return header
    }
}

extension Picture.Mode {
    fileprivate init(_ mode: cimaging_mode) {
        switch mode {
        case cimaging_bilevel: self = .bilevel
        case cimaging_grey: self = .grey
        case cimaging_grey_alpha: self = .greyAlpha
        case cimaging_palette: self = .palette
        case cimaging_rgb: self = .rgb
        case cimaging_rgba: self = .rgba
        case cimaging_cmyk: self = .cmyk
        case cimaging_grey16: self = .grey16
        case cimaging_grey16_big_endian: self = .grey16BigEndian
        default: preconditionFailure("an unknown mode")
        }
    }
}

extension Picture {
    /// The picture the right way up, whose rows and columns lie as an orientation of TIFF's says.
    /// - Parameter orientation: 1 to 8: where the first row and column are. From 5 on rows are columns.
    fileprivate func turned(fromOrientation orientation: UInt32) -> Picture {
        guard (2...8).contains(orientation) else { return self }
        let swaps = orientation >= 5
        let mirrorsColumns = [2, 3, 7, 8].contains(orientation), mirrorsRows = [3, 4, 6, 7].contains(orientation)
        let (newWidth, newHeight) = swaps ? (height, width) : (width, height)
        let size = mode.stride
        var turned = [UInt8](repeating: 0, count: values.count)
        for y in 0..<newHeight {
            for x in 0..<newWidth {
                var (column, row) = swaps ? (y, x) : (x, y)
                if mirrorsColumns { column = width - 1 - column }
                if mirrorsRows { row = height - 1 - row }
                let from = size * (row * width + column), to = size * (y * newWidth + x)
                for byte in 0..<size { turned[to + byte] = values[from + byte] }
            }
        }
        return Picture(mode: mode, width: newWidth, height: newHeight, values: turned, palette: palette)
    }
}

/// Throws what a C function reports.
func check(_ outcome: cimaging_outcome, _ format: ImageFormat, _ size: cimaging_size) throws(ImageError) {
    var message: String {
        withUnsafeBytes(of: outcome.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    switch outcome.status {
    case cimaging_ok: return
    case cimaging_truncated: throw ImageError(.truncated(format))
    case cimaging_unsupported: throw ImageError(.unsupported(format, message))
    case cimaging_out_of_memory: throw ImageError(.outOfMemory(width: Int(size.width), height: Int(size.height)))
    default: throw ImageError(.corrupt(format, message))
    }
}
