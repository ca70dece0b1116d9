import CImaging
import Foundation

extension RGBImage {
    /// The most pixels that are decoded, 178,956,970: beyond it Pillow too takes the header for an attack on memory.
    public static let pixelLimit = 2 * (1 << 30) / 4 / 3

    /// Decodes a JPEG or PNG file in memory; its first bytes tell which.
    ///
    /// The pixels are those that Pillow's `Image.open(file).convert("RGB")` gives, as training code for CLIP reads them:
    /// - grey and palette pictures are spread to RGB; alpha and transparent colours are dropped, not composited;
    /// - of 16 bits the high byte counts, but 16-bit grey without alpha is clipped at 255;
    /// - CMYK and YCCK are taken as inverted (Adobe's convention) and converted without a colour profile;
    /// - EXIF orientation and colour profiles are ignored.
    ///
    /// Data that Pillow would pad with grey (a scan with bad codes or missing segments) is refused instead.
    /// - Throws: an ``ImageError`` for anything that is not one whole picture. Nothing is allocated for a picture
    ///   larger than ``pixelLimit``.
    public init(decoding bytes: some ContiguousBytes) throws(ImageError) {
        // The closure of withUnsafeBytes throws untyped errors; a result carries the type through.
        self = try bytes.withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            return Result { () throws(ImageError) in try RGBImage(decoding: bytes) }
        }.get()
    }

    private init(decoding bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) {
        let (format, size) = try Self.header(of: bytes)
        let width = Int(size.width), height = Int(size.height)
        let count = 3 * width * height
        var outcome = cimaging_outcome()
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { pixels, initialized in
            outcome =
                switch format {
                case .jpeg: cimaging_jpeg_decode(bytes.baseAddress, bytes.count, size, pixels.baseAddress)
                case .png: cimaging_png_decode(bytes.baseAddress, bytes.count, size, pixels.baseAddress)
                }
            initialized = outcome.status == cimaging_ok ? count : 0
        }
        try check(outcome, format, size)
        self.init(width: width, height: height, pixels: pixels)
    }

    /// The size that the header of a JPEG or PNG file gives. Of a file that is mapped, only the first pages are read.
    /// - Throws: an ``ImageError`` for data that no picture begins with. One that ends too soon is not noticed.
    public static func size(announcedBy bytes: some ContiguousBytes) throws(ImageError) -> (width: Int, height: Int) {
        let size = try bytes.withUnsafeBytes { raw in
            let bytes = raw.bindMemory(to: UInt8.self)
            return Result { () throws(ImageError) in try header(of: bytes).size }
        }.get()
        return (Int(size.width), Int(size.height))
    }

    private static func header(
        of bytes: UnsafeBufferPointer<UInt8>
    ) throws(ImageError) -> (format: ImageFormat, size: cimaging_size) {
        let format = try ImageFormat(announcedBy: bytes)
        var size = cimaging_size()
        switch format {
        case .jpeg: try check(cimaging_jpeg_size(bytes.baseAddress, bytes.count, &size), format, size)
        case .png: try check(cimaging_png_size(bytes.baseAddress, bytes.count, &size), format, size)
        }
        let width = Int(size.width), height = Int(size.height)
        guard width > 0, height > 0 else { throw ImageError(.corrupt(format, "it has no pixels")) }
        guard width * height <= pixelLimit else { throw ImageError(.tooLarge(width: width, height: height)) }
        return (format, size)
    }
}

/// Throws what a C function reports.
func check(_ outcome: cimaging_outcome, _ format: ImageFormat, _ size: cimaging_size) throws(ImageError) {
    switch outcome.status {
    case cimaging_ok: return
    case cimaging_truncated: throw ImageError(.truncated(format))
    case cimaging_out_of_memory: throw ImageError(.outOfMemory(width: Int(size.width), height: Int(size.height)))
    default:
        let message = withUnsafeBytes(of: outcome.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        throw ImageError(.corrupt(format, message))
    }
}
