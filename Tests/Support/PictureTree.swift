import Foundation
import Imaging

/// A data set of small patterns: the class is the pattern, the domain its colours, the number its place.
package struct PictureTree: Sendable {
    package var domains = ["chalk", "ink", "oil"]
    package var classes = ["bars", "checks", "rings"]
    package var count = 8

    package init() {}

    /// Writes domain/class/image, half of them JPEG and half PNG.
    package func write(to root: URL) throws {
        for (domain, domainName) in domains.enumerated() {
            for (label, className) in classes.enumerated() {
                let folder = root.appending(path: "\(domainName)/\(className)")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                for number in 0..<count {
                    let picture = Self.picture(domain: domain, label: label, number: number)
                    if number.isMultiple(of: 2) {
                        try picture.png().write(to: folder.appending(path: "\(number).png"))
                    } else {
                        try picture.jpeg(quality: 95).write(to: folder.appending(path: "\(number).jpg"))
                    }
                }
            }
        }
    }

    /// 40×36 pixels. A row of squares at the top spells the number in binary: no two pictures are equal.
    package static func picture(domain: Int, label: Int, number: Int) -> RGBImage {
        let (width, height) = (40, 36)
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                let isInk =
                    switch label {
                    case 0: (x + number) / 5 % 2 == 0
                    case 1: ((x + number) / 6 + (y + 2 * number) / 6) % 2 == 0
                    default: ((x - 20 - number) * (x - 20 - number) + (y - 18) * (y - 18)) / 60 % 2 == 0
                    }
                let isMarked = y < 4 && number >> (x / 5) & 1 == 1
                let shade = isMarked ? 255 : isInk ? 30 + 60 * domain : 230 - 50 * domain
                pixels += [UInt8(shade), UInt8(max(0, shade - 25 * domain)), UInt8((shade + 3 * (x % 4)) % 256)]
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }
}
