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

    /// A generator on the target domain: one prompt per image, or several.
    public static let evaluateGenerator = evaluate(
        "evaluate-generator", DrawParameters(),
        help: [
            "seed": "of the noise", "draws": "how many prompts are drawn for each image",
            "average": "what is averaged over draws: \"features\" of texts, or \"probabilities\"",
        ],
        roles: [Role("generator", .generator, .cell)], laterParameters: ["draws", "average"])

    private static func evaluate<Parameters: CheckedParameters>(
        _ name: String, _ defaults: Parameters, help: [String: String] = [:], roles: [Role] = [],
        laterParameters: Set<String> = []
    ) -> StageKind {
        StageKind(
            name: name, executable: "spg-evaluate", makes: .evaluation, algorithmVersion: 2, defaults: .merging(defaults),
            help: help, roles: [Role("embeddings", .embeddings, .target)] + roles, laterParameters: laterParameters,
            check: { values throws(UnfitParameter) in _ = try values.parameters(Parameters.self) })
    }

    /// Every kind that a pipeline file can use.
    public static let all = [
        extract, fit, cgan, importPrompt, importGenerator, evaluateZeroShot, evaluatePrompts, evaluateGenerator,
    ]
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
struct DrawParameters: CheckedParameters {
    /// Of the noise.
    var seed = 1
    /// How many prompts are drawn for each image.
    var draws = 1
    /// What is averaged over them; a `DrawAverage`.
    var average = DrawAverage.features.rawValue

    /// More than make a difference.
    static let mostDraws = 1000

    func check() throws(UnfitParameter) {
        guard (0...1 << 53).contains(seed) else {
            throw UnfitParameter("seed", mustBe: "a whole number from 0 to \(1 << 53)", not: "\(seed)")
        }
        guard (1...Self.mostDraws).contains(draws) else {
            throw UnfitParameter("draws", mustBe: "a whole number from 1 to \(Self.mostDraws)", not: "\(draws)")
        }
        guard DrawAverage(rawValue: average) != nil else {
            throw UnfitParameter(
                "average", mustBe: "\(DrawAverage.allCases.map { "“\($0.rawValue)”" }.joined(separator: " or "))",
                not: "“\(average)”")
        }
    }
}
