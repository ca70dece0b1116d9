import ArtifactStore
import PromptLearning

extension StageKind {
    /// Zero-shot CLIP on the target domain.
    public static let evaluateZeroShot = evaluate("evaluate-zero-shot", ZeroShotParameters(), help: [
        "template": "the prompt; {} stands for the class name"
    ])

    /// Learned prompts on the target domain; the average of several.
    public static let evaluatePrompts = evaluate(
        "evaluate-prompts", NoParameters(), roles: [Role("prompts", .prompt, .sources)])

    /// A generator on the target domain: one prompt per image.
    public static let evaluateGenerator = evaluate(
        "evaluate-generator", NoiseParameters(), help: ["seed": "of the noise"],
        roles: [Role("generator", .generator, .cell)])

    private static func evaluate<Parameters: CheckedParameters>(
        _ name: String, _ defaults: Parameters, help: [String: String] = [:], roles: [Role] = []
    ) -> StageKind {
        StageKind(
            name: name, executable: "spg-evaluate", makes: .evaluation, algorithmVersion: 2, defaults: .merging(defaults),
            help: help, roles: [Role("embeddings", .embeddings, .target)] + roles,
            check: { values throws(UnfitParameter) in _ = try values.parameters(Parameters.self) })
    }

    /// Every kind that a pipeline file can use.
    public static let all = [extract, fit, cgan, evaluateZeroShot, evaluatePrompts, evaluateGenerator]
}

/// What zero-shot evaluation can be told.
struct ZeroShotParameters: CheckedParameters {
    /// The prompt; `{}` stands for the class name.
    var template = "a photo of a {}."

    func check() throws(UnfitParameter) {
        guard template.contains("{}") else {
            throw UnfitParameter(
                "template", mustBe: "a text with {} where the class name goes", not: JSONValue.string(template).canonicalText)
        }
    }
}

/// What evaluation with prompts can be told: nothing.
struct NoParameters: CheckedParameters {
    func check() throws(UnfitParameter) {}
}

/// What evaluation with a generator can be told.
struct NoiseParameters: CheckedParameters {
    /// Of the noise.
    var seed = 1

    func check() throws(UnfitParameter) {
        guard (0...1 << 53).contains(seed) else {
            throw UnfitParameter("seed", mustBe: "a whole number from 0 to \(1 << 53)", not: "\(seed)")
        }
    }
}
