import CImaging
import Foundation

extension RGBImage {
    /// The picture as a JPEG file: baseline, colour at half resolution (4:2:0).
    /// - Parameter quality: 1 to 100, libjpeg's scale.
    /// - Throws: an ``ImageError`` where the picture is longer than JPEG's 65,500 pixels, or memory runs out.
    public func jpeg(quality: Int = 90) throws(ImageError) -> Data {
        precondition((1...100).contains(quality), "a JPEG quality of \(quality)")
        return try encoded(as: .jpeg) { cimaging_jpeg_encode($0, $1, Int32(quality), $2, $3) }
    }

    /// The picture as a PNG file, 8-bit RGB.
    /// - Throws: an ``ImageError`` where memory runs out.
    public func png() throws(ImageError) -> Data {
        try encoded(as: .png) { cimaging_png_encode($0, $1, $2, $3) }
    }

    private typealias Encoder = (
        UnsafePointer<UInt8>?, cimaging_size, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>,
        UnsafeMutablePointer<Int>
    ) -> cimaging_outcome

    private func encoded(as format: ImageFormat, by encode: Encoder) throws(ImageError) -> Data {
        let size = cimaging_size(width: UInt32(width), height: UInt32(height))
        var bytes: UnsafeMutablePointer<UInt8>?
        var count = 0
        let outcome = pixels.withUnsafeBufferPointer { encode($0.baseAddress, size, &bytes, &count) }
        try check(outcome, format, size)
        guard let bytes else { throw ImageError(.outOfMemory(width: width, height: height)) }
        return Data(bytesNoCopy: bytes, count: count, deallocator: .free)
    }
}
