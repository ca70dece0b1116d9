import Foundation
import TestSupport
import Testing

@Suite("How images are encoded")
struct EncodingTests {
    @Test("CLIP's order has keys of its own; Dassl's are those of no order at all")
    func order() async throws {
        let workplace = try Workplace()
        func keys(_ arguments: String...) async throws -> [String] {
            let outcome = try await workplace.start(
                "spg-extract", ["--data", "data", "--domain", "ink"] + arguments
            ).outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
            return outcome.lines
        }
        let usual = try await keys(), dassl = try await keys("--preprocessing", "dassl")
        let clip = try await keys("--preprocessing", "clip")
        #expect(usual == dassl && clip != usual && clip.count == 1)
        let both = try await workplace.run(
            "spg-extract", "--data", "data", "--imported", "gpu", "--preprocessing", "clip")
        #expect(both.status == 64 && both.errors.contains("Give either --imported or --preprocessing, not both."))

        // A pipeline in the same order has the same encoder.
        for order in ["dassl", "clip"] {
            let outcome = try await workplace.run(
                "spg", "run", "small.yaml", "--until", "features(domain ink)", "--set", "encoder.preprocessing=\(order)")
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        #expect(try workplace.count("SELECT count(*) FROM encoders") == 2)
    }

    @Test("A file is read by its content, whatever its name ends in; other formats are images of a data set, too")
    func formats() async throws {
        let workplace = try Workplace()
        let pictures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/pictures")
        let place = workplace.url.appending(path: "data/ink/rings")
        let copies = [
            "lossy.webp": "a.webp", "global.gif": "b.GIF", "palette-8.bmp": "c.bmp", "tiles.tiff": "d.tif",
            "cmyk.tiff": "e.tiff", "animated.webp": "really a webp.jpg", "part.gif": "really a gif.png",
        ]
        for (from, to) in copies {
            try FileManager.default.copyItem(at: pictures.appending(path: from), to: place.appending(path: to))
        }
        let check = try await Program("spg", ["data", "check", "folder", "data", "--decode"], in: workplace.url).outcome()
        #expect(check.status == 0 && check.output.contains("31"), "\(check.output)\(check.errors)")
        let outcome = try await workplace.run("spg-extract", "--data", "data", "--domain", "ink")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try workplace.count("SELECT count(*) FROM embeddings") == 24 + copies.count)
    }

    @Test("Crops that are fresh in every epoch are not in the estimate, which says so")
    func freshViews() async throws {
        let workplace = try Workplace()
        let usual = try await workplace.run("spg", "run", "small.yaml", "--dry-run")
        #expect(usual.status == 0 && !usual.output.contains("at least"), "\(usual.output)\(usual.errors)")
        let fresh = try await workplace.run(
            "spg", "run", "small.yaml", "--dry-run", "--set", "stages.features.with.views=everyEpoch")
        #expect(fresh.output.contains("in all about at least"), "\(fresh.output)\(fresh.errors)")
        #expect(fresh.output.contains("not counted: the crops that "), "\(fresh.output)")
    }
}
