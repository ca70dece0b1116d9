import Foundation
import Imaging
import Testing

/// CLIP's order, resizing in the file's own colours, equals Pillow's `resize`, `crop` and `convert("RGB")`.
@Suite struct ColorOrderTests {
    private func check(_ golden: GoldenPictures.File, _ bytes: Data) throws {
        let picture = try Picture(decoding: bytes)
        for view in golden.views {
            var preprocessing = CLIPPreprocessing(resolution: view.resolution)
            preprocessing.order = .clip
            let center = preprocessing.centerView(of: picture).digest, window = view.window
            #expect(center == view.center, "\(golden.file) at \(view.resolution)")
            let crop = picture.resized(
                PixelWindow(left: window[0], top: window[1], width: window[2], height: window[3]), side: view.resolution)
            #expect(crop.digest == view.crop, "crop of \(golden.file) at \(view.resolution)")
        }
    }

    /// Palettes, two colours, alpha, 16 bits and inks, of all formats.
    @Test func viewsAreThoseOfPillow() throws {
        let golden = try GoldenPictures.load()
        for file in golden.files { try check(file, GoldenPictures.file(file.file)) }
        for file in golden.others { try check(file, Golden.file(file.file)) }
    }

    /// In Dassl's order, whatever a file's colours are, it is its RGB that is resized; and of RGB both orders are one.
    @Test func dasslConvertsFirst() throws {
        let preprocessing = CLIPPreprocessing(resolution: 8)
        var other = preprocessing
        other.order = .clip
        for (name, differs) in [("palette-8.png", true), ("grey-1.png", true), ("rgba-8.png", true), ("rgb-8.png", false)] {
            let picture = try Picture(decoding: Golden.file(name))
            let view = preprocessing.centerView(of: picture)
            #expect(view == preprocessing.centerView(of: picture.rgb), "\(name)")
            #expect((view != other.centerView(of: picture)) == differs, "\(name)")
        }
    }
}
