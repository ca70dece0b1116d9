import ArtifactStore
import CLIP
import Datasets
import Foundation
import PromptLearning
import Stages
import TestSupport
import Testing

/// What `spg results --cost` tells of a training step is a formula. Here trainings on some of DesktopIcons' images count the
/// arithmetic of their matrix products, and a longer one has so much more of it than a shorter one.
@Suite("The arithmetic of a training step is what its formula says")
struct StepArithmeticTests {
    struct Training: Sendable, CustomTestStringConvertible {
        let kind: StageKind
        var model = "icon-clip"
        var parameters: [String: JSONValue] = [:]
        /// What makes the shorter training and the longer one, and the steps between them.
        let shorter: [String: JSONValue], longer: [String: JSONValue], steps: Double
        var testDescription: String { kind.name }
    }

    /// Of the four images of a class two train: sixteen of each domain, in batches of eight.
    private static let halves: [String: JSONValue] = ["trainFraction": 0.5, "batchSize": 8]

    /// The same without epochs of warm-up, which one epoch has no room for.
    private static func coldStart(_ kind: StageKind) -> [String: JSONValue] {
        kind.defaults["warmUpEpochs"] == nil ? halves : halves.merging(["warmUpEpochs": 0]) { $1 }
    }

    private static func byEpochs(
        _ kind: StageKind, model: String = "icon-clip", steps: Double, _ own: [String: JSONValue] = [:]
    ) -> Training {
        Training(
            kind: kind, model: model, parameters: coldStart(kind).merging(own) { $1 }, shorter: ["epochs": 1],
            longer: ["epochs": 3], steps: 2 * steps)
    }

    private static func bySteps(_ kind: StageKind, _ own: [String: JSONValue] = [:]) -> Training {
        Training(
            kind: kind, parameters: coldStart(kind).merging(["epochs": 1]) { $1 }.merging(own) { $1 },
            shorter: ["stepsPerEpoch": 2], longer: ["stepsPerEpoch": 12], steps: 10)
    }

    private static let words: [String: JSONValue] = ["context": "an icon of a"]

    static let trainings = [
        // An epoch ends with a look at the validation images, half a step's arithmetic.
        byEpochs(CoOp.kind, steps: 4.5, words),
        byEpochs(CoCoOp.kind, steps: 32, words.merging(["batchSize": 1, "validateEvery": 3]) { $1 }),
        Training(
            kind: DPL.kind, parameters: ["trainFraction": 0.5, "batchSize": 8, "contextLength": 4, "validateEvery": 100],
            shorter: ["steps": 2], longer: ["steps": 12], steps: 10),
        bySteps(ConditionalGAN.kind), bySteps(PromptRegressor.kind), bySteps(PromptFlow.kind), bySteps(DualPath.kind),
        byEpochs(DualCoOp.kind, steps: 4.5, words.merging(["negativeContext": "no icon of a"]) { $1 }),
        byEpochs(DAPL.kind, steps: 2, ["contextLength": 4, "domainContextLength": 4, "domainWords": false]),
        bySteps(ADCLIP.kind, ["validateEvery": 1, "scales": 2]),
        byEpochs(VPT.kind, model: "icon-clip-vit", steps: 4, ["template": "an icon of a {}.", "depth": 6, "crops": false]),
        byEpochs(MaPLe.kind, model: "icon-clip-vit", steps: 4, words.merging(["depth": 3, "crops": false]) { $1 }),
    ]

    @Test(arguments: trainings)
    func step(training: Training) async throws {
        let workplace = try Workplace(), root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
        let model = root.appending(path: "Models/\(training.model)").path
        func run(_ program: String, _ arguments: [String]) async throws -> ArtifactKey {
            let outcome = try await workplace.start(program, arguments + ["--checkpoint", model]).outcome()
            try #require(outcome.status == 0, "\(outcome.errors)")
            return try #require(Digest(outcome.lines.last ?? ""))
        }
        for domain in ["oxygen", "tango"] {
            _ = try await run(
                "spg-extract",
                [
                    "--data", root.appending(path: "Tests/Fixtures/desktop-icons").path, "--domain", domain, "--views", "0",
                    training.kind.name == ADCLIP.kind.name ? "--statistics" : "--no-statistics",
                ])
        }
        let adapts = training.kind.roles.contains { $0.name == "target" }
        var inputs = ["--embeddings", "oxygen", adapts ? "--target" : "--embeddings", "tango"]
        if let role = training.kind.roles.first(where: { $0.name == "prompts" }) {
            let context = ["--context", "an icon of a"]
            let first = role.kind == .prompt ? ["coop"] + context : ["dual", "--negative-context", "no icon of a"] + context
            for domain in ["oxygen", "tango"] {
                let prompt = try await run(
                    "spg-fit", first + ["--embeddings", domain, "--batch-size", "8", "--epochs", "1", "--warm-up-epochs", "0"])
                inputs += ["--prompts", "\(prompt)"]
            }
        }
        func counted(_ changes: [String: JSONValue]) async throws -> Double {
            let parameters = training.parameters.merging(changes) { $1 }
            let key = try await run(
                training.kind.executable, training.kind.command + inputs + parameters.flatMap(Self.option) + ["--profile"])
            let total = ProfileMetric(part: ProfileMetric.total, unit: .gigaflop).metric(0).name
            return try #require(workplace.store.metrics(of: key).first { $0.name == total }).value
        }
        let more = try await counted(training.longer) - counted(training.shorter)
        let size = StageSize(
            parameters: .object(training.kind.defaults.members.merging(training.parameters) { $1 }), images: ["embeddings": 64],
            artifacts: ["embeddings": 2, "prompts": 2], classes: 8,
            model: ModelSize(try Checkpoint(contentsOf: URL(filePath: model)).architecture, weightBytes: 0))
        let step = try #require(training.kind.work?(size).unitGigaflop)
        #expect(
            (0.75...1.35).contains(more / (training.steps * step)), "\(more / training.steps) counted, \(step) by the formula")
    }

    private static func option(_ name: String, _ value: JSONValue) -> [String] {
        let option = name.reduce(into: "--") { $0 += $1.isUppercase ? "-" + $1.lowercased() : String($1) }
        return switch value {
        case .bool(let isSet): [isSet ? option : option.replacing("--", with: "--no-")]
        case .string(let text): [option, text]
        default: [option, value.canonicalText]
        }
    }
}
