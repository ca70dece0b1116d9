import Foundation
import Imaging
import Tensors
import Testing

@Suite struct AugmentationTests {
    /// Fed with the same uniform numbers, torchvision chooses the same windows, the fallback included.
    @Test func windowsAreThoseOfTorchvision() throws {
        for golden in try Golden.load().windows {
            var generator = Generator(seed: golden.seed)
            let augmentation = RandomResizedCropFlip(
                scale: golden.scale[0]...golden.scale[1], ratio: golden.ratio[0]...golden.ratio[1])
            let window = augmentation.window(width: golden.size[0], height: golden.size[1]) { generator.uniform() }
            #expect([window.left, window.top, window.width, window.height] == golden.window, "\(golden)")
        }
    }

    /// By hand: half of the area at ratio 1 of 8×8 is √32 ≈ 5.66, so 6×6, placed at 0.5 · 3 = 1 and 0.99 · 3 = 2.
    @Test func windowByHand() {
        var numbers = [0.5, 0.5, 0.5, 0.99]
        let augmentation = RandomResizedCropFlip(scale: 0.25...0.75)
        let window = augmentation.window(width: 8, height: 8) { numbers.removeFirst() }
        #expect(window == PixelWindow(left: 2, top: 1, width: 6, height: 6))
        #expect(numbers.isEmpty)
    }

    /// By hand: nothing of 100×10 has an area of nine tenths and a ratio below 4/3; 10 · 4/3 ≈ 13 columns remain,
    /// from (100 − 13) / 2 = 43.
    @Test func fallbackByHand() {
        var draws = 0
        let window = RandomResizedCropFlip(scale: 0.9...1).window(width: 100, height: 10) {
            draws += 1
            return 0.5
        }
        #expect(window == PixelWindow(left: 43, top: 0, width: 13, height: 10))
        #expect(draws == 20)
    }

    /// A view is the window cropped, then resized, then mirrored or not.
    @Test func cropsAreThoseOfTorchvision() throws {
        for golden in try Golden.load().crops {
            let image = RGBImage.noise(golden.size, seed: golden.seed)
            let window = PixelWindow(
                left: golden.window[0], top: golden.window[1], width: golden.window[2], height: golden.window[3])
            let view = image.resized(window, width: golden.resolution, height: golden.resolution)
            #expect(view.digest == golden.digest, "\(golden)")
        }
    }

    @Test func viewsFollowTheStream() {
        let image = RGBImage.noise([60, 45], seed: 1)
        let augmentation = RandomResizedCropFlip()
        func view(_ index: Int) -> RGBImage {
            var stream = RandomStream(seed: 7, purpose: "views", index)
            return augmentation.view(of: image, resolution: 32, using: &stream)
        }
        #expect(view(0).size == [32, 32])
        #expect(view(0) == view(0))
        #expect(view(0) != view(1))
    }

    @Test func flipsAsOftenAsAsked() {
        let image = RGBImage.noise([12, 12], seed: 2)
        func flips(_ probability: Double) -> Int {
            let whole = RandomResizedCropFlip(scale: 1...1, ratio: 1...1, flipProbability: probability)
            return (0..<400).count { index in
                var stream = RandomStream(seed: 3, purpose: "flips", index)
                return whole.view(of: image, resolution: 12, using: &stream) == image.mirrored()
            }
        }
        #expect(flips(0) == 0)
        #expect(flips(1) == 400)
        #expect((160...240).contains(flips(0.5)))  // four standard deviations
    }

    @Test func names() {
        #expect(RandomResizedCropFlip().name == "crop-flip")
        #expect(
            RandomResizedCropFlip(scale: 0.5...1).name
                == "crop-flip(scale=0.5...1.0,ratio=0.75...1.3333333333333333,flip=0.5)")
    }
}
