import Foundation

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

    /// Reads a file, whatever its name says it is.
    ///
    /// The pixels are those of Pillow's `Image.open(file).convert("RGB")`; see ``Picture/init(contentsOf:isExpected:)``.
    /// - Throws: an ``ImageError`` that carries the file: `unreadable` if the system cannot read it, and what
    ///   ``Picture/init(decoding:)`` throws.
    public init(contentsOf file: URL) throws(ImageError) {
        self = try Picture(contentsOf: file).rgb
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
    /// The pixels of a window, black where the window reaches beyond the picture: a picture of the window's size.
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
