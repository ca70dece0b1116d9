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
        (.extract, "views", [-1, 1001, 2.5, 1e300]),
        (.fit, "contextLength", [0, -1, 1e9, 2.5, "four"]),
        (.fit, "classTokenPosition", ["top", "End", 3]),
        (.fit, "classSpecificContexts", [1, "yes"]),
        (.fit, "learningRate", [0, -0.1, 1e300, .number(.nan), .number(.infinity)]),
        (.fit, "momentum", [-0.1, 1, .number(.nan)]),
        (.fit, "weightDecay", [-1, .number(.nan)]),
        (.fit, "batchSize", [0, -8, 1e12, 1.5]),
        (.fit, "epochs", [0, -1, 1e9, 0.5, .null]),
        (.fit, "warmUpEpochs", [-1, 0.5]),
        (.fit, "warmUpLearningRate", [-1e-5, .number(.nan)]),
        (.fit, "seed", [-1, 1.5, 1e300]),
        (.fit, "splitSeed", [-1, 0.1]),
        (.fit, "trainFraction", [0, 1, -0.1, 1.5, .number(.nan)]),
        (.fitDual, "contextLength", [0, 2.5]),
        (.fitDual, "momentum", [1, -0.1]),
        (.regressor, "batchSize", [1, 0]),
        (.regressor, "learningRate", [0, .number(.nan)]),
        (.dualPath, "negativeWeight", [-0.1, .number(.nan)]),
        (.dualPath, "earliestEpoch", [0, 51, 1.5]),
        (.dualPath, "latestEpoch", [0, 1.5]),
        (.dualPath, "epochs", [0]),
        (.flow, "steps", [0, 1001, 1.5]),
        (.flow, "epochs", [0]),
        (.cgan, "learningRate", [0, -1, .number(.nan)]),
        (.cgan, "weightDecay", [-1]),
        (.cgan, "batchSize", [0, 1, -1]),
        (.cgan, "epochs", [0, -3]),
        (.cgan, "warmUpEpochs", [-1]),
        (.cgan, "warmUpLearningRate", [-1]),
        (.cgan, "latentDimension", [-1, 1e12]),
        (.cgan, "stepsPerEpoch", [-1, 1e12]),
        (.cgan, "validateEvery", [0, -1]),
        (.cgan, "clip", [1, "yes"]),
        (.cgan, "clipGeneratorBiases", [0, -1, .number(.nan)]),
        (.cgan, "seed", [-1]),
        (.cgan, "trainFraction", [0, 1]),
        (.evaluateZeroShot, "template", ["a photo", 3]),
        (.evaluateGenerator, "seed", [-1, 0.5]),
        (.evaluateGenerator, "draws", [0, -1, 1001, 2.5, "many"]),
        (.evaluateGenerator, "average", ["prompts", 1]),
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
        #expect(message(.cgan, "validateEvery", 0) == "validateEvery must be a whole number from 1 to 1000000, not 0")
        #expect(message(.fit, "learningRate", -0.5) == "learningRate must be a number above 0, not -0.5")
        #expect(message(.fit, "epochs", 2.5) == "epochs must be a whole number, not 2.5")
        #expect(
            message(.evaluateZeroShot, "template", "a photo")
                == "template must be a text with {} where the class name goes, not “a photo”")
    }

    @Test("are refused before a stage does anything")
    func stages() throws {
        let key = Digest(of: Data("embeddings".utf8))
        let one: JSONValue = 1
        #expect(throws: UnfitParameter.self) {
            try LearningStage<CoOp>(StageKind.fit.defaults.changed(["batchSize": 0]), inputs: ["embeddings": [key]])
        }
        #expect(throws: UnfitParameter.self) {
            try LearningStage<ConditionalGAN>(
                StageKind.cgan.defaults.changed(["batchSize": one]), inputs: ["embeddings": [key], "prompts": [key]])
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
        _ = try StageKind.extract.check(StageKind.extract.defaults.changed(["views": 1000]))
        _ = try StageKind.fit.check(StageKind.fit.defaults.changed([
            "epochs": 1_000_000, "batchSize": 1, "contextLength": 1, "momentum": 0, "weightDecay": 0, "warmUpEpochs": 0,
            "seed": 0, "trainFraction": 0.999, "warmUpLearningRate": 0,
        ]))
        _ = try StageKind.cgan.check(StageKind.cgan.defaults.changed(["batchSize": 2, "latentDimension": 0, "clip": false]))
    }
}
