import Foundation
import Tensors

/// A picture as its file holds it: in the file's colours, before anything is converted to RGB.
///
/// It is what Pillow's `Image.open(file)` gives, and its ``rgb`` what `convert("RGB")` makes of that.
public struct Picture: Sendable, Equatable {
    /// What the values of a pixel are; in brackets, Pillow's name.
    public enum Mode: Sendable, CaseIterable {
        /// 0 or 255 ("1").
        case bilevel
        /// Grey ("L").
        case grey
        /// Grey and alpha ("LA").
        case greyAlpha
        /// An index into a palette ("P").
        case palette
        /// Red, green and blue ("RGB").
        case rgb
        /// Red, green, blue and alpha ("RGBA").
        case rgba
        /// Four inks, of which 0 is none ("CMYK").
        case cmyk
        /// Grey of 16 bits ("I;16").
        case grey16
        /// Grey of 16 bits, the high byte first ("I;16B").
        case grey16BigEndian

        /// Bytes of a pixel.
        var stride: Int {
            switch self {
            case .bilevel, .grey, .palette: 1
            case .greyAlpha, .grey16, .grey16BigEndian: 2
            case .rgb: 3
            case .rgba, .cmyk: 4
            }
        }
    }

    public let mode: Mode
    public let width: Int
    public let height: Int
    /// Rows from the top, without gaps.
    let values: [UInt8]
    /// Red, green and blue of each index of a palette: 768 values; of other modes none.
    let palette: [UInt8]

    init(mode: Mode, width: Int, height: Int, values: [UInt8], palette: [UInt8] = []) {
        precondition(width > 0 && height > 0, "a picture of \(width)×\(height) pixels")
        precondition(values.count == mode.stride * width * height, "\(values.count) values of \(width)×\(height) pixels")
        precondition(palette.count == (mode == .palette ? 768 : 0), "\(palette.count) values of a palette")
        (self.mode, self.width, self.height, self.values, self.palette) = (mode, width, height, values, palette)
    }

    /// Reads a file, whatever its name says it is; see ``init(decoding:)``.
    /// - Parameters:
    ///   - file: where it lies.
    ///   - isExpected: told the bytes before they are decoded: whether they are the file's that is meant.
    /// - Throws: an ``ImageError`` that carries the file: `unreadable` if the system cannot read it, `changed` if it is
    ///   not the one that is meant, and what ``init(decoding:)`` throws.
    public init(contentsOf file: URL, isExpected: (Data) -> Bool = { _ in true }) throws(ImageError) {
        let bytes: Data
        do {
            bytes = try Profile.measure(.read) { try Data(contentsOf: file) }
        } catch {
            throw ImageError(.unreadable(ImageError.plain(error, of: file)), file: file)
        }
        guard Profile.measure(.read, { isExpected(bytes) }) else { throw ImageError(.changed, file: file) }
        do throws(ImageError) {
            self = try Profile.measure(.decode) { () throws(ImageError) in try Picture(decoding: bytes) }
        } catch {
            throw ImageError(error.reason, file: file)
        }
    }
}

extension Picture {
    /// The picture in RGB, as Pillow's `convert("RGB")` makes it:
    /// - grey and palettes are spread; alpha is dropped, not composited;
    /// - 16-bit grey is clipped at 255, not scaled;
    /// - inks are converted without a colour profile.
    public var rgb: RGBImage {
        switch mode {
        case .rgb: RGBImage(width: width, height: height, pixels: values)
        case .bilevel, .grey: converted { ($0[0], $0[0], $0[0]) }
        case .greyAlpha: converted { ($0[0], $0[0], $0[0]) }
        case .rgba: converted { ($0[0], $0[1], $0[2]) }
        case .grey16: converted { Self.clipped(low: $0[0], high: $0[1]) }
        case .grey16BigEndian: converted { Self.clipped(low: $0[1], high: $0[0]) }
        case .palette:
            palette.withUnsafeBufferPointer { palette in
                converted {
                    let index = 3 * Int($0[0])
                    return (palette[index], palette[index + 1], palette[index + 2])
                }
            }
        case .cmyk:
            converted {
                let light = 255 - $0[3]
                return (
                    light - product($0[0], light), light - product($0[1], light), light - product($0[2], light)
                )
            }
        }
    }

    /// Whether the picture has 16 bits of grey and nothing but white is left of them: what is above 255 is clipped.
    public var isClippedToWhite: Bool {
        guard mode == .grey16 || mode == .grey16BigEndian else { return false }
        return rgb.pixels.allSatisfy { $0 == 255 }
    }

    private static func clipped(low: UInt8, high: UInt8) -> (UInt8, UInt8, UInt8) {
        let value = high > 0 ? 255 : low
        return (value, value, value)
    }

    @inline(__always)
    private func converted(_ color: (UnsafePointer<UInt8>) -> (UInt8, UInt8, UInt8)) -> RGBImage {
        let count = width * height, stride = mode.stride
        let pixels = [UInt8](unsafeUninitializedCapacity: 3 * count) { pixels, initialized in
            values.withUnsafeBufferPointer { values in
                guard var to = pixels.baseAddress, var from = values.baseAddress else { return }
                for _ in 0..<count {
                    (to[0], to[1], to[2]) = color(from)
                    to += 3
                    from += stride
                }
            }
            initialized = 3 * count
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}

/// x · y / 255, rounded.
func product(_ x: UInt8, _ y: UInt8) -> UInt8 {
    let t = UInt32(x) * UInt32(y) + 128
    return UInt8(truncatingIfNeeded: ((t >> 8) + t) >> 8)
}
