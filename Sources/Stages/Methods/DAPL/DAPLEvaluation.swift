import ArtifactStore
import Datasets
import PromptLearning

/// Domain Adaptation via Prompt Learning on the domain that it was adapted to.
public enum DAPLEvaluation: EvaluationMethod {
    public static let kind = StageKind(
        evaluating: DAPLEvaluation.self, as: DAPL.name, version: 1, roles: [.init("generator", .generator, .cell)])
    public static var abstract: String { "Classifies with the prompt that DAPL has adapted to the target domain." }
    public static var example: String { "--embeddings tango --generator 0d1f2e3c" }

    public static func work(_ size: StageSize) -> Work { size.classifyingByClass }

    /// The context vectors; whether the domain's name stands in the prompts, and the classes that have vectors of their own,
    /// are in the recipe that they were learned by.
    /// - Throws: `StageInputError` for another method's weights, or those of another target or other classes; `StoreError`.
    public static func learned(_ inputs: EvaluationInputs, _ parameters: NoParameters) throws -> LearnedParts {
        let key = inputs.keys["generator"][0], store = inputs.store
        var learned = try LearnedParts(key, in: store)
        guard learned.method == DAPL.name, let recipe = try store.artifact(key)?.recipe,
            let source = recipe.inputs.first(where: { $0.role == "embeddings" }),
            let target = recipe.inputs.first(where: { $0.role == "target" })
        else { throw StageInputError("the artifact \(key.short) is of the method “\(learned.method)”, not of DAPL") }
        func manifest(_ embeddings: ArtifactKey) throws -> DomainManifest {
            try store.manifest(store.embeddingSet(embeddings).manifest)
        }
        let (classes, adapted) = (try manifest(source.key).classes, try manifest(target.key).domain)
        if let target = inputs.target {
            guard classes == target.classes else {
                throw StageInputError(
                    "\(key.short) was learned for other classes than those of \(target.domain); learn it for these")
            }
            guard adapted == target.domain else {
                throw StageInputError("\(key.short) was adapted to \(adapted), not to \(target.domain)")
            }
        }
        if recipe.parameters["domainWords"] == true { learned.facts["domainWords"] = .string(adapted.text) }
        if recipe.parameters["classSpecificContexts"] == true { learned.classes = classes }
        return learned
    }

    /// One prompt for each class, in the words of the target domain.
    /// - Throws: `StageInputError` where the vectors do not fit the classes and the text encoder; `PromptError`.
    public static func classifier(
        _ learned: LearnedParts, _ parameters: NoParameters, on base: ClassifierBase
    ) throws -> any Classifier {
        guard
            let context = DomainAdaptedContext(
                tensors: learned.tensors, classCount: base.classes.count, width: base.model.transformer.width)
        else {
            throw StageInputError(
                "\(learned.source) does not fit \(base.classes.count) classes and a text width of "
                    + "\(base.model.transformer.width)")
        }
        let text = try context.textFeatures(
            of: .target, classNames: base.classNames, domain: learned.text("domainWords"), model: base.model)
        return TextClassifier(text: text, logitScale: base.model.logitScale)
    }
}
