import ArtifactStore
import CLIP
import Datasets
import Foundation
import PromptLearning
import Stages
import Tensors
import TestSupport
import Testing

@Suite("Where context vectors stand, and whose they are")
struct PromptFormTests {
    @Test(
        "A prompt is learned in its form and evaluated in it",
        arguments: [
            (PromptLayout.ClassTokenPosition.front, false), (.middle, false), (.end, true), (.front, true),
        ])
    func flow(position: PromptLayout.ClassTokenPosition, classSpecific: Bool) throws {
        let bench = try Bench()
        let key = try bench.extract("ink").key
        let fitted = try bench.fit(
            key,
            with: [
                "classTokenPosition": .string(position.rawValue), "classSpecificContexts": .bool(classSpecific),
            ]
        ).run(checkpoint: bench.checkpoint, store: bench.store)
        let vectors = try bench.store.prompt(fitted).vectors
        #expect(vectors.shape == [classSpecific ? 6 : 2, 64])
        let losses = try bench.store.metrics(of: fitted).filter { $0.name == "loss" }.map(\.value)
        #expect(try #require(losses.last) < losses[0])

        let target = try bench.extract("chalk").key
        let evaluation = try bench.store.evaluation(
            bench.evaluation(PromptEvaluation.self, ["prompts": [fitted]], on: target).run(
                checkpoint: bench.checkpoint, store: bench.store))
        let images = try bench.store.embeddings(target, view: "center")
        let model = try CLIPText(checkpoint: bench.checkpoint)
        let text = try ClassPrompts(
            classNames: images.manifest.classes.map(\.text), contextLength: 2, position: position, classSpecific: classSpecific,
            model: model
        ).textFeatures(Variable(vectors), model: model).value
        let expected = probabilities(of: images.vectors, text: text, logitScale: model.logitScale).predictions
        #expect(evaluation.predictions.map(\.predicted) == expected.map(\.label))
        #expect(zip(evaluation.predictions, expected).allSatisfy { abs($0.probability - Double($1.probability)) < 1e-6 })
    }

    @Test("Class-specific vectors that start from words start alike and learn apart")
    func classSpecificWords() throws {
        let bench = try Bench()
        let key = try bench.extract("ink").key
        let words = try bench.fit(key, with: ["classSpecificContexts": true, "context": "a a", "epochs": 1])
        let vectors = try bench.store.prompt(words.run(checkpoint: bench.checkpoint, store: bench.store)).vectors
        #expect(vectors.rows == 6)
        #expect(vectors.rows(0..<2) != vectors.rows(2..<4) && vectors.rows(2..<4) != vectors.rows(4..<6))
    }

    @Test("Prompts of another form, and generators' label prompts, are refused with what to do")
    func refusals() throws {
        let bench = try Bench()
        let keys = try ["ink", "oil"].map { try bench.extract($0).key }
        func fitted(_ key: ArtifactKey, _ changes: [String: JSONValue]) throws -> ArtifactKey {
            try bench.fit(key, with: changes.merging(["epochs": 1]) { own, _ in own })
                .run(checkpoint: bench.checkpoint, store: bench.store)
        }
        let front = try keys.map { try fitted($0, ["classTokenPosition": "front"]) }
        let plain = try fitted(keys[0], [:])
        #expect(throws: StageInputError.self) {
            try bench.evaluation(PromptEvaluation.self, ["prompts": [plain, front[1]]], on: keys[0]).run(
                checkpoint: bench.checkpoint, store: bench.store)
        }
        do {
            _ = try bench.generator(keys, front).run(checkpoint: bench.checkpoint, store: bench.store)
            Issue.record("a generator learned from prompts that it cannot write")
        } catch let error as StageInputError {
            #expect(error.description.contains("classTokenPosition"))
        }
        #expect(try bench.artifacts(.evaluation).isEmpty && bench.artifacts(.generator).isEmpty)
    }

    @Test("Class-specific vectors are refused for images of other classes, by the classes' names")
    func otherClasses() throws {
        let bench = try Bench()
        let fitted = try bench.fit(bench.extract("ink").key, with: ["classSpecificContexts": true, "epochs": 1])
            .run(checkpoint: bench.checkpoint, store: bench.store)
        for domain in ["chalk", "ink", "oil"] {
            let folder = bench.data.appending(path: domain)
            try FileManager.default.moveItem(
                at: folder.appending(path: "rings"), to: folder.appending(path: "waves"))
        }
        let target = try bench.extract("chalk").key
        do {
            _ = try bench.evaluation(PromptEvaluation.self, ["prompts": [fitted]], on: target).run(
                checkpoint: bench.checkpoint, store: bench.store)
            Issue.record("vectors of one class were used for another")
        } catch let error as StageInputError {
            #expect(error.description.contains("rings") && error.description.contains("waves"))
        }
    }
}
