import ArtifactStore
import CLIP
import Datasets
import Foundation
import GRDB
import Imaging
import PromptLearning
import Stages
import Tensors
import TestSupport
import Testing

@Suite("What is filed under a digest was made of the bytes that have it")
struct ChangedFilesTests {
    /// Another picture in the place of a file.
    private func replace(_ path: String, number: Int = 77) throws {
        try PictureTree.picture(domain: 1, label: 1, number: number).png().write(to: URL(filePath: path))
    }

    /// The center views of a domain's images by their digests, straight out of the table.
    private func features(_ bench: Bench) throws -> [String: Data] {
        try bench.store.database.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT hex(image.sha256), vector FROM embedding JOIN image ON image.id = image_id
                    WHERE view_id = (SELECT id FROM image_view WHERE name = 'center')
                    """)
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        }
    }

    @Test(
        "An image that is replaced after it was hashed is not encoded under that digest",
        arguments: [
            ExtractStage.BadImagePolicy.fail, .skip,
        ])
    func image(onBadImage: ExtractStage.BadImagePolicy) throws {
        let bench = try Bench(), right = try bench.withFreshStore()
        try right.extract("ink", views: 0)
        let manifest = try bench.manifest("ink"), image = manifest.images[5]
        let original = try Data(contentsOf: URL(filePath: image.path.text))
        for other in [try PictureTree.picture(domain: 1, label: 1, number: 77).png(), original.prefix(100), Data()] {
            try other.write(to: URL(filePath: image.path.text))
            let error = #expect(throws: ImageError.self) {
                _ = try ExtractStage(.init(), onBadImage: onBadImage)
                    .run(manifest: manifest, checkpoint: bench.checkpoint, store: bench.store)
            }
            #expect(error == ImageError(.changed, file: URL(filePath: image.path.text)))
            #expect(try bench.artifacts(.embeddings).isEmpty)
        }
        // As it is now, it is another image; put back, it is the one that it was.
        try replace(image.path.text)
        let changed = try bench.extract("ink", views: 0, onBadImage: onBadImage)
        #expect(try bench.manifest("ink").images.contains { $0.digest == image.digest } == false)
        try original.write(to: URL(filePath: image.path.text))
        let same = try bench.extract("ink", views: 0, onBadImage: onBadImage)
        #expect(same.key != changed.key && same.encoded == 1)
        let expected = try features(right), found = try features(bench)
        #expect(expected.allSatisfy { found[$0.key] == $0.value } && found.count == expected.count + 1)
    }

    @Test("A digest that is remembered wrongly costs one failed run")
    func rememberedImage() throws {
        let bench = try Bench(), manifest = try bench.manifest("ink")
        settle()
        _ = try bench.manifest("ink")
        // As where a file system's stamps do not tell.
        try bench.store.database.write {
            try $0.execute(
                sql: "UPDATE file_digest SET sha256 = zeroblob(32) WHERE path = ?", arguments: [manifest.images[0].path.text])
        }
        #expect(throws: ImageError.self) { try bench.extract("ink", views: 0) }
        #expect(try bench.manifest("ink") == manifest)
        #expect(try bench.extract("ink", views: 0).encoded == 24)
    }

    @Test("A fresh view is not filed under the digest of the image that lay there before")
    func freshView() throws {
        let bench = try Bench(), key = try bench.extract("ink", counting: .everyEpoch).key
        let images = try bench.manifest("ink").images
        // Names exchanged within a class: all keys stay.
        let paths = images[..<8].map(\.path.text), files = try paths.map { try Data(contentsOf: URL(filePath: $0)) }
        for (path, file) in zip(paths, files[1...] + files[..<1]) { try file.write(to: URL(filePath: path)) }
        #expect(throws: ImageError.self) {
            _ = try bench.fit(key, with: ["epochs": 1]).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        let views = "SELECT count(*) FROM embedding JOIN image_view ON image_view.id = view_id WHERE name <> 'center'"
        #expect(try bench.store.query(views).rows == [[.integer(0)]])
        // Recorded anew, the images are found where they are now.
        #expect(try bench.extract("ink", counting: .everyEpoch).key == key)
        _ = try bench.fit(key, with: ["epochs": 1]).run(checkpoint: bench.checkpoint, store: bench.store)
    }

    @Test("Prompts in the image encoder are not learned from an image that is replaced between two epochs")
    func visionPrompts() throws {
        let bench = try Bench(), key = try bench.extract("ink", views: 0).key
        let images = try bench.manifest("ink").images
        let stage = try LearningStage<VPT>(
            VPT.kind.defaults.changed(["depth": 2, "epochs": 3, "warmUpEpochs": 0, "batchSize": 8]),
            inputs: ["embeddings": [key]])
        let error = #expect(throws: PromptError.self) {
            _ = try stage.run(checkpoint: bench.checkpoint, store: bench.store) { progress in
                guard progress.epoch == 1 else { return }
                for (number, image) in images.enumerated() { try replace(image.path.text, number: number) }
            }
        }
        #expect(error?.description.contains("has changed since its digest was taken") == true)
        #expect(try bench.artifacts(.generator).isEmpty)
    }

    // MARK: Weights

    /// The tiny CLIP with another image encoder, whose file has as many bytes and the same time.
    private func replaceWeights(_ bench: Bench, inPlace: Bool) throws {
        let folder = bench.folder.url.appending(path: "clip"), other = bench.folder.url.appending(path: UUID().uuidString)
        try TinyCLIP.write(to: other) { weights in weights["visual.proj"] = weights["visual.proj"].map { $0.mapped { -$0 } } }
        let file = folder.appending(path: "tiny.safetensors")
        let time = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date
        try Data(contentsOf: other.appending(path: "tiny.safetensors")).write(to: file, options: inPlace ? [] : .atomic)
        try FileManager.default.setAttributes([.modificationDate: try #require(time)], ofItemAtPath: file.path)
    }

    @Test("Weights that are replaced, size and time kept, are another encoder", arguments: [true, false])
    func weights(inPlace: Bool) throws {
        let bench = try Bench(), first = try bench.extract("ink", views: 0).key
        settle()
        _ = try bench.extract("ink", views: 0)
        try replaceWeights(bench, inPlace: inPlace)
        // What was opened before is refused: some of it may be read by now, some not.
        let error = #expect(throws: (any Error).self) { try bench.extract("oil", views: 0) }
        #expect("\(try #require(error))".contains("has changed since"))
        #expect(throws: CheckpointError.self) { try CLIPText(checkpoint: bench.checkpoint) }
        let opened = try Checkpoint(contentsOf: bench.folder.url.appending(path: "clip"))
        let second = try ExtractStage(.init()).run(
            manifest: bench.manifest("ink"), checkpoint: opened, store: bench.store)
        #expect(second.key != first && second.encoded == 24)
        let (a, b) = (try bench.store.embeddings(first, view: "center"), try bench.store.embeddings(second.key, view: "center"))
        #expect(zip(a.vectors.values, b.vectors.values).allSatisfy { abs($0 + $1) < 1e-5 })
    }

    @Test("Weights whose digest is remembered wrongly encode nothing under it, and the next run goes well")
    func rememberedWeights() throws {
        let bench = try Bench(), right = try bench.withFreshStore()
        let expected = try right.extract("ink", views: 0).key
        settle()
        _ = try bench.store.identity(of: bench.checkpoint)
        try bench.store.database.write {
            try $0.execute(sql: "UPDATE file_digest SET sha256 = zeroblob(32) WHERE path LIKE '%tiny.safetensors'")
        }
        let error = #expect(throws: StageInputError.self) { try bench.extract("ink", views: 0) }
        #expect(error?.description.contains("tiny.safetensors has changed since its digest was taken") == true)
        #expect(try features(bench).isEmpty)
        #expect(try bench.extract("ink", views: 0).key == expected)
    }

    @Test("A prompt that is replaced after its digest was taken is not imported under it")
    func importedPrompt() throws {
        let bench = try Bench(), key = try bench.extract("ink", views: 0).key
        let file = bench.folder.url.appending(path: "prompt.safetensors")
        try Safetensors.encode(["ctx": Tensor([2, 64], repeating: 1)]).write(to: file)
        let stage = try ImportStage(
            .prompt, ImportStage.Subject.prompt.kind.defaults.changed(["file": .string(file.path)]), embeddings: [key])
        try Safetensors.encode(["ctx": Tensor([2, 64], repeating: 2)]).write(to: file)
        #expect(throws: StageInputError.self) { try stage.run(checkpoint: bench.checkpoint, store: bench.store) }
        #expect(try bench.artifacts(.prompt).isEmpty)
    }
}

/// Waits until what was written to files shows in their stamps: only then are they remembered.
private func settle() {
    Thread.sleep(forTimeInterval: 0.06)
}
