import ArtifactStore
import PromptLearning

/// Images of some domains, pooled → prompt tokens of the image encoder (VPT).
extension VPT: LearnedMethod {
    public static let name = "vpt"
    public static let kind = StageKind(
        learning: VPT.self, version: 1, roles: [.init("embeddings", .embeddings, .sources)])
    public static var abstract: String { "Learns prompt tokens of the image encoder, of some domains pooled (VPT)." }
    public static var example: String { "--embeddings art_painting --embeddings photo --depth 12 --checkpoint ViT-B-16.pt" }

    /// Reads the images from their files.
    /// - Throws: `CheckpointError`, also where the image encoder is a ResNet; `DatasetError` or `StageInputError` for a
    ///   file that is not there or has changed; `UnsupportedPrecision`, `StoreError`; what the initializers throw.
    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> VisionPromptTraining<VPT> {
        try inputs.visionPrompts(parameters) {
            try VPT(parameters, classNames: inputs.classNames, model: inputs.model, encoder: $0)
        }
    }

    public static func contents(
        of learner: VisionPromptTraining<VPT>, from inputs: LearningInputs
    ) -> ArtifactContents {
        .weights(
            LearnedWeights(
                method: name, domain: inputs.domainNames, seed: learner.seed, tensors: learner.result.prompts.tensors,
                validationAccuracy: learner.result.validationAccuracy))
    }

    public static func work(_ size: StageSize) -> Work { size.visionPromptLearning }
}
