import Foundation
import Tensors

/// An 8-bit RGB picture.
public struct RGBImage: Sendable, Equatable {
    public let width: Int
    public let height: Int
    /// Rows from the top, without gaps; each pixel is red, green, blue. `3 · width · height` values.
    public internal(set) var pixels: [UInt8]

    /// A picture with the given pixels.
    /// - Precondition: both sides are at least 1, and `pixels` holds three values for each pixel.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "a picture of \(width)×\(height) pixels")
        precondition(pixels.count == 3 * width * height, "\(pixels.count) values do not fill \(width)×\(height) pixels")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Reads a JPEG or PNG file, whatever its name says it is.
    ///
    /// The pixels are those of Pillow's `Image.open(file).convert("RGB")`; see ``init(decoding:)``.
    /// - Parameter isExpected: told the bytes before they are decoded: whether they are the file's that is meant.
    /// - Throws: an ``ImageError`` that carries the file; `changed` where it is not the one that is meant.
    public init(contentsOf file: URL, isExpected: (Data) -> Bool = { _ in true }) throws(ImageError) {
        let bytes: Data
        do {
            bytes = try Profile.measure(.read) { try Data(contentsOf: file) }
        } catch {
            throw ImageError(.unreadable(ImageError.plain(error)), file: file)
        }
        guard Profile.measure(.read, { isExpected(bytes) }) else { throw ImageError(.changed, file: file) }
        do throws(ImageError) {
            self = try Profile.measure(.decode) { () throws(ImageError) in try RGBImage(decoding: bytes) }
        } catch {
            throw ImageError(error.reason, file: file)
        }
    }
}

/// A part of a picture, in whole pixels.
public struct PixelWindow: Hashable, Sendable {
    public var left, top, width, height: Int

    public init(left: Int, top: Int, width: Int, height: Int) {
        self.left = left
        self.top = top
        self.width = width
        self.height = height
    }
}

extension RGBImage {
    /// The pixels of a window, black where the window reaches beyond the picture.
    public func cropped(to window: PixelWindow) -> RGBImage {
        var cropped = [UInt8](repeating: 0, count: 3 * window.width * window.height)
        let columns = (window.left..<window.left + window.width).clamped(to: 0..<width)
        for row in 0..<window.height where !columns.isEmpty && (0..<height).contains(row + window.top) {
            let from = 3 * ((row + window.top) * width + columns.lowerBound)
            let to = 3 * (row * window.width + columns.lowerBound - window.left)
            let count = 3 * columns.count
            cropped.replaceSubrange(to..<to + count, with: pixels[from..<from + count])
        }
        return RGBImage(width: window.width, height: window.height, pixels: cropped)
    }

    /// The picture with left and right exchanged.
    public func mirrored() -> RGBImage {
        var mirrored = self
        for row in 0..<height {
            for column in 0..<width {
                let from = 3 * (row * width + column), to = 3 * (row * width + width - 1 - column)
                for channel in 0..<3 { mirrored.pixels[to + channel] = pixels[from + channel] }
            }
        }
        return mirrored
    }
}
