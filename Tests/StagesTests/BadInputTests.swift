import ArtifactStore
import CLIP
import Datasets
import Foundation
import PromptLearning
import Stages
import Tensors
import TestSupport
import Testing

@Suite("Bad input is said, and leaves nothing half-written")
struct BadInputTests {
    /// What a failing body says; nothing of a kind may be in the store afterwards.
    private func message(
        _ bench: Bench, leavingNo kind: ArtifactKind, _ body: () throws -> Void
    ) throws -> String {
        let before = try bench.artifacts(kind)
        do {
            try body()
            Issue.record("it went well")
            return ""
        } catch {
            #expect(try bench.artifacts(kind) == before)
            #expect(try bench.isSound)
            return "\(error)"
        }
    }

    private func bad(_ name: String, in bench: Bench, _ change: (Data) -> Data) throws -> URL {
        let file = bench.data.appending(path: name)
        try change(Data(contentsOf: file)).write(to: file)
        return file
    }

    @Test("A file that is no image, or only the beginning of one, is named")
    func badImages() throws {
        for change in [{ $0.prefix(300) }, { _ in Data("not an image".utf8) }, { _ in Data() }] as [(Data) -> Data] {
            let bench = try Bench()
            let file = try bad("ink/checks/3.jpg", in: bench, change)
            let text = try message(bench, leavingNo: .embeddings) { try bench.extract("ink") }
            #expect(text.contains(file.path), "\(text)")
        }
    }

    @Test("With `skip`, unreadable files are left out and counted, then and later")
    func skipped() throws {
        let bench = try Bench()
        let bad = try [
            bad("ink/checks/3.jpg", in: bench) { $0.prefix(300) }, bad("ink/rings/2.png", in: bench) { _ in Data() },
        ]
        let outcome = try bench.extract("ink", onBadImage: .skip)
        #expect((outcome.encoded, outcome.found, outcome.leftOut) == (22, 0, 2))
        #expect(outcome.errors.count == 2)
        for file in bad { #expect(outcome.errors.contains { "\($0)".contains(file.path) }) }
        let again = try bench.extract("ink", onBadImage: .skip)
        #expect((again.encoded, again.found, again.leftOut) == (0, 22, 2))
        #expect(try bench.store.embeddings(outcome.key, view: "center").manifest.images.count == 22)
        let prompt = try bench.fit(outcome.key).run(checkpoint: bench.checkpoint, store: bench.store)
        #expect(try bench.store.prompt(prompt).vectors.isFinite)
        let evaluation = try bench.evaluation(ZeroShot.self, on: outcome.key).run(
            checkpoint: bench.checkpoint, store: bench.store)
        #expect(try bench.store.evaluation(evaluation).predictions.count == 22)
    }

    @Test("Not one readable image is an error also with `skip`")
    func allBad() throws {
        var tree = PictureTree()
        tree.count = 1
        let bench = try Bench(tree)
        for name in tree.classes { _ = try bad("ink/\(name)/0.png", in: bench) { $0.prefix(100) } }
        let text = try message(bench, leavingNo: .embeddings) { try bench.extract("ink", onBadImage: .skip) }
        #expect(text.hasPrefix("not one image of ink can be read"), "\(text)")
    }

    @Test("A checkpoint of the wrong shape, or cut off, leaves no trace in the store")
    func checkpoints() throws {
        let bench = try Bench()
        let manifest = try bench.manifest("ink")
        func text(_ name: String, _ write: (URL) throws -> Void) throws -> String {
            let folder = bench.folder.url.appending(path: name)
            try write(folder)
            return try message(bench, leavingNo: .images) {
                _ = try ExtractStage(.init()).run(
                    manifest: manifest, checkpoint: Checkpoint(contentsOf: folder), store: bench.store)
            }
        }
        let shape = try text("shape") { try TinyCLIP.write(to: $0) { $0["visual.ln_pre.bias"] = Tensor([63]) } }
        #expect(shape.contains("visual.ln_pre.bias has shape [63]; expected [128]"))
        let missing = try text("missing") { try TinyCLIP.write(to: $0) { $0["visual.ln_post.bias"] = nil } }
        #expect(missing.contains("visual.ln_post.bias is missing; expected shape [128]"))
        let cut = try text("cut") { folder in
            try TinyCLIP.write(to: folder)
            let file = folder.appending(path: "tiny.safetensors")
            try Data(contentsOf: file).dropLast(1000).write(to: file)
        }
        #expect(cut.contains("tiny.safetensors"))
        #expect(try bench.store.query("SELECT * FROM encoders").rows.isEmpty)
    }

    @Test("A class name that takes more tokens than the text encoder reads is named, by every stage that meets it")
    func longClassName() throws {
        var tree = PictureTree()
        let name = "a_class_with_a_name_that_goes_on_and_on_and_on"
        tree.classes[1] = name
        let bench = try Bench(tree)
        let key = try bench.extract("ink", views: 0).key
        let fitted = try message(bench, leavingNo: .prompt) {
            _ = try bench.fit(key).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(fitted.contains("“\(name)”") && fitted.contains("reads \(TinyCLIP.contextLength)"))
        let evaluated = try message(bench, leavingNo: .evaluation) {
            _ = try bench.evaluation(ZeroShot.self, on: key).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(evaluated.contains("“\(name)”"))
    }

    @Test("More context vectors than the text encoder reads are refused, however many")
    func longContext() throws {
        let bench = try Bench()
        let key = try bench.extract("ink", views: 0).key
        for length in [22, 24, 1_000_000] {
            let text = try message(bench, leavingNo: .prompt) {
                _ = try bench.fit(key, with: ["contextLength": .number(Double(length))])
                    .run(checkpoint: bench.checkpoint, store: bench.store)
            }
            #expect(text.contains("context vectors"), "\(text)")
        }
    }

    @Test("Too few images, or none to validate on, are said with what to change")
    func fewImages() throws {
        var tree = PictureTree()
        tree.count = 1
        let bench = try Bench(tree)
        let key = try bench.extract("ink", views: 0).key
        let few = try message(bench, leavingNo: .prompt) {
            _ = try bench.fit(key).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(few == "There are 3 training images, fewer than one batch of 8. Lower batchSize, or add images.")
        let none = try message(bench, leavingNo: .prompt) {
            _ = try bench.fit(key, with: ["batchSize": 2]).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(
            none.hasPrefix("No image is left for validation") && none.contains("add images")
                && !none.contains("lower trainFraction"))
    }

    @Test("Inputs that do not belong together are refused")
    func mismatches() throws {
        let bench = try Bench()
        let ink = try bench.extract("ink").key, oil = try bench.extract("oil", views: 1).key
        let views = try message(bench, leavingNo: .prompt) {
            _ = try bench.fit(ink, oil).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(views.contains("oil has 1 augmented views and ink has 2"))

        let folder = bench.folder.url.appending(path: "other")
        try TinyCLIP.write(to: folder) { $0["visual.class_embedding"] = Tensor([128]) }
        let other = try Checkpoint(contentsOf: folder)
        let encoder = try message(bench, leavingNo: .prompt) {
            _ = try bench.fit(ink).run(checkpoint: other, store: bench.store)
        }
        #expect(encoder.contains("The embeddings were made with the encoder “tiny”"))

        let prompts = try [2, 3].map {
            try bench.fit(ink, with: ["contextLength": .number($0), "epochs": 1])
                .run(checkpoint: bench.checkpoint, store: bench.store)
        }
        let average = try message(bench, leavingNo: .evaluation) {
            _ = try bench.evaluation(PromptEvaluation.self, ["prompts": prompts], on: ink).run(
                checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(average.contains("prompts of different shapes cannot be put together"))
        #expect(throws: StageInputError.self) {
            try bench.generator([ink], prompts).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        let wrongKind = try message(bench, leavingNo: .prompt) {
            _ = try bench.fit(prompts[0]).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(wrongKind.contains("has no embeddings artifact with the key \(prompts[0].short)"))
    }

    @Test("A training that diverges is an error, and no artifact")
    func divergence() throws {
        let bench = try Bench()
        let ink = try bench.extract("ink").key
        let text = try message(bench, leavingNo: .prompt) {
            _ = try bench.fit(ink, with: ["learningRate": 1e38, "warmUpEpochs": 0])
                .run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(text.contains("not a finite number") && text.contains("learning rate"), "\(text)")
    }
}
