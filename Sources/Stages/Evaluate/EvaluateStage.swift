import ArtifactStore
import CLIP
import Datasets
import Foundation
import PromptLearning

/// Classifies every image of a domain, or those of a part of it, by a method.
public struct EvaluateStage<Method: EvaluationMethod>: Sendable {
    let parameters: Method.Parameters
    let text: TextParameters
    let keys: RoleKeys
    let part: ArtifactKey?
    public let recipe: Recipe

    /// - Parameters:
    ///   - parameters: all parameters of the method's kind of stage.
    ///   - inputs: the artifacts of each role; of `embeddings` the target domain's.
    ///   - part: the images that would train where the domain is a source, to test on these alone; nil for all of them.
    /// - Throws: for the first value that no evaluation could use.
    public init(
        _ parameters: JSONValue, inputs: [String: [ArtifactKey]], part: ArtifactKey? = nil
    ) throws(UnfitParameter) {
        self.parameters = try parameters.parameters()
        text = try parameters.parameters()
        keys = RoleKeys(inputs, of: Method.kind)
        self.part = part
        recipe = Method.kind.recipe(parameters, inputs: keys.inputs).testing(on: part)
    }

    /// Classifies the images, unless the store has the result.
    /// - Parameters:
    ///   - replacing: whether it classifies anyway, and the result takes the place of the one that is there.
    ///   - progress: called with the images done and to do.
    /// - Throws: `StageInputError` for artifacts that do not fit together, and for a probability that is not finite;
    ///   `UnsupportedPrecision`, `CheckpointError`, `PromptError`, `StoreError`. Nothing is kept then.
    public func run(
        checkpoint: Checkpoint, store: ArtifactStore, replacing: Bool = false,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> ArtifactKey {
        try store.artifact(of: recipe, replacing: replacing) {
            let images = try images(checkpoint: checkpoint, store: store)
            let predictions = try images.predictions(progress: progress)
            let evaluation = Evaluation(
                method: images.learned.method, seed: images.learned.seed,
                manifest: try store.embeddingSet(keys["embeddings"][0]).manifest,
                predictions: zip(images.manifest.images, predictions).enumerated().map { place, item in
                    Evaluation.Prediction(
                        position: images.places[place], label: item.0.label, predicted: item.1.label,
                        probability: Double(item.1.probability), spread: item.1.spread.map(Double.init))
                })
            return (.evaluation(evaluation), [])
        }
    }

    /// What there is to classify, and what classifies it.
    func images(checkpoint: Checkpoint, store: ArtifactStore) throws -> EvaluatedImages {
        try text.textPrecision.check()
        let target = keys["embeddings"]
        let features = try SourceFeatures(
            target, store: store, onlyCenter: true, withNorms: parameters.needs.contains(.norms))
        for role in Method.kind.roles where role.kind == .prompt || role.kind == .generator {
            for key in keys[role.name] {
                try store.requireEncoder(features.encoder, of: key, readsFeatures: role.kind == .generator)
            }
        }
        let all = features.manifests[0], set = features.sets[0]
        let places =
            try part.map { try features.part($0, of: all, named: DomainParts.trainName(all.domain), store) }
            ?? Array(all.images.indices)
        let learned = try Method.learned(
            EvaluationInputs(keys: keys, store: store, target: (all.domain, all.classes), encoder: features.encoder),
            parameters)
        let classifier = try Method.classifier(
            learned, parameters,
            on: ClassifierBase(
                classes: all.classes, model: features.model(of: checkpoint, in: text.textPrecision, store: store),
                featureDimension: set.center.columns, blockWidths: checkpoint.architecture.blockWidths,
                promptedEncoder: { try store.promptedEncoder(of: features.encoder, checkpoint) }))
        let seen = SeenImages(
            digests: all.images.map(\.digest), features: set.center, norms: set.norms?.center ?? [],
            styles: Method.reads == .statistics ? try BlockStyles(target[0], in: store) : nil,
            pixels: Method.reads == .pixels ? try store.imageSet(all.images, of: features.encoder, checkpoint) : nil)
        return EvaluatedImages(
            learned: learned, classifier: classifier,
            manifest: DomainManifest(
                dataset: all.dataset, domain: all.domain, classes: all.classes, images: places.map { all.images[$0] }),
            places: places, seen: seen, order: Method.order(of: places.count, parameters) ?? Array(places.indices))
    }
}
