import ArtifactStore
import CLIP
import Foundation
import PromptLearning

extension StageKind {
    /// Embeddings and prompts of the source domains → a generator of prompts (SPG's stage II).
    public static let cgan = StageKind(
        training: "cgan", executable: "spg-cgan", makes: .generator, algorithmVersion: 2,
        parameters: ConditionalGAN.Parameters(),
        help: [
            "learningRate": "of AdamW, after the warm-up, for both networks",
            "weightDecay": "of AdamW",
            "batchSize": "images in each half of a step",
            "epochs": "from warm-up to the end of training",
            "warmUpEpochs": "first epochs, at a rate that rises in steps",
            "warmUpLearningRate": "the rate of the very first epoch",
            "latentDimension": "numbers of noise",
            "stepsPerEpoch": "0 for one pass over the training images",
            "balanceDomains": "take as many images of every domain in a batch",
            "validateEvery": "epochs from one measurement on validation images to the next",
            "clip": "clip each tensor's gradient to a norm of its own",
            "clipDiscriminatorEnds": "for weights and biases of the discriminator's first and last layer",
            "clipDiscriminatorWeights": "for the discriminator's other weights",
            "clipDiscriminatorBiases": "for the discriminator's other biases",
            "clipGeneratorWeights": "for the generator's weights",
            "clipGeneratorBiases": "for the generator's biases",
            "clipGeneratorEnds": "for the biases of the generator's last layer and last BatchNorm",
            "seed": "of initial weights, batches, noise and dropout",
        ],
        roles: [Role("embeddings", .embeddings, .sources), Role("prompts", .prompt, .sources)])
}

/// Trains SPG's conditional GAN on source domains and keeps the generator of the epoch that is best on validation images.
public struct GeneratorStage: Sendable {
    let gan: ConditionalGAN.Parameters
    let split: SplitParameters
    public let recipe: Recipe
    let embeddings: [ArtifactKey], prompts: [ArtifactKey]
    let splits: [SplitKeys]

    /// - Parameters:
    ///   - parameters: all parameters of `StageKind.cgan`.
    ///   - embeddings: one artifact per source domain.
    ///   - prompts: the prompt of each, in the same order.
    ///   - splits: of each domain where files split its images; none for a seeded split.
    public init(
        _ parameters: JSONValue, embeddings: [ArtifactKey], prompts: [ArtifactKey], splits: [SplitKeys] = []
    ) throws {
        guard embeddings.count == prompts.count else {
            throw StageInputError(
                "\(embeddings.count) domains but \(prompts.count) prompts: give one prompt for each domain, in the same order")
        }
        gan = try parameters.parameters()
        split = try parameters.parameters()
        recipe = StageKind.cgan.recipe(
            parameters,
            inputs: embeddings.map { Recipe.Input("embeddings", $0) } + prompts.map { Recipe.Input("prompts", $0) })
            .split(by: splits)
        (self.embeddings, self.prompts, self.splits) = (embeddings, prompts, splits)
    }

    /// Trains the generator, unless the store has it.
    ///
    /// - Parameters:
    ///   - interval: how often what has been learned so far is kept, for a run that is stopped to go on from.
    ///   - progress: called after each epoch; an error that it throws ends the run.
    public func run(
        checkpoint: Checkpoint, store: ArtifactStore, savingEvery interval: Duration = .seconds(2),
        progress: (TrainingProgress) throws -> Void = { _ in }
    ) throws -> ArtifactKey {
        try store.artifact(of: recipe) {
            let features = try SourceFeatures(embeddings, store: store)
            let (training, validation) = try features.split(split, by: splits, store: store)
            guard try prompts.allSatisfy({ try PromptForm(of: $0, in: store) == .plain }) else {
                throw StageInputError(
                    "a generator learns from prompts with one context for all classes, before the class name; fit them "
                        + "with classTokenPosition “end” and without classSpecificContexts")
            }
            let labels = try prompts.map { try store.prompt($0).vectors }
            guard Set(labels.map(\.shape)).count == 1 else {
                throw StageInputError(
                    "the prompts differ in shape: \(labels.map(\.shape)); fit them with the same contextLength")
            }
            var learner = try ConditionalGAN(
                gan, model: features.model(of: checkpoint, store: store), classNames: features.classNames,
                labelPrompts: labels, training: training, validation: validation)
            try learner.run(making: recipe.key, store: store, savingEvery: interval, progress: progress)
            let generator = StoredGenerator(
                method: "spg", domain: features.domainNames, seed: gan.seed, tensors: learner.result.generator.tensors,
                validationAccuracy: learner.result.validationAccuracy)
            return (.generator(generator), learner.history.metrics)
        }
    }
}
