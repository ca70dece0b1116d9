import ArtifactStore
import Foundation
import Imaging
import Stages
import TestSupport
import Testing

@Suite("The order of resizing and conversion to RGB")
struct ColorOrderTests {
    /// One domain of two classes, each with a palette's GIF and a picture in RGB.
    private func bench() throws -> Bench {
        let bench = try Bench()
        let pictures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/pictures")
        for label in ["dog", "house"] {
            let folder = bench.folder.url.appending(path: "data/mixed/\(label)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in label == "dog" ? ["global.gif", "lossy.webp"] : ["palette-8.bmp", "rgb-tiff_lzw.tiff"] {
                try FileManager.default.copyItem(at: pictures.appending(path: name), to: folder.appending(path: name))
            }
        }
        return bench
    }

    @Test("Each order has a key of its own, Dassl's is the one of before, and only files that are not RGB differ")
    func keys() throws {
        let bench = try bench()
        let dassl = try bench.extract("mixed"), clip = try bench.extract("mixed", order: .clip)
        #expect(dassl.encoded == 4 && clip.encoded == 4 && clip.found == 0)
        #expect(clip.key != dassl.key)
        let identities = try ColorOrder.allCases.map {
            try bench.store.identity(of: bench.checkpoint, origin: .computed(.float32, $0))
        }
        #expect(identities[0].key == (try bench.store.identity(of: bench.checkpoint)).key)
        #expect(identities[0].parameters["preprocessing"] == "CLIP: bicubic, short side, center crop")
        let embeddings = try [dassl, clip].map { try bench.store.embeddings($0.key, view: "center") }
        for (row, image) in embeddings[0].manifest.images.enumerated() {
            let isPalette = [".gif", ".bmp"].contains { image.path.text.hasSuffix($0) }
            let rows = embeddings.map { $0.vectors.rows(row..<row + 1) }
            #expect((rows[0] != rows[1]) == isPalette, "\(image.path)")
        }
    }
}
