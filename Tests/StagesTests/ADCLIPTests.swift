import ArtifactStore
import Datasets
import Foundation
import PromptLearning
import Stages
import Tensors
import TestSupport
import Testing

@Suite("AD-CLIP from store to store")
struct ADCLIPTests {
    private struct Stopped: Error {}

    /// Parameters for a fraction of a second.
    private static let small: [String: JSONValue] = [
        "scales": 2, "imageTokens": 2, "hiddenWidth": 16, "styleHiddenWidth": 16, "batchSize": 4, "epochs": 3,
        "stepsPerEpoch": 2, "validateEvery": 2,
    ]

    private func stage(
        _ source: ArtifactKey, _ target: ArtifactKey, with changes: [String: JSONValue] = [:]
    ) throws -> LearningStage<ADCLIP> {
        try LearningStage(
            ADCLIP.kind.defaults.changed(Self.small).changed(changes),
            inputs: ["embeddings": [source], "target": [target]])
    }

    private func extracted(_ bench: Bench, views: Int = 1) throws -> (source: ArtifactKey, target: ArtifactKey) {
        (
            try bench.extract("ink", views: views, statistics: true).key,
            try bench.extract("chalk", views: views, statistics: true).key
        )
    }

    @Test("It is learned and evaluated, alone and with the image in both places, and every class has its accuracy")
    func learnedAndEvaluated() throws {
        let bench = try Bench()
        let (source, target) = try extracted(bench)
        let key = try stage(source, target).run(checkpoint: bench.checkpoint, store: bench.store)
        let stored = try bench.store.weights(key)
        #expect(stored.method == "ad-clip" && stored.domain == "ink" && stored.seed == 1)
        let metrics = try bench.store.metrics(of: key)
        for name in ["loss", "cross-entropy", "style mapping loss", "entropy", "divergence", "training accuracy"] {
            #expect(metrics.filter { $0.name == name }.count == 3)
        }
        #expect(metrics.filter { $0.name == "validation accuracy" }.map(\.epoch) == [2, 3])
        for tokens in ["mapped", "own"] {
            let evaluation = try bench.store.evaluation(
                bench.evaluated(
                    ADCLIPEvaluation.self, ["projectors": [key]], on: target, with: ["sourceTokens": .string(tokens)]))
            #expect(evaluation.method == "ad-clip" && evaluation.predictions.count == 24)
        }
        let classes = try bench.store.query("SELECT DISTINCT label FROM class_accuracies").rows
        #expect(classes == [[.text("bars")], [.text("checks")], [.text("rings")]])
    }

    @Test("Tested on a part of the target, each image of it keeps the prompt of its own style")
    func testedOnAPart() throws {
        let bench = try Bench()
        let (source, target) = try extracted(bench, views: 0)
        let key = try stage(source, target).run(checkpoint: bench.checkpoint, store: bench.store)
        var part = try bench.manifest("chalk")
        part = DomainManifest(
            dataset: part.dataset, domain: DomainParts.trainName("chalk"), classes: part.classes,
            images: part.images.enumerated().filter { $0.offset % 3 == 1 }.map(\.element))
        let train = try bench.store.record(part)
        func evaluation(_ part: ArtifactKey?) throws -> Evaluation {
            let stage = try EvaluateStage<ADCLIPEvaluation>(
                ADCLIPEvaluation.kind.defaults, inputs: ["embeddings": [target], "projectors": [key]], part: part)
            return try bench.store.evaluation(stage.run(checkpoint: bench.checkpoint, store: bench.store))
        }
        let all = try evaluation(nil), some = try evaluation(train)
        #expect(some.predictions.map(\.position) == Array(stride(from: 1, to: 24, by: 3)))
        for prediction in some.predictions {
            let other = all.predictions[prediction.position]
            #expect(prediction.predicted == other.predicted && abs(prediction.probability - other.probability) < 1e-5)
        }
    }

    @Test("The losses fall, and images of the source domain are told apart better than at the start")
    func itLearns() throws {
        let bench = try Bench()
        let (source, target) = try extracted(bench, views: 0)
        let key = try stage(source, target, with: ["epochs": 30, "validateEvery": 30]).run(
            checkpoint: bench.checkpoint, store: bench.store)
        let metrics = try bench.store.metrics(of: key)
        func mean(_ name: String, _ epochs: ClosedRange<Int>) -> Double {
            metrics.filter { $0.name == name && epochs.contains($0.epoch) }.map(\.value).reduce(0, +)
                / Double(epochs.count)
        }
        #expect(mean("cross-entropy", 26...30) < 0.7 * mean("cross-entropy", 1...2))
        #expect(mean("training accuracy", 26...30) > mean("training accuracy", 1...2) + 0.1)
    }

    @Test("What the target's images show changes nothing that is learned")
    func targetLabelsAreNotRead() throws {
        let bench = try Bench(), other = try bench.withFreshStore()
        let (source, target) = try extracted(bench, views: 0)
        let expected = try stage(source, target).run(checkpoint: bench.checkpoint, store: bench.store)
        // The same pictures, said to show something else: every image of the target in the next class.
        let truth = try other.manifest("chalk")
        let claimed = DomainManifest(
            dataset: truth.dataset, domain: truth.domain, classes: truth.classes,
            images: truth.images.map { LabelledImage(path: $0.path, digest: $0.digest, label: ($0.label + 1) % 3) })
        var parameters = ExtractStage.Parameters()
        parameters.statistics = true
        let lie = try ExtractStage(parameters).run(
            manifest: claimed, checkpoint: other.checkpoint, store: other.store
        ).key
        try other.extract("ink", views: 0, statistics: true)
        let key = try stage(source, lie).run(checkpoint: other.checkpoint, store: other.store)
        #expect(lie != target && key != expected)
        #expect(try other.store.weights(key).tensors == bench.store.weights(expected).tensors)
        #expect(try other.store.metrics(of: key) == bench.store.metrics(of: expected))
    }

    @Test("A training that is stopped goes on to the same bits", arguments: [1, 2])
    func resumed(after epoch: Int) throws {
        let bench = try Bench(), other = try bench.withFreshStore()
        let (source, target) = try extracted(bench)
        _ = try extracted(other)
        let expected = try stage(source, target).run(checkpoint: bench.checkpoint, store: bench.store)
        #expect(throws: Stopped.self) {
            try stage(source, target).run(checkpoint: other.checkpoint, store: other.store, savingEvery: .zero) {
                if $0.epoch == epoch, !$0.isResumption { throw Stopped() }
            }
        }
        var seen: [Int] = []
        let key = try stage(source, target).run(checkpoint: other.checkpoint, store: other.store, savingEvery: .zero) {
            if !$0.isResumption { seen.append($0.epoch) }
        }
        #expect(key == expected && seen == Array(epoch + 1...3))
        #expect(try other.store.weights(key).tensors == bench.store.weights(key).tensors)
        #expect(try other.store.metrics(of: key) == bench.store.metrics(of: key))
    }

    @Test("Inputs that do not fit are named, and nothing is kept")
    func badInputs() throws {
        let bench = try Bench()
        let (source, target) = try extracted(bench)
        let plain = try bench.extract("chalk", views: 1).key
        func message(_ stage: LearningStage<ADCLIP>) -> String {
            do {
                _ = try stage.run(checkpoint: bench.checkpoint, store: bench.store)
                return "it ran"
            } catch {
                return "\(error)"
            }
        }
        #expect(message(try stage(source, plain)).contains("have no block statistics; extract them with statistics"))
        #expect(message(try stage(plain, target)).contains("have no block statistics"))
        #expect(message(try stage(source, target, with: ["scales": 99])).contains("scales asks for the last 99 blocks"))
        #expect(message(try stage(source, target, with: ["imageTokens": 40])).contains("40 context vectors"))
        #expect(message(try stage(source, target, with: ["batchSize": 20])).contains("fewer than one batch of 20"))
        #expect(message(try stage(source, target, with: ["learningRate": 1e30])).contains("not a finite number"))
        #expect(try bench.artifacts(.generator).isEmpty)
        #expect(throws: (any Error).self) { try stage(source, target, with: ["pace": "day"]) }

        let projectors = try stage(source, target).run(checkpoint: bench.checkpoint, store: bench.store)
        #expect(throws: StoreError.noStatistics(plain)) {
            try bench.evaluated(ADCLIPEvaluation.self, ["projectors": [projectors]], on: plain)
        }
        let prompts = try [bench.fit(source, with: ["epochs": 1]).run(checkpoint: bench.checkpoint, store: bench.store)]
        let generator = try bench.generator([source], prompts, with: ["epochs": 1]).run(
            checkpoint: bench.checkpoint, store: bench.store)
        #expect(throws: StageInputError.self) {
            try bench.evaluated(ADCLIPEvaluation.self, ["projectors": [generator]], on: target)
        }
    }
}
