import ArtifactStore
import Datasets
import Foundation
import PromptLearning
import Stages
import TestSupport
import Testing

@Suite("Images that files split")
struct SplitFileTests {
    /// The parts of a domain by a seeded split that went through a file.
    private func parts(_ domain: Name, seed: UInt64 = 1, in bench: Bench) throws -> DomainParts {
        let folder = try ImageFolder(root: bench.data)
        let split = Split(of: try bench.manifest(domain).images, seed: seed)
        let file = folder.splitFile(of: try bench.manifest(domain), split)
        return try folder.parts(of: domain, by: file, at: "split.json") { try bench.store.digests(ofFiles: $0) }
    }

    private func keys(_ parts: DomainParts, in bench: Bench) throws -> SplitKeys {
        SplitKeys(train: try bench.store.record(parts.train), validation: try bench.store.record(parts.validation))
    }

    private func fit(
        _ embeddings: [ArtifactKey], _ splits: [SplitKeys], in bench: Bench, with changes: [String: JSONValue] = [:]
    ) throws -> LearningStage<CoOp> {
        try LearningStage(
            CoOp.kind.defaults.changed(["context": "", "contextLength": 2, "batchSize": 8, "epochs": 2])
                .changed(changes),
            inputs: ["embeddings": embeddings], splits: splits)
    }

    @Test("The same parts teach the same, bit by bit, whether a seed makes them or a file names them")
    func sameParts() throws {
        let bench = try Bench()
        let domains = ["ink", "oil"]
        let embeddings = try domains.map { try bench.extract($0).key }
        let splits = try domains.map { try keys(parts(Name($0), in: bench), in: bench) }
        let stages = try [[], splits].map { try fit(embeddings, $0, in: bench) }
        let prompts = try stages.map { try bench.store.prompt($0.run(checkpoint: bench.checkpoint, store: bench.store)) }
        #expect(prompts[0].vectors == prompts[1].vectors && prompts[0].validationAccuracy == prompts[1].validationAccuracy)
        #expect(stages[0].recipe.key != stages[1].recipe.key)

        let generators = try [[], splits].map { splits in
            try LearningStage<ConditionalGAN>(
                ConditionalGAN.kind.defaults.changed(["batchSize": 8, "epochs": 2, "warmUpEpochs": 1, "latentDimension": 8]),
                inputs: ["embeddings": embeddings, "prompts": [stages[0].recipe.key, stages[0].recipe.key]], splits: splits
            ).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(generators[0] != generators[1])
        #expect(try bench.store.weights(generators[0]).tensors == bench.store.weights(generators[1]).tensors)
    }

    @Test("The parts' images are in the key, and the parameters of a seeded split are not")
    func recipes() throws {
        let bench = try Bench()
        let embeddings = try bench.extract("ink").key
        let first = try keys(parts("ink", in: bench), in: bench)
        let other = try keys(parts("ink", seed: 2, in: bench), in: bench)
        let recipe = try fit([embeddings], [first], in: bench).recipe
        #expect(recipe.inputs.map(\.role) == ["embeddings", "train", "validation"])
        #expect(recipe.parameters["splitSeed"] == nil && recipe.parameters["trainFraction"] == nil)
        #expect(try fit([embeddings], [first], in: bench, with: ["splitSeed": 7]).recipe.key == recipe.key)
        #expect(try fit([embeddings], [other], in: bench).recipe.key != recipe.key)
        #expect(try fit([embeddings], [], in: bench, with: ["splitSeed": 7]).recipe.parameters["splitSeed"] == 7)
    }

    @Test("An image of a part that could not be read is left out")
    func unreadable() throws {
        let bench = try Bench()
        let split = try parts("ink", in: bench)
        let bad = split.train.images[0]
        try Data("no image".utf8).write(to: URL(filePath: bad.path.text))
        // The part keeps the bytes that the file had; the embeddings do not have them.
        let outcome = try bench.extract("ink", onBadImage: .skip)
        #expect(outcome.leftOut == 1)
        _ = try fit([outcome.key], [keys(split, in: bench)], in: bench).run(checkpoint: bench.checkpoint, store: bench.store)
    }

    @Test("Parts of another domain, or of too few domains, are refused")
    func mismatches() throws {
        let bench = try Bench()
        let embeddings = try ["ink", "oil"].map { try bench.extract($0).key }
        let ink = try keys(parts("ink", in: bench), in: bench), oil = try keys(parts("oil", in: bench), in: bench)
        for (splits, message) in [
            ([oil, ink], "are the images of oil/train; expected is ink/train"), ([ink], "2 domains but 1 splits"),
            (
                [ink, SplitKeys(train: oil.validation, validation: oil.train)],
                "are the images of oil/val; expected is oil/train"
            ),
        ] {
            let error = #expect(throws: StageInputError.self) {
                try fit(embeddings, splits, in: bench).run(checkpoint: bench.checkpoint, store: bench.store)
            }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        }
    }

    @Test("Tested on a part, each image of it is taken for what it is taken for among all")
    func tested() throws {
        let bench = try Bench()
        let embeddings = try bench.extract("ink").key, split = try parts("ink", in: bench), keys = try keys(split, in: bench)
        func stage(_ part: ArtifactKey?) throws -> EvaluateStage<ZeroShot> {
            try EvaluateStage(ZeroShot.kind.defaults, inputs: ["embeddings": [embeddings]], part: part)
        }
        func evaluation(_ part: ArtifactKey?) throws -> Evaluation {
            try bench.store.evaluation(stage(part).run(checkpoint: bench.checkpoint, store: bench.store))
        }
        let all = try evaluation(nil), part = try evaluation(keys.train)
        #expect(all.predictions.count == 24 && part.predictions.count == split.train.images.count)
        #expect(part.manifest == all.manifest)
        let images = try bench.manifest("ink").images
        #expect(Set(part.predictions.map { images[$0.position].digest }) == Set(split.train.images.map(\.digest)))
        for prediction in part.predictions {
            let other = all.predictions[prediction.position]
            #expect(prediction.label == other.label && prediction.predicted == other.predicted)
            #expect(abs(prediction.probability - other.probability) < 1e-5)
        }
        let recipes = try [nil, keys.train].map { try stage($0).recipe }
        #expect(recipes.map { $0.inputs.map(\.role) } == [["embeddings"], ["embeddings", "tested"]])
        #expect(recipes[0].parameters == recipes[1].parameters && recipes[0].key != recipes[1].key)
        // Of another domain, or none that trains.
        for other in try [self.keys(parts("oil", in: bench), in: bench).train, keys.validation] {
            let error = #expect(throws: StageInputError.self) { try evaluation(other) }
            #expect(error?.description.contains("expected is ink/train") == true)
        }
    }
}
