import ArtifactStore
import PromptLearning

/// Images of some domains, pooled → prompts of both encoders (MaPLe).
extension MaPLe: LearnedMethod {
    public typealias Learner = VisionPromptTraining<MaPLe>

    public static let name = "maple"
    public static let kind = StageKind(
        learning: MaPLe.self, version: 1, roles: [.init("embeddings", .embeddings, .sources)])
    public static var abstract: String { "Learns prompts of both encoders together, of some domains pooled (MaPLe)." }
    public static var example: String { "--embeddings art_painting --embeddings photo --checkpoint ViT-B-16.pt" }
}
