import ArtifactStore
import PromptLearning

extension StageKind {
    /// Embeddings of the source domains and, unlabelled, of the target domain → AD-CLIP's projectors.
    public static let fitADCLIP = StageKind(
        training: "fit-ad-clip", executable: "spg-fit", command: "ad-clip", makes: .generator, algorithmVersion: 1,
        parameters: ADCLIP.Parameters(),
        help: [
            "scales": "how many of the encoder's last blocks to use; 0 for all",
            "imageTokens": "tokens of a prompt that say what its image shows",
            "ownMixtures": "let every image token have its own mixture of the blocks",
            "hiddenWidth": "between the two layers of a domain projector",
            "styleHiddenWidth": "between the two layers of a style mapping",
            "trainsFirstLayers": "train the layers that read statistics, too",
            "styleWeight": "of the style mapping in the loss",
            "entropyWeight": "of the entropy of the target's predictions in the loss",
            "divergenceWeight": "of the divergence between text features in the loss",
            "learningRate": "of Adam, after the warm-up",
            "pace": "what moves the learning rate on: a \"step\" or an \"epoch\"",
            "weightDecay": "of Adam, as part of the gradient",
            "batchSize": "images of the source, and as many of the target, in a step",
            "epochs": "of training; and the length of the learning rate's half cosine",
            "warmUp": "steps, or epochs, before the cosine begins",
            "warmUpLearningRate": "the rate of the very first of them",
            "stepsPerEpoch": "0 for one pass over the training images",
            "validateEvery": "epochs between two validations",
            "seed": "of initial weights, batches and the choice of views",
        ],
        roles: [Role("embeddings", .embeddings, .sources), Role("target", .embeddings, .target)]
    ).working(\.styleFitting)
}

extension ADCLIP: LearnedMethod {
    public static var kind: StageKind { .fitADCLIP }
    public static var abstract: String {
        "Adapts prompts from a labelled source domain to an unlabelled target domain (AD-CLIP)."
    }
    public static var example: String { "--embeddings tango --target oxygen --seed 1" }
    public static var readsStatistics: Bool { true }

    /// Of the target domain, its features and block statistics alone come to the learner.
    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> ADCLIP {
        try ADCLIP(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation, target: inputs.target(withStatistics: true).features)
    }

    public static func contents(of learner: ADCLIP, from inputs: LearningInputs) -> ArtifactContents {
        .weights(LearnedWeights(
            method: "ad-clip", domain: inputs.domainNames, seed: learner.parameters.seed,
            tensors: learner.result.projectors.tensors, validationAccuracy: learner.result.validationAccuracy))
    }
}
