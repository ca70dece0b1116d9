import ArtifactStore
import CLIP
import Datasets
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

extension PromptCombination {
    /// Whether it depends on how much an image is like each source domain.
    var isByLikeness: Bool { self == .nearest || self == .similarity }
}

extension EvaluationInputs {
    /// The direction of each source domain's mean feature, `[domains, F]`, unit length, in the order of the role `sources`: the
    /// cosine of it and an image's feature is how much the image is like the domain.
    /// - Parameter learned: the domains that prompts were learned from.
    /// - Throws: `StageInputError` where there is not one artifact of features for each prompt, or of another encoder.
    func meansOfSources(_ learned: [String]) throws -> Tensor {
        let sources = keys["sources"]
        guard sources.count == learned.count else {
            throw StageInputError(
                "\(learned.count) prompts but features of \(sources.count) sources: to choose among prompts by likeness, give "
                    + "the features of each prompt's domain, in the same order")
        }
        let domains = try SourceFeatures(sources, store: store, onlyCenter: true)
        guard domains.encoder == encoder else {
            throw StageInputError(
                "the features of the sources and of \(target?.domain ?? "the images") were made with different encoders")
        }
        try requireDomains(learned, toBe: domains.manifests.map(\.domain), "prompts")
        var means = Tensor([domains.sets.count, domains.sets[0].center.columns])
        for (row, set) in domains.sets.enumerated() {
            let share = Tensor([1, set.count], Array(repeating: 1 / Float(set.count), count: set.count))
            means.setRow(row, to: Tensor.product(share, set.center))
        }
        return means.normalizedRows()
    }
}

/// For each image the prompt of the domain that it is most like.
struct NearestPromptClassifier: Classifier {
    /// Of each domain's prompt, `[classes, F]`.
    let texts: [Tensor]
    /// `[domains, F]`, unit length.
    let sources: Tensor
    let logitScale: Float

    func probabilities(of images: SeenImages, progress: (_ done: Int) -> Void) -> ImageProbabilities {
        .choosing(
            Tensor.product(rowsOf: images.features, transposedWeights: sources).rowMaxima,
            among: texts.map { PromptLearning.probabilities(of: images.features, text: $0, logitScale: logitScale) })
    }
}

/// For each image a mix of the domains' prompts.
struct MixedPromptClassifier: Classifier {
    /// Of each domain, `[vectors, width]`.
    let prompts: [Tensor]
    /// `[domains, F]`, unit length.
    let sources: Tensor
    let temperature: Double
    let classes: ClassPrompts
    let model: CLIPText

    func probabilities(of images: SeenImages, progress: (_ done: Int) -> Void) -> ImageProbabilities {
        let similarities = Tensor.product(rowsOf: images.features, transposedWeights: sources)
        let weights = (similarities * Float(1 / temperature)).softmaxOfRows()  // [images, domains]
        var flat = Tensor([prompts.count, prompts[0].count])
        for (row, prompt) in prompts.enumerated() { flat.setRow(row, to: prompt.reshaped([1, prompt.count])) }
        return PromptLearning.probabilities(
            of: images.features, draws: [Tensor.product(rowsOf: weights, transposedWeights: flat.transposed())],
            classes: classes, model: model, progress: progress)
    }
}
