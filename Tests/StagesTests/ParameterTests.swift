import ArtifactStore
import Datasets
import Foundation
import PromptLearning
import Stages
import TestSupport
import Testing

@Suite("Parameters that no run could use")
struct ParameterTests {
    static let unfit: [(kind: StageKind, name: String, values: [JSONValue])] = [
        (ExtractStage.kind, "views", [-1, 1001, 2.5, 1e300]),
        (CoOp.kind, "contextLength", [0, -1, 1e9, 2.5, "four"]),
        (CoOp.kind, "classTokenPosition", ["top", "End", 3]),
        (CoOp.kind, "classSpecificContexts", [1, "yes"]),
        (CoOp.kind, "learningRate", [0, -0.1, 1e300, .number(.nan), .number(.infinity)]),
        (CoOp.kind, "momentum", [-0.1, 1, .number(.nan)]),
        (CoOp.kind, "weightDecay", [-1, .number(.nan)]),
        (CoOp.kind, "batchSize", [0, -8, 1e12, 1.5]),
        (CoOp.kind, "epochs", [0, -1, 1e9, 0.5, .null]),
        (CoOp.kind, "warmUpEpochs", [-1, 0.5]),
        (CoOp.kind, "warmUpLearningRate", [-1e-5, .number(.nan)]),
        (CoOp.kind, "seed", [-1, 1.5, 1e300]),
        (CoOp.kind, "splitSeed", [-1, 0.1]),
        (CoOp.kind, "trainFraction", [0, 1, -0.1, 1.5, .number(.nan)]),
        (DualCoOp.kind, "contextLength", [0, 2.5]),
        (DualCoOp.kind, "momentum", [1, -0.1]),
        (PromptRegressor.kind, "batchSize", [1, 0]),
        (PromptRegressor.kind, "learningRate", [0, .number(.nan)]),
        (DualPath.kind, "negativeWeight", [-0.1, .number(.nan)]),
        (DualPath.kind, "earliestEpoch", [0, 51, 1.5]),
        (DualPath.kind, "latestEpoch", [0, 1.5]),
        (DualPath.kind, "epochs", [0]),
        (PromptFlow.kind, "steps", [0, 1001, 1.5]),
        (PromptFlow.kind, "epochs", [0]),
        (ConditionalGAN.kind, "learningRate", [0, -1, .number(.nan)]),
        (ConditionalGAN.kind, "weightDecay", [-1]),
        (ConditionalGAN.kind, "batchSize", [0, 1, -1]),
        (ConditionalGAN.kind, "epochs", [0, -3]),
        (ConditionalGAN.kind, "warmUpEpochs", [-1]),
        (ConditionalGAN.kind, "warmUpLearningRate", [-1]),
        (ConditionalGAN.kind, "latentDimension", [-1, 1e12]),
        (ConditionalGAN.kind, "stepsPerEpoch", [-1, 1e12]),
        (ConditionalGAN.kind, "validateEvery", [0, -1]),
        (ConditionalGAN.kind, "clip", [1, "yes"]),
        (ConditionalGAN.kind, "clipGeneratorBiases", [0, -1, .number(.nan)]),
        (ConditionalGAN.kind, "seed", [-1]),
        (ConditionalGAN.kind, "trainFraction", [0, 1]),
        (ZeroShot.kind, "template", ["a photo", 3]),
        (GeneratorEvaluation.kind, "seed", [-1, 0.5]),
        (GeneratorEvaluation.kind, "draws", [0, -1, 1001, 2.5, "many"]),
        (GeneratorEvaluation.kind, "average", ["prompts", 1]),
    ]

    @Test("are refused by name", arguments: unfit.indices)
    func refused(row: Int) throws {
        let (kind, name, values) = Self.unfit[row]
        _ = try kind.check(kind.defaults)
        for value in values {
            do {
                _ = try kind.check(kind.defaults.changed([name: value]))
                Issue.record("\(kind.name) takes \(name) = \(value)")
            } catch {
                #expect(error.name == name && error.description.hasPrefix("\(name) must be "), "\(error)")
            }
        }
    }

    @Test("say what they must be and what they are")
    func messages() {
        func message(_ kind: StageKind, _ name: String, _ value: JSONValue) -> String {
            do {
                _ = try kind.check(kind.defaults.changed([name: value]))
                return "taken"
            } catch {
                return error.description
            }
        }
        #expect(
            message(ConditionalGAN.kind, "validateEvery", 0) == "validateEvery must be a whole number from 1 to 1000000, not 0")
        #expect(message(CoOp.kind, "learningRate", -0.5) == "learningRate must be a number above 0, not -0.5")
        #expect(message(CoOp.kind, "epochs", 2.5) == "epochs must be a whole number, not 2.5")
        #expect(
            message(ZeroShot.kind, "template", "a photo")
                == "template must be a text with {} where the class name goes, not “a photo”")
    }

    @Test("are refused before a stage does anything")
    func stages() throws {
        let key = Digest(of: Data("embeddings".utf8))
        let one: JSONValue = 1
        #expect(throws: UnfitParameter.self) {
            try LearningStage<CoOp>(CoOp.kind.defaults.changed(["batchSize": 0]), inputs: ["embeddings": [key]])
        }
        #expect(throws: UnfitParameter.self) {
            try LearningStage<ConditionalGAN>(
                ConditionalGAN.kind.defaults.changed(["batchSize": one]), inputs: ["embeddings": [key], "prompts": [key]])
        }
        #expect(throws: UnfitParameter.self) {
            try EvaluateStage<ZeroShot>(["template": "no place"], inputs: ["embeddings": [key]])
        }
        var views = ExtractStage.Parameters()
        views.views = .count(100_000)
        #expect(throws: UnfitParameter.self) { try ExtractStage(views) }
    }

    @Test("Limits themselves are taken")
    func limits() throws {
        _ = try ExtractStage.kind.check(ExtractStage.kind.defaults.changed(["views": 1000]))
        _ = try CoOp.kind.check(
            CoOp.kind.defaults.changed([
                "epochs": 1_000_000, "batchSize": 1, "contextLength": 1, "momentum": 0, "weightDecay": 0, "warmUpEpochs": 0,
                "seed": 0, "trainFraction": 0.999, "warmUpLearningRate": 0,
            ]))
        _ = try ConditionalGAN.kind.check(
            ConditionalGAN.kind.defaults.changed(["batchSize": 2, "latentDimension": 0, "clip": false]))
    }
}
