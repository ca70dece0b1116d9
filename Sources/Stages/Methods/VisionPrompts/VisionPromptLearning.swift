import ArtifactStore
import CLIP
import Datasets
import PromptLearning
import Tensors

extension ArtifactStore {
    /// The image encoder that some features were made with, for prompts to be learned through, in the features' precision.
    /// - Throws: `CheckpointError`, also where it is a ResNet; `UnsupportedPrecision`; `StoreError`.
    func promptedEncoder(of features: Digest, _ checkpoint: Checkpoint) throws -> PromptedVisionTransformer {
        let identity = try encoder(features), precision = identity.precision
        try precision.check()
        return try Profile.measure(.model) {
            try confirm(identity, of: checkpoint)
            return try checkpoint.promptedImageEncoder(precision: precision)
        }
    }
}

extension LearningInputs {
    /// A training of prompts in the image encoder, at its start.
    /// - Parameter method: makes the prompts that it starts from.
    func visionPrompts<Method: VisionPromptMethod>(
        _ parameters: some VisionTrainingParameters, _ method: (PromptedVisionTransformer) throws -> Method
    ) throws -> VisionPromptTraining<Method> {
        let encoder = try store.promptedEncoder(of: features.encoder, checkpoint)
        let preprocessing = checkpoint.preprocessing(try store.encoder(features.encoder).order)
        func set(_ images: [LabelledImage]) throws -> ImageSet {
            try ImageFiles(images, preprocessing: preprocessing, store: store).set
        }
        return try VisionPromptTraining(
            parameters,
            model: VisionPromptedCLIP(method(encoder), encoder: encoder, logitScale: model.logitScale),
            training: set(trainingImages), validation: set(validationImages))
    }
}

extension StageKind {
    /// A kind that learns prompts in the image encoder. It is told its images by their embeddings: those name the files, and
    /// leave out what cannot be read.
    /// - Parameter help: of the method's own parameters.
    init<Parameters: VisionTrainingParameters>(
        visionPrompts name: String, command: String, parameters: Parameters, help: [String: String]
    ) {
        let shared = [
            "crops": "whether images are seen as random crops, mirrored every other time; else as evaluation sees them",
            "seed": "of the order of images, the crops and random prompts",
        ].adding(descentHelp)
        self.init(
            training: name, executable: "spg-fit", command: command, makes: .generator, algorithmVersion: 1,
            parameters: parameters, help: help.adding(shared),
            roles: [Role("embeddings", .embeddings, .sources)])
    }
}
