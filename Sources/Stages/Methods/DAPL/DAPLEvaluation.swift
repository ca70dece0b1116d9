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

    /// By the target's context vectors.
    /// - Throws: `StageInputError` for an artifact of another method, or one that was learned for other classes,
    ///   another target or another text width; `PromptError.tooLong`; `StoreError`.
    public static func classify(
        _ images: TargetImages, _ parameters: NoParameters, progress: (Int) -> Void
    ) throws -> Classified {
        let key = images.keys["generator"][0], stored = try images.store.weights(key), model = images.model
        guard stored.method == DAPL.name, let recipe = try images.store.artifact(key)?.recipe,
            let source = recipe.inputs.first(where: { $0.role == "embeddings" }),
            let target = recipe.inputs.first(where: { $0.role == "target" })
        else { throw StageInputError("the artifact \(key.short) is of the method “\(stored.method)”, not of DAPL") }
        func manifest(_ embeddings: ArtifactKey) throws -> (domain: String, classes: [Name]) {
            let manifest = try images.store.manifest(images.store.embeddingSet(embeddings).manifest)
            return (manifest.domain.text, manifest.classes)
        }
        guard try manifest(source.key).classes == images.manifest.classes else {
            throw StageInputError(
                "\(key.short) was learned for other classes than those of \(images.manifest.domain); learn it for these")
        }
        let adapted = try manifest(target.key).domain
        guard Name(adapted) == images.manifest.domain else {
            throw StageInputError("\(key.short) was adapted to \(adapted), not to \(images.manifest.domain)")
        }
        guard let context = DomainAdaptedContext(
            tensors: stored.tensors, classCount: images.classNames.count, width: model.transformer.width)
        else {
            throw StageInputError(
                "\(key.short) does not fit \(images.classNames.count) classes and a text width of \(model.transformer.width)")
        }
        let hasWords = recipe.parameters["domainWords"] == true
        let text = try context.textFeatures(
            of: .target, classNames: images.classNames, domain: hasWords ? manifest(target.key).domain : nil, model: model)
        return Classified(
            method: stored.method, seed: stored.seed,
            predictions: PromptLearning.classify(
                images.features, text: text, logitScale: model.logitScale, withProbabilities: images.withProbabilities))
    }
}
