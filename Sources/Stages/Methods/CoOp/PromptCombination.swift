import CLIP
import PromptLearning
import Tensors

/// What becomes of several domains' prompts where there is no generator.
public enum PromptCombination: String, ParameterChoice {
    /// The average of their context vectors.
    case average
    /// For each image the prompt of the domain that it is most like.
    case nearest
    /// For each image a mix of their context vectors by how much it is like each domain: a domain bank.
    case similarity
    /// The target domain's own prompt: what could be reached if its labels were known.
    case oracle
}

extension TargetImages {
    /// How much each image is like each source domain: the cosine of its feature and the domain's mean feature.
    /// - Returns: `[images, domains]`, the domains in the order of the role `sources`.
    /// - Throws: `StageInputError` where there is not one artifact of features for each prompt, or of another encoder.
    func similarities() throws -> Tensor {
        let (sources, prompts) = (keys["sources"], keys["prompts"])
        guard sources.count == prompts.count else {
            throw StageInputError(
                "\(prompts.count) prompts but features of \(sources.count) sources: to choose among prompts by likeness, give "
                    + "the features of each prompt's domain, in the same order")
        }
        let domains = try SourceFeatures(sources, store: store, onlyCenter: true)
        let encoder = try store.embeddingSet(keys["embeddings"][0]).encoder
        guard domains.encoder == encoder else {
            throw StageInputError("the features of the sources and of \(manifest.domain) were made with different encoders")
        }
        try requireDomains(
            prompts.map { try store.prompt($0).domain }, toBe: domains.manifests.map(\.domain), "prompts")
        var means = Tensor([domains.sets.count, features.columns])
        for (row, set) in domains.sets.enumerated() {
            let share = Tensor([1, set.count], Array(repeating: 1 / Float(set.count), count: set.count))
            means.setRow(row, to: Tensor.product(share, set.center))
        }
        return Tensor.product(features, means.normalizedRows(), transposingB: true)
    }

    /// Classifies each image with a mix of prompts of its own.
    /// - Parameters:
    ///   - prompts: of each domain, `[vectors, width]`.
    ///   - weights: `[images, domains]`.
    func classified(
        by prompts: [Tensor], weights: Tensor, classes: ClassPrompts, progress: (Int) -> Void
    ) -> [Prediction] {
        var flat = Tensor([prompts.count, prompts[0].count])
        for (row, prompt) in prompts.enumerated() { flat.setRow(row, to: prompt.reshaped([1, prompt.count])) }
        return PromptLearning.classify(
            features, draws: [Tensor.product(weights, flat)], classes: classes, model: model,
            withProbabilities: withProbabilities, progress: progress)
    }
}
