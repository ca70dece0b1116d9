import ArtifactStore
import CLIP
import Foundation
import PromptLearning
import Stages
import Tensors
import Testing

/// A method that writes prompts without an adversary, by the name of its stage.
private enum Method: String, CaseIterable, CustomTestStringConvertible {
    case regressor, dualPath = "dual-path", flow

    var testDescription: String { rawValue }
}

/// Two source domains with their prompts, single and in pairs, and each method with small parameters.
private struct Sources {
    let bench: Bench
    let embeddings: [ArtifactKey], prompts: [ArtifactKey], pairs: [ArtifactKey]

    init(_ bench: Bench) throws {
        self.bench = bench
        embeddings = try ["ink", "oil"].map { try bench.extract($0, views: 1).key }
        prompts = try embeddings.map { try bench.fit($0).run(checkpoint: bench.checkpoint, store: bench.store) }
        let pair = bench.pair
        pairs = try embeddings.map { try pair([$0], [:]).run(checkpoint: bench.checkpoint, store: bench.store) }
    }

    static let parameters: [String: JSONValue] = [
        "batchSize": 8, "epochs": .number(Double(Bench.epochs)), "warmUpEpochs": 1, "stepsPerEpoch": 6,
    ]

    func make(
        _ method: Method, with changes: [String: JSONValue] = [:], savingEvery interval: Duration = .seconds(2),
        progress: (TrainingProgress) throws -> Void = { _ in }
    ) throws -> ArtifactKey {
        func run<M: LearnedMethod>(_: M.Type, _ labels: [ArtifactKey]) throws -> ArtifactKey {
            try LearningStage<M>(
                M.kind.defaults.changed(Self.parameters).changed(changes),
                inputs: ["embeddings": embeddings, "prompts": labels]
            ).run(checkpoint: bench.checkpoint, store: bench.store, savingEvery: interval, progress: progress)
        }
        switch method {
        case .regressor: return try run(PromptRegressor.self, prompts)
        case .dualPath: return try run(DualPath.self, pairs)
        case .flow: return try run(PromptFlow.self, prompts)
        }
    }

    func evaluation(_ generator: ArtifactKey, with changes: [String: JSONValue] = [:]) throws -> Evaluation {
        let target = try bench.extract("chalk", views: 0).key
        return try bench.store.evaluation(
            bench.evaluated(GeneratorEvaluation.self, ["generator": [generator]], on: target, with: changes))
    }
}

extension Bench {
    /// Fits a pair of prompts, with small parameters unless told otherwise.
    fileprivate func pair(_ embeddings: [ArtifactKey], _ changes: [String: JSONValue]) throws -> LearningStage<DualCoOp> {
        try LearningStage(
            DualCoOp.kind.defaults.changed([
                "context": "", "negativeContext": "", "contextLength": 2, "batchSize": 8,
                "epochs": .number(Double(Self.epochs)), "learningRate": 0.05,
            ]).changed(changes), inputs: ["embeddings": embeddings])
    }
}

@Suite("Networks that write prompts without an adversary")
struct GeneratorMethodTests {
    private struct Stopped: Error {}

    @Test("Each learns, says what it is, and classifies a domain it has not seen", arguments: Method.allCases)
    fileprivate func learning(method: Method) throws {
        let sources = try Sources(Bench()), store = sources.bench.store
        let key = try sources.make(method, with: ["epochs": 12, "stepsPerEpoch": 20])
        let generator = try store.weights(key)
        #expect(generator.method == (method == .dualPath ? "dpspg" : method.rawValue))
        #expect(generator.domain == "ink+oil" && generator.seed == 1)
        let metrics = try store.metrics(of: key)
        func values(_ name: String) -> [Double] { metrics.filter { $0.name == name }.map(\.value) }
        let losses = values("loss"), errors = values("label error")
        #expect(losses.count == 12)
        #expect(try #require(losses.last) < losses[0])
        #expect(try #require(errors.last) < errors[0])
        #expect(values("validation accuracy").max() == generator.validationAccuracy)
        #expect(((values("draw spread").max() ?? 0) > 0) == (method == .flow))
        let evaluation = try sources.evaluation(key)
        #expect(evaluation.method == generator.method && evaluation.predictions.count == 24)
        // Draws differ where there is noise to draw from.
        let spreads = try sources.evaluation(key, with: ["draws": 3]).predictions.map { $0.spread ?? 0 }
        #expect(spreads.contains { $0 > 0 } == (method == .flow))
    }

    @Test("The same seed makes the same bits in another store; another seed makes others", arguments: Method.allCases)
    fileprivate func reproducible(method: Method) throws {
        let bench = try Bench()
        let (first, second) = (try Sources(bench), try Sources(bench.withFreshStore()))
        let key = try first.make(method)
        #expect(try key == second.make(method))
        let tensors = try bench.store.weights(key).tensors
        #expect(try tensors == second.bench.store.weights(key).tensors)
        #expect(try bench.store.metrics(of: key) == second.bench.store.metrics(of: key))
        let other = try first.make(method, with: ["seed": 2])
        #expect(try other != key && bench.store.weights(other).tensors != tensors)
    }

    @Test(
        "A run that is stopped goes on to the same bits",
        arguments: [
            (.regressor, [1]), (.regressor, [2, 4]), (.dualPath, [1]), (.dualPath, [1, 3]), (.flow, [1]), (.flow, [2, 3]),
        ]
            as [(Method, [Int])])
    fileprivate func resuming(method: Method, epochs: [Int]) throws {
        let bench = try Bench()
        let (whole, stopped) = (try Sources(bench), try Sources(bench.withFreshStore()))
        let expected = try whole.make(method, with: ["validateEvery": 2])
        for epoch in epochs {
            #expect(throws: Stopped.self) {
                try stopped.make(method, with: ["validateEvery": 2], savingEvery: .zero) {
                    if $0.epoch == epoch, !$0.isResumption { throw Stopped() }
                }
            }
        }
        var resumptions: [Int] = []
        let key = try stopped.make(method, with: ["validateEvery": 2], savingEvery: .zero) {
            if $0.isResumption { resumptions.append($0.epoch) }
        }
        #expect(key == expected && resumptions == [epochs.last])
        #expect(try bench.store.weights(key).tensors == stopped.bench.store.weights(key).tensors)
        #expect(try bench.store.metrics(of: key) == stopped.bench.store.metrics(of: key))
    }

    @Test("How far prompts differ from seed to seed and from draw to draw", arguments: Method.allCases)
    fileprivate func spread(method: Method) throws {
        let sources = try Sources(Bench()), store = sources.bench.store
        let target = try sources.bench.extract("chalk", views: 0).key
        let generators = try [1, 2].map { (key: try sources.make(method, with: ["seed": .number(Double($0))]), seed: $0) }
        let both = try PromptSpread(of: generators, on: target, draws: 3, store: store)
        #expect(both.size > 0 && (both.overSeeds ?? 0) > 0 && (both.overDraws > 0) == (method == .flow))
        // Of the same generator twice nothing differs but the noise's seed.
        let same = try PromptSpread(of: [generators[0], generators[0]], on: target, store: store)
        #expect(same.overSeeds == 0)
        #expect(try PromptSpread(of: [generators[0]], on: target, store: store).overSeeds == nil)
    }

    @Test("A training whose loss ceases to be finite makes nothing, and says where", arguments: Method.allCases)
    fileprivate func diverging(method: Method) throws {
        let sources = try Sources(Bench())
        let made = try sources.bench.artifacts(.generator)
        let error = #expect(throws: (any Error).self) {
            try sources.make(method, with: ["learningRate": 1e38, "warmUpLearningRate": 1e-5], savingEvery: .zero)
        }
        let text = "\(try #require(error))"
        #expect(
            text.contains("not a finite number in epoch 2, step ") || text.contains("After the last step of epoch 2"), "\(text)"
        )
        #expect(text.contains("The last good checkpoint, of epoch 1, is in the store"), "\(text)")
        #expect(try sources.bench.artifacts(.generator) == made)
    }
}

@Suite("A positive and a negative prompt")
struct DualPathTests {
    private struct Stopped: Error {}

    @Test("The positive prompt learns as CoOp's does, the negative one what an image is not")
    func contexts() throws {
        let bench = try Bench(), embeddings = try bench.extract("ink").key
        let coOp = try bench.fit(embeddings).run(checkpoint: bench.checkpoint, store: bench.store)
        let dual = try bench.pair([embeddings], [:]).run(checkpoint: bench.checkpoint, store: bench.store)
        func values(_ key: ArtifactKey, _ name: String) throws -> [Double] {
            try bench.store.metrics(of: key).filter { $0.name == name }.map(\.value)
        }
        for (a, b) in zip(try values(dual, "positive loss"), try values(coOp, "loss")) { #expect(abs(a - b) < 1e-6) }
        let negative = try values(dual, "negative loss")
        #expect(negative.count == Bench.epochs)
        #expect(try #require(negative.last) < negative[0])
        let stored = try bench.store.weights(dual)
        #expect(stored.method == "dual-coop" && stored.domain == "ink")
        #expect(Set(stored.tensors.keys) == ["positive", "negative"])
        #expect(stored.tensors.values.allSatisfy { $0.shape == [2, 64] })
    }

    @Test("A fit that is stopped goes on to the same bits", arguments: [[1], [2, 4]])
    func resuming(epochs: [Int]) throws {
        let bench = try Bench(), other = try bench.withFreshStore()
        let key = try bench.extract("ink").key
        try other.extract("ink")
        let expected = try bench.pair([key], [:]).run(checkpoint: bench.checkpoint, store: bench.store)
        for epoch in epochs {
            #expect(throws: Stopped.self) {
                try other.pair([key], [:]).run(checkpoint: other.checkpoint, store: other.store, savingEvery: .zero) {
                    if $0.epoch == epoch, !$0.isResumption { throw Stopped() }
                }
            }
        }
        #expect(try other.pair([key], [:]).run(checkpoint: other.checkpoint, store: other.store) == expected)
        #expect(try bench.store.weights(expected).tensors == other.store.weights(expected).tensors)
        #expect(try bench.store.metrics(of: expected) == other.store.metrics(of: expected))
    }

    @Test("An image is classified by the difference of its cosines with what both paths write")
    func classification() throws {
        let sources = try Sources(Bench()), bench = sources.bench
        let key = try sources.make(.dualPath, with: ["negativeWeight": 0.4])
        let found = try sources.evaluation(key).predictions
        let target = try bench.store.embeddings(bench.extract("chalk", views: 0).key, view: "center")
        let model = try CLIPText(checkpoint: bench.checkpoint), width = model.transformer.width
        let paths = try #require(
            DualPath(tensors: bench.store.weights(key).tensors, featureDimension: 32, width: width))
        let classes = try ClassPrompts(classNames: target.manifest.classes.map(\.text), contextLength: 2, model: model)
        let positive = paths.prompts(noise: Tensor([24, 0]), features: target.vectors)
        let negative = try #require(paths.counterweight(features: target.vectors)).prompts
        for (row, prediction) in found.enumerated() {
            func cosines(_ prompts: Tensor) -> [Double] {
                let context = prompts.rows(row..<row + 1).reshaped([2, width])
                let text = classes.textFeatures(Variable(context), model: model).value
                return (0..<text.rows).map { c in
                    zip(text.rows(c..<c + 1).values, target.vectors.rows(row..<row + 1).values)
                        .reduce(0) { $0 + Double($1.0) * Double($1.1) }
                }
            }
            let scores = zip(cosines(positive), cosines(negative)).map { Double(model.logitScale) * ($0 - 0.4 * $1) }
            let shares = scores.map { exp($0 - (scores.max() ?? 0)) }, sum = shares.reduce(0, +)
            #expect(prediction.predicted == scores.indices.max { scores[$0] < scores[$1] })
            #expect(abs(prediction.probability - shares[prediction.predicted] / sum) < 1e-5)
        }
    }

    @Test(
        "The epoch is one of those asked for, and training ends with the last of them: of all five without a wish",
        arguments: [([:], 1...5), (["earliestEpoch": 3, "latestEpoch": 4], 3...4), (["earliestEpoch": 4], 4...5)]
            as [([String: JSONValue], ClosedRange<Int>)])
    func choice(wish: [String: JSONValue], epochs: ClosedRange<Int>) throws {
        let sources = try Sources(Bench()), store = sources.bench.store
        let key = try sources.make(.dualPath, with: wish)
        let metrics = try store.metrics(of: key)
        #expect(metrics.filter { $0.name == "loss" }.map(\.epoch) == Array(1...epochs.upperBound))
        #expect(metrics.filter { $0.name == "validation accuracy" }.map(\.epoch) == Array(epochs))
    }

    @Test("What does not fit together is refused, and said")
    func refusals() throws {
        let sources = try Sources(Bench()), bench = sources.bench
        func message(_ embeddings: [ArtifactKey], _ prompts: [ArtifactKey]) throws -> String {
            let error = #expect(throws: (any Error).self) {
                try LearningStage<DualPath>(
                    DualPath.kind.defaults.changed(Sources.parameters),
                    inputs: ["embeddings": embeddings, "prompts": prompts]
                ).run(checkpoint: bench.checkpoint, store: bench.store)
            }
            return "\(try #require(error))"
        }
        #expect(try message(sources.embeddings, [sources.pairs[0]]).contains("2 domains but 1 pairs of prompts"))
        let regressor = try sources.make(.regressor)
        #expect(try message(sources.embeddings, [sources.pairs[0], regressor]).contains("is not a pair of prompts"))
        let long = try bench.pair([sources.embeddings[1]], ["contextLength": 3])
            .run(checkpoint: bench.checkpoint, store: bench.store)
        #expect(try message(sources.embeddings, [sources.pairs[0], long]).contains("differ in shape"))
        let pooled = try bench.fit(sources.embeddings[0], sources.embeddings[1])
            .run(checkpoint: bench.checkpoint, store: bench.store)
        let same = #expect(throws: (any Error).self) {
            try LearningStage<PromptFlow>(
                PromptFlow.kind.defaults.changed(Sources.parameters),
                inputs: ["embeddings": sources.embeddings, "prompts": [pooled]]
            ).run(checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect("\(try #require(same))".contains("are all the same"))
        let unfit = #expect(throws: (any Error).self) { try sources.evaluation(sources.pairs[0]) }
        #expect("\(try #require(unfit))".contains("writes no prompts for images"))
    }
}
