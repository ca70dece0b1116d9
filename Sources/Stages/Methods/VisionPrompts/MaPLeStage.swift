import ArtifactStore
import PromptLearning

/// Images of some domains, pooled → prompts of both encoders (MaPLe).
extension MaPLe: LearnedMethod {
    public static let name = "maple"
    public static let kind = StageKind(
        learning: MaPLe.self, version: 1, roles: [.init("embeddings", .embeddings, .sources)])
    public static var abstract: String { "Learns prompts of both encoders together, of some domains pooled (MaPLe)." }
    public static var example: String { "--embeddings art_painting --embeddings photo --checkpoint ViT-B-16.pt" }

    /// Reads the images from their files.
    /// - Throws: `CheckpointError`, also where the image encoder is a ResNet; `DatasetError` or `StageInputError` for a
    ///   file that is not there or has changed; `UnsupportedPrecision`, `StoreError`; what the initializers throw.
    public static func learner(
        _ parameters: Parameters, from inputs: LearningInputs
    ) throws -> VisionPromptTraining<MaPLe> {
        try inputs.visionPrompts(parameters) {
            try MaPLe(parameters, classNames: inputs.classNames, model: inputs.model, encoder: $0)
        }
    }

    public static func contents(
        of learner: VisionPromptTraining<MaPLe>, from inputs: LearningInputs
    ) -> ArtifactContents {
        .weights(
            LearnedWeights(
                method: name, domain: inputs.domainNames, seed: learner.seed, tensors: learner.result.prompts.tensors,
                validationAccuracy: learner.result.validationAccuracy))
    }

    public static func work(_ size: StageSize) -> Work { size.visionPromptLearning }
}
