import Foundation
import Imaging
import Testing

@Suite struct DecodingTests {
    /// Every colour mode, depth, subsampling, interlacing and marker in the fixtures, against Pillow.
    @Test func pixelsAreThoseOfPillow() throws {
        let files = try Golden.load().files
        #expect(files.count > 80)
        for golden in files {
            let image = try RGBImage(decoding: Golden.file(golden.file))
            #expect(image.size == golden.size, "\(golden.file)")
            #expect(image.digest == golden.digest, "\(golden.file)")
        }
    }

    @Test func contentDecidesNotTheName() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let misnamed = folder.appending(path: "really a png.jpg")
        try Golden.file("rgb-8.png").write(to: misnamed)
        #expect(try RGBImage(contentsOf: misnamed) == RGBImage(decoding: Golden.file("rgb-8.png")))
    }

    @Test func pngKeepsEveryPixel() throws {
        for size in [[1, 1], [3, 7], [37, 501], [1, 5000], [5000, 1], [9000, 40], [40, 9000]] {
            let image = RGBImage.noise(size, seed: 5)
            #expect(try RGBImage(decoding: image.png()) == image)
        }
    }

    @Test func jpegKeepsThePicture() throws {
        // A gradient, which JPEG at high quality changes little.
        var pixels: [UInt8] = []
        for y in 0..<30 as Range<UInt8> {
            for x in 0..<40 as Range<UInt8> { pixels += [6 * x, 8 * y, 100] }
        }
        let image = RGBImage(width: 40, height: 30, pixels: pixels)
        let decoded = try RGBImage(decoding: image.jpeg(quality: 95))
        let differences = zip(decoded.pixels, image.pixels).map { abs(Int($0) - Int($1)) }
        #expect(decoded.size == [40, 30])
        #expect(differences.max()! <= 12)
        #expect(try image.jpeg(quality: 20).count < image.jpeg(quality: 95).count)
    }

    @Test func whatJPEGCannotHoldIsAnError() {
        let long = RGBImage(width: 70_000, height: 1, pixels: .init(repeating: 0, count: 210_000))
        #expect(throws: ImageError.self) { try long.jpeg() }
    }
}
