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
