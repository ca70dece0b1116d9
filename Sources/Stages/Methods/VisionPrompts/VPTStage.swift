import ArtifactStore
import PromptLearning

/// Images of some domains, pooled → prompt tokens of the image encoder (VPT).
extension VPT: LearnedMethod {
    public typealias Learner = VisionPromptTraining<VPT>

    public static let name = "vpt"
    public static let kind = StageKind(
        learning: VPT.self, version: 1, roles: [.init("embeddings", .embeddings, .sources)])
    public static var abstract: String { "Learns prompt tokens of the image encoder, of some domains pooled (VPT)." }
    public static var example: String { "--embeddings art_painting --embeddings photo --depth 12 --checkpoint ViT-B-16.pt" }
}
