import Foundation
import Imaging
import Testing

@Suite struct PreprocessingTests {
    /// Odd, even, long, small pictures: equal to torchvision's Resize and CenterCrop over Pillow, also where the crop
    /// pads.
    @Test func viewsAreThoseOfTorchvision() throws {
        for golden in try Golden.load().centerViews {
            let image = RGBImage.noise(golden.size, seed: golden.seed)
            let view = CLIPPreprocessing(resolution: golden.resolution).centerView(of: image)
            #expect(view.size == [golden.resolution, golden.resolution])
            #expect(view.digest == golden.view, "\(golden.size) at \(golden.resolution)")
            #expect(image.centerCropped(to: golden.resolution).digest == golden.crop, "crop of \(golden.size)")
        }
    }

    /// A picture whose resized long side would not fit into memory needs only the part that is kept.
    @Test func aLineOfPixels() {
        let line = RGBImage(width: 1_000_000, height: 1, pixels: .init(repeating: 7, count: 3_000_000))
        let view = CLIPPreprocessing(resolution: 224).centerView(of: line)
        #expect(view.pixels.allSatisfy { $0 == 7 })
    }

    @Test func numbersAreThoseOfTorchvision() throws {
        let golden = try Golden.load().normalized
        var values = [Float](repeating: .nan, count: 27)
        values.withUnsafeMutableBufferPointer {
            CLIPPreprocessing(resolution: 3).normalize(.noise([3, 3], seed: 77), into: $0.baseAddress!)
        }
        #expect(values == golden)
    }

    @Test func survivesJSON() throws {
        let preprocessing = CLIPPreprocessing(resolution: 336)
        let data = try JSONEncoder().encode(preprocessing)
        #expect(try JSONDecoder().decode(CLIPPreprocessing.self, from: data) == preprocessing)
    }
}
