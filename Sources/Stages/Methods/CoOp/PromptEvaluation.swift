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

    /// By one prompt, or by several, put together as `combine` says.
    /// - Throws: `StageInputError` for no prompt, one that is given twice, prompts of different shapes or forms, or of
    ///   other domains than `combine` needs; `PromptError.widths`, `PromptError.tooLong`; `StoreError`.
    public static func classify(
        _ images: TargetImages, _ parameters: Parameters, progress: (Int) -> Void
    ) throws -> Classified {
        let (keys, store, model) = (images.keys["prompts"], images.store, images.model)
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
        guard first.vectors.columns == model.transformer.width else {
            throw PromptError.widths(prompt: first.vectors.columns, text: model.transformer.width)
        }
        let classes = try form.prompts(images.manifest.classes, vectorCount: first.vectors.rows, model: model)
        if parameters.combine == .oracle {
            try requireDomains(prompts.map(\.domain), toBe: [images.manifest.domain], "prompts")
        }
        let vectors = prompts.map(\.vectors)
        func byAll(_ contexts: Tensor) -> [Prediction] {
            PromptLearning.classify(
                images.features, text: classes.textFeatures(Variable(contexts), model: model).value,
                logitScale: model.logitScale, withProbabilities: images.withProbabilities)
        }
        let predictions: [Prediction]
        switch parameters.combine {
        case .average, .oracle: predictions = byAll(vectors.average)
        case .nearest:
            // There are no more prompts than domains, so every image is classified by all of them.
            let own = vectors.map(byAll)
            predictions = try images.similarities().rowMaxima.enumerated().map { image, domain in own[domain][image] }
        case .similarity:
            predictions = images.classified(
                by: vectors, weights: (try images.similarities() * Float(1 / parameters.temperature)).softmaxOfRows(),
                classes: classes, progress: progress)
        }
        return Classified(method: first.method, seed: first.seed, predictions: predictions)
    }
}

extension [Tensor] {
    /// Of tensors of one shape.
    fileprivate var average: Tensor { dropFirst().reduce(self[0], +) * (1 / Float(count)) }
}
