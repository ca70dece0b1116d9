import ArtifactStore
import CLIP
import PromptLearning
import Tensors

/// Learned prompts without a generator: one, or several domains' put together.
public enum PromptEvaluation: EvaluationMethod {
    /// What evaluation with prompts can be told.
    public struct Parameters: CheckedParameters {
        public static let source = "own choice"

        @Parameter(
            """
            What becomes of the source domains' prompts: their average; for each image that of the nearest source, or a mix \
            by similarity to each; or the oracle, the target's own prompt in their place.
            """, cameLater: true)
        public var combine = PromptCombination.average
        @Parameter(
            "The temperature of the mix: weights are proportional to exp(cosine / temperature).",
            Requirement("a number from 1e-9 to 1e9") { (1e-9...1e9).contains($0) }, from: "CLIP's own", cameLater: true)
        public var temperature = 0.01

        public init() {}
    }

    public static let kind = StageKind(
        evaluating: PromptEvaluation.self, as: "prompts", version: 2,
        roles: [
            .init("prompts", .prompt, .sources, choice: .init("combine", ["oracle": .target])),
            .init(
                "sources", .embeddings, .sources, isRequired: false,
                choice: .init("combine", ["average": nil, "oracle": nil])),
        ],
        taking: .alike, isNamedInRecipes: false)
    public static var abstract: String { "Classifies with a learned prompt, or with several put together." }
    public static var example: String { "--embeddings tango --prompts coop/oxygen/1 --prompts coop/papirus/1" }

    /// A mix is a prompt for each image.
    public static func work(_ size: StageSize) -> Work {
        size.parameters["combine"] == "similarity"
            ? size.evaluating(prompts: 1, contextLength: 4) : size.classifyingByClass
    }

    /// The prompts, and the mean features of their domains where an image's likeness to those chooses among them.
    /// - Throws: `StageInputError` for prompts of different shapes or forms, given twice, or of another domain than the
    ///   target where that is asked for; `StoreError`.
    public static func learned(_ inputs: EvaluationInputs, _ parameters: Parameters) throws -> LearnedParts {
        let (keys, store) = (inputs.keys["prompts"], inputs.store)
        try requireDifferent(keys, "prompts")
        let prompts = try keys.map { try store.prompt($0) }
        guard let first = prompts.first else { throw StageInputError("no prompt was given") }
        guard prompts.allSatisfy({ $0.vectors.shape == first.vectors.shape }) else {
            throw StageInputError("prompts of different shapes cannot be put together: \(prompts.map(\.vectors.shape))")
        }
        let forms = try Set(keys.map { try PromptForm(of: $0, in: store) })
        guard let form = forms.first, forms.count == 1 else {
            throw StageInputError(
                "prompts of different forms cannot be put together; fit them with the same classTokenPosition and "
                    + "classSpecificContexts")
        }
        if parameters.combine == .oracle, let target = inputs.target {
            try requireDomains(prompts.map(\.domain), toBe: [target.domain], "prompts")
        }
        var tensors: [String: Tensor] = [:]
        for (number, prompt) in prompts.enumerated() { tensors["prompts.\(number)"] = prompt.vectors }
        if parameters.combine.isByLikeness { tensors["sources"] = try inputs.meansOfSources(prompts.map(\.domain)) }
        return LearnedParts(
            method: first.method, seed: first.seed, source: keys.map(\.short).joined(separator: ", "), tensors: tensors,
            facts: [
                "classTokenPosition": .string(form.position.rawValue),
                "domains": .array(prompts.map { .string($0.domain) }),
            ],
            classes: form.classes)
    }

    /// The prompts' average, or several that images choose among.
    /// - Throws: `StageInputError` where something of them is missing or does not fit together; `PromptError`.
    public static func classifier(
        _ learned: LearnedParts, _ parameters: Parameters, on base: ClassifierBase
    ) throws -> any Classifier {
        let model = base.model
        let prompts = (0..<learned.tensors.count).compactMap { learned.tensors["prompts.\($0)"] }
        guard let first = prompts.first, first.shape.count == 2, prompts.allSatisfy({ $0.shape == first.shape }) else {
            throw StageInputError(
                "\(learned.source): prompts are one or more matrices of one shape, not \(prompts.map(\.shape))")
        }
        guard first.columns == model.transformer.width else {
            throw PromptError.widths(prompt: first.columns, text: model.transformer.width)
        }
        guard let position = PromptLayout.ClassTokenPosition(rawValue: learned.text("classTokenPosition") ?? "end") else {
            throw StageInputError("\(learned.source) has its class names at a place unknown here")
        }
        let classes = try PromptForm(position: position, classes: learned.classes)
            .prompts(base.classes, vectorCount: first.rows, model: model)
        func text(_ contexts: Tensor) -> Tensor { classes.textFeatures(Variable(contexts), model: model).value }
        guard parameters.combine.isByLikeness else {
            return TextClassifier(text: text(prompts.average), logitScale: model.logitScale)
        }
        guard let sources = learned.tensors["sources"], sources.shape == [prompts.count, base.featureDimension] else {
            throw StageInputError("\(learned.source) has no features of the \(prompts.count) prompts' domains to choose by")
        }
        switch parameters.combine {
        case .similarity:
            return MixedPromptClassifier(
                prompts: prompts, sources: sources, temperature: parameters.temperature, classes: classes, model: model)
        default:
            // There are no more prompts than domains, so every image is classified by all of them.
            return NearestPromptClassifier(texts: prompts.map(text), sources: sources, logitScale: model.logitScale)
        }
    }
}

extension [Tensor] {
    /// Of tensors of one shape.
    fileprivate var average: Tensor { dropFirst().reduce(self[0], +) * (1 / Float(count)) }
}
