/// A file format that is read and written.
public enum ImageFormat: String, Sendable, CustomStringConvertible {
    case jpeg = "JPEG"
    case png = "PNG"

    public var description: String { rawValue }

    /// The format that the first bytes of a file announce.
    init(announcedBy bytes: UnsafeBufferPointer<UInt8>) throws(ImageError) {
        if bytes.isEmpty { throw ImageError(.empty) }
        if bytes.starts(with: [0xff, 0xd8, 0xff]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89] + Array("PNG\r\n\u{1a}\n".utf8)) {
            self = .png
        } else {
            throw ImageError(.unknownFormat(Self.likeness(of: bytes)))
        }
    }

    /// What a file that is no image for us seems to be, to tell its owner what to do with it.
    private static func likeness(of bytes: UnsafeBufferPointer<UInt8>) -> String {
        func starts(_ text: String, at offset: Int = 0) -> Bool {
            bytes.dropFirst(offset).starts(with: text.utf8)
        }
        if starts("GIF8") { return "it is a GIF; convert it to PNG" }
        if starts("RIFF"), starts("WEBP", at: 8) { return "it is a WebP; convert it to PNG" }
        if starts("BM") { return "it seems to be a BMP; convert it to PNG" }
        if ["II*\0", "MM\0*", "II+\0", "MM\0+"].contains(where: { starts($0) }) { return "it is a TIFF; convert it to PNG" }
        if starts("ftyp", at: 4) { return "it seems to be an AVIF or HEIC; convert it to JPEG" }
        if starts("<") { return "it seems to be HTML, SVG or other XML" }
        let shown = bytes.prefix(8).map { (byte: UInt8) in
            let hexadecimal = String(byte, radix: 16)
            return byte < 16 ? "0" + hexadecimal : hexadecimal
        }
        return "it begins with the bytes \(shown.joined(separator: " "))"
    }
}
