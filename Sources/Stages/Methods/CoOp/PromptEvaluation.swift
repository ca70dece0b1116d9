import ArtifactStore
import PromptLearning
import Tensors

extension StageKind {
    /// Learned prompts on the target domain; the average of several.
    public static let evaluatePrompts = StageKind(
        evaluation: "evaluate-prompts", command: "prompts", algorithmVersion: 2, parameters: NoParameters(),
        roles: [Role("prompts", .prompt, .sources)], isNamedInRecipes: false)
}

/// Learned prompts: one, or the average of several domains' context vectors.
public enum PromptEvaluation: EvaluationMethod {
    public static var kind: StageKind { .evaluatePrompts }
    public static var abstract: String { "Classifies with a learned prompt, or with the average of several." }
    public static var example: String { "--embeddings tango --prompts coop/oxygen/1 --prompts coop/papirus/1" }

    public static func classify(
        _ images: TargetImages, _ parameters: NoParameters, progress: (Int) -> Void
    ) throws -> Classified {
        let (keys, store, model) = (images.keys["prompts"], images.store, images.model)
        let prompts = try keys.map { try store.prompt($0) }
        guard let first = prompts.first else { throw StageInputError("no prompt was given") }
        guard prompts.allSatisfy({ $0.vectors.shape == first.vectors.shape }) else {
            throw StageInputError("prompts of different shapes have no average: \(prompts.map(\.vectors.shape))")
        }
        let forms = try Set(keys.map { try PromptForm(of: $0, in: store) })
        guard let form = forms.first, forms.count == 1 else {
            throw StageInputError(
                "prompts of different forms have no average; fit them with the same classTokenPosition and "
                    + "classSpecificContexts")
        }
        guard first.vectors.columns == model.transformer.width else {
            throw PromptError.widths(prompt: first.vectors.columns, text: model.transformer.width)
        }
        let average = prompts.dropFirst().reduce(first.vectors) { $0 + $1.vectors } * (1 / Float(prompts.count))
        let classes = try form.prompts(images.classNames, vectorCount: average.rows, model: model)
        let text = classes.textFeatures(Variable(average), model: model).value  // [classes, dimension]
        return Classified(
            method: first.method, seed: first.seed,
            predictions: PromptLearning.classify(images.features, text: text, logitScale: model.logitScale))
    }
}
