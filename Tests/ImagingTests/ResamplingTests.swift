import Imaging
import Testing

@Suite struct ResamplingTests {
    /// Enlarged, reduced, one axis only, boxes with fractions, from 1×1 to 501×37: equal to Pillow in every bit.
    @Test func pixelsAreThoseOfPillow() throws {
        let resizings = try Golden.load().resizings
        #expect(resizings.count > 100)
        for golden in resizings {
            let box = golden.box.map { PixelBox(left: $0[0], top: $0[1], right: $0[2], bottom: $0[3]) }
            let resized = RGBImage.noise(golden.size, seed: golden.seed)
                .resized(width: golden.target[0], height: golden.target[1], box: box)
            #expect(resized.size == golden.target)
            #expect(resized.digest == golden.digest, "\(golden.size) to \(golden.target), box \(golden.box ?? [])")
        }
    }

    @Test func sameSizeCopies() {
        let image = RGBImage.noise([37, 21], seed: 3)
        #expect(image.resized(width: 37, height: 21) == image)
    }

    @Test func wholePixelBoxAtItsOwnSizeCrops() {
        let image = RGBImage.noise([37, 21], seed: 3)
        let box = PixelBox(left: 5, top: 2, right: 25, bottom: 20)
        #expect(
            image.resized(width: 20, height: 18, box: box)
                == image.cropped(to: PixelWindow(left: 5, top: 2, width: 20, height: 18)))
    }

    @Test func cropsAndMirrors() {
        let image = RGBImage(width: 2, height: 2, pixels: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
        #expect(image.mirrored().pixels == [4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9])
        #expect(image.cropped(to: PixelWindow(left: 1, top: 0, width: 1, height: 2)).pixels == [4, 5, 6, 10, 11, 12])
        // Beyond the picture it is black.
        let beyond = image.cropped(to: PixelWindow(left: -1, top: 1, width: 4, height: 2))
        #expect(beyond.pixels == [0, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0, 0] + [UInt8](repeating: 0, count: 12))
        #expect(image.cropped(to: PixelWindow(left: 5, top: 5, width: 1, height: 1)).pixels == [0, 0, 0])
    }
}
