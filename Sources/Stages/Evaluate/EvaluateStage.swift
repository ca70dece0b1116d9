import ArtifactStore
import CLIP
import Datasets
import Foundation
import PromptLearning
import Tensors

/// Classifies every image of a domain, from its cached feature.
public struct EvaluateStage: Sendable {
    /// What classifies.
    public enum Method: Sendable {
        case zeroShot
        /// The average of these prompts' vectors.
        case prompts([ArtifactKey])
        case generator(ArtifactKey)

        /// The kind of stage that evaluates this method.
        public var kind: StageKind {
            switch self {
            case .zeroShot: .evaluateZeroShot
            case .prompts: .evaluatePrompts
            case .generator: .evaluateGenerator
            }
        }
    }

    let method: Method
    let parameters: JSONValue
    public let recipe: Recipe
    let embeddings: ArtifactKey

    /// - Parameters:
    ///   - parameters: all parameters of the method's kind of stage.
    ///   - embeddings: the target domain's.
    public init(_ method: Method, _ parameters: JSONValue, embeddings: ArtifactKey) throws(UnfitParameter) {
        try method.kind.check(parameters)
        self.method = method
        self.parameters = parameters
        self.embeddings = embeddings
        let others =
            switch method {
            case .zeroShot: [] as [Recipe.Input]
            case .prompts(let keys): keys.map { Recipe.Input("prompts", $0) }
            case .generator(let key): [Recipe.Input("generator", key)]
            }
        recipe = method.kind.recipe(parameters, inputs: [Recipe.Input("embeddings", embeddings)] + others)
    }

    /// Classifies the images, unless the store has the result.
    public func run(
        checkpoint: Checkpoint, store: ArtifactStore, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> ArtifactKey {
        try store.artifact(of: recipe) {
            let features = try SourceFeatures([embeddings], store: store, onlyCenter: true)
            let model = try features.model(of: checkpoint, store: store)
            let images = features.sets[0].center, manifest = features.manifests[0]
            let (name, seed, predictions): (String, Int?, [Prediction]) =
                switch method {
                case .zeroShot: ("zero-shot", nil, try zeroShot(images, manifest, model))
                case .prompts(let keys): try prompts(keys, images, manifest, model, store)
                case .generator(let key): try generator(key, images, manifest, model, store, progress)
                }
            if let bad = predictions.firstIndex(where: { !$0.probability.isFinite }) {
                throw StageInputError(
                    "what “\(manifest.images[bad].path)” is taken for is no finite number: the prompt or generator that "
                        + "classifies is too large for this text encoder; learn it again at a lower learning rate")
            }
            progress(manifest.images.count, manifest.images.count)
            let evaluation = Evaluation(
                method: name, seed: seed, manifest: try store.embeddingSet(embeddings).manifest,
                predictions: zip(manifest.images, predictions).enumerated().map { position, item in
                    Evaluation.Prediction(
                        position: position, label: item.0.label, predicted: item.1.label,
                        probability: Double(item.1.probability), spread: item.1.spread.map(Double.init))
                })
            return (.evaluation(evaluation), [])
        }
    }

    private func zeroShot(_ images: Tensor, _ manifest: DomainManifest, _ model: CLIPText) throws -> [Prediction] {
        let template = try parameters.parameters(ZeroShotParameters.self).template
        let prompts = try ClassPrompts(classNames: manifest.classes, template: template, model: model)
        return classify(images, text: prompts.textFeatures(model: model), logitScale: model.logitScale)
    }

    private func prompts(
        _ keys: [ArtifactKey], _ images: Tensor, _ manifest: DomainManifest, _ model: CLIPText, _ store: ArtifactStore
    ) throws -> (String, Int?, [Prediction]) {
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
        let classes = try form.prompts(manifest.classes, vectorCount: average.rows, model: model)
        let text = classes.textFeatures(Variable(average), model: model).value
        return (first.method, first.seed, classify(images, text: text, logitScale: model.logitScale))
    }

    /// One prompt per image, or several, each from its feature and fresh noise that belongs to it.
    private func generator(
        _ key: ArtifactKey, _ images: Tensor, _ manifest: DomainManifest, _ model: CLIPText, _ store: ArtifactStore,
        _ progress: (Int, Int) -> Void
    ) throws -> (String, Int?, [Prediction]) {
        let stored = try store.generator(key), width = model.transformer.width
        let outputs = stored.tensors["model.11.bias"]?.count ?? 0
        guard outputs > 0, outputs % width == 0,
            let generator = Generator(
                tensors: stored.tensors, featureDimension: images.columns, contextLength: outputs / width, width: width)
        else {
            throw StageInputError("the generator \(key.short) does not fit features of \(images.columns) numbers and a text width of \(width)")
        }
        let drawing = try parameters.parameters(DrawParameters.self)
        let classes = try ClassPrompts(
            classNames: manifest.classes, contextLength: generator.contextLength, model: model)
        // One draw is made for all images at once. Several are made for some of them, for the prompts to fit into memory.
        let block = drawing.draws == 1 ? max(1, images.rows) : max(16, 2048 / drawing.draws)
        var predictions: [Prediction] = []
        for first in stride(from: 0, to: images.rows, by: block) {
            let part = first..<min(first + block, images.rows), features = images.rows(part)
            let draws = (0..<drawing.draws).map { draw in
                generator.prompts(
                    noise: latentNoise(part.count, dimension: generator.latentDimension) {
                        drawing.noise(draw, of: manifest.images[first + $0].digest)
                    },
                    features: features)
            }
            predictions += classify(
                features, draws: draws, averaging: DrawAverage(rawValue: drawing.average) ?? .features, classes: classes,
                model: model, progress: { progress(first + $0, images.rows) })
        }
        return (stored.method, stored.seed, predictions)
    }
}

extension DrawParameters {
    /// The noise of one of an image's draws; more draws leave the first ones as they are.
    fileprivate func noise(_ draw: Int, of image: Digest) -> RandomStream {
        RandomStream(
            digest: image, seed: UInt64(seed), purpose: draw == 0 ? "evaluation noise" : "evaluation noise \(draw)")
    }
}
