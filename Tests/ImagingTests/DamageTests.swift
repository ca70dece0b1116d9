import Foundation
import Imaging
import Testing

/// Damaged files give an error or a picture, never a crash.
@Suite struct DamageTests {
    private static let jpegs = ["3x7.jpg", "progressive-grey.jpg", "restarts.jpg", "ycck.jpg", "profile.jpg"]
    private static let pngs = ["palette-4.png", "grey-16-interlaced.png", "rgba-8.png", "filtered.png"]

    @Test(arguments: jpegs + pngs)
    func everyPrefixIsTruncated(_ name: String) throws {
        let bytes = try Golden.file(name)
        let format: ImageFormat = name.hasSuffix("jpg") ? .jpeg : .png
        for length in (format == .jpeg ? 3 : 8)..<bytes.count {
            #expect(throws: ImageError(.truncated(format)), "\(length) bytes of \(name)") {
                try RGBImage(decoding: bytes.prefix(length))
            }
        }
    }

    @Test func tooShortForAFormat() throws {
        #expect(throws: ImageError(.empty)) { try RGBImage(decoding: Data()) }
        #expect(throws: ImageError(.unknownFormat("it begins with the bytes ff d8"))) {
            try RGBImage(decoding: [0xff, 0xd8] as [UInt8])
        }
    }

    @Test(arguments: jpegs + pngs)
    func flippedBytes(_ name: String) throws {
        let bytes = [UInt8](try Golden.file(name))
        var generator = Generator(seed: 1)
        var outcomes = (pictures: 0, errors: 0)
        for _ in 0..<1000 {
            var damaged = bytes
            for _ in 0...generator.integer(below: 4) {
                damaged[generator.integer(below: bytes.count)] ^= 1 << UInt8(generator.integer(below: 8))
            }
            // Half of the PNGs get checksums that fit, so that damage passes beyond their check.
            if name.hasSuffix("png"), generator.byte() & 1 == 0 { repairChecksums(&damaged) }
            do throws(ImageError) {
                let image = try RGBImage(decoding: damaged)
                #expect(image.pixels.count == 3 * image.width * image.height)
                outcomes.pictures += 1
            } catch {
                #expect(!error.description.isEmpty && error.reason != .empty)
                outcomes.errors += 1
            }
        }
        #expect(outcomes.errors > 0)
    }

    /// A marker in the middle of a scan: libjpeg would warn and fill the rest with grey.
    @Test func lostScanIsAnError() throws {
        var bytes = [UInt8](try Golden.file("444.jpg"))
        bytes.replaceSubrange((bytes.count - 200)..., with: [0xff, 0xd9])
        let error = #expect(throws: ImageError.self) { try RGBImage(decoding: bytes) }
        #expect(error?.description.contains("premature end of data segment") == true)
    }

    @Test func headersThatLie() throws {
        var png = [UInt8](try Golden.file("rgb-8.png"))
        png.replaceSubrange(16..<24, with: [0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff])
        repairChecksums(&png)
        let side = Int(Int32.max)
        #expect(throws: ImageError(.tooLarge(width: side, height: side))) { try RGBImage(decoding: png) }

        var jpeg = [UInt8](try Golden.file("grey.jpg"))
        let frame = try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xff && jpeg[$0 + 1] == 0xc0 })
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xff, 0xdc, 0xff, 0xdc])
        #expect(throws: ImageError(.tooLarge(width: 65_500, height: 65_500))) { try RGBImage(decoding: jpeg) }

        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0, 8, 0, 0])
        let error = #expect(throws: ImageError.self) { try RGBImage(decoding: jpeg) }
        #expect(error?.description.contains("damaged or unsupported JPEG") == true)
    }

    /// A few bytes that claim 3.6 thousand million pixels: nothing is allocated for them.
    @Test func aBombIsRefusedByItsHeader() throws {
        var png = [UInt8](try Golden.file("rgb-8.png"))
        png.replaceSubrange(16..<24, with: [0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60])
        repairChecksums(&png)
        let bomb = ImageError(.tooLarge(width: 60_000, height: 60_000))
        let error = #expect(throws: bomb) { try RGBImage(decoding: png) }
        #expect(error?.description == "the image claims 60000×60000 pixels, more than the 178956970 that are read")
        // Within the limit it is the pixels that are missed.
        png.replaceSubrange(16..<24, with: [0, 0, 0x32, 0, 0, 0, 0x32, 0])
        repairChecksums(&png)
        let other = #expect(throws: ImageError.self) { try RGBImage(decoding: png) }
        #expect(other?.description.contains("damaged or unsupported PNG") == true)
    }

    /// Writes into every whole chunk of a PNG the checksum that its bytes have.
    private func repairChecksums(_ png: inout [UInt8]) {
        var at = 8
        while at + 12 <= png.count {
            let length = png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            guard at + 12 + length <= png.count else { return }
            let sum = crc32(png[at + 4..<at + 8 + length])
            for i in 0..<4 { png[at + 8 + length + i] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * UInt32(i))) }
            at += 12 + length
        }
    }

    private func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var sum = UInt32.max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : (sum >> 1) ^ 0xedb8_8320 }
        }
        return ~sum
    }
}
