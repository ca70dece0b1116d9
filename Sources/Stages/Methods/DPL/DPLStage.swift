import ArtifactStore
import PromptLearning

/// Embeddings of the source domains → a network that writes the prompt of a domain from a batch of its images (DPL).
extension DPL: LearnedMethod {
    public static let name = "dpl"
    public static let kind = StageKind(
        learning: DPL.self, version: 2, roles: [.init("embeddings", .embeddings, .sources)])
    public static var abstract: String { "Learns to write the prompt of a domain from a batch of its images (DPL)." }
    public static var example: String { "--embeddings oxygen --embeddings papirus --steps 1000" }

    /// In each step a prompt for each domain.
    public static func work(_ size: StageSize) -> Work {
        let length = size.number("contextLength", default: 16), steps = size.number("steps")
        let hidden = size.number("hiddenWidth", default: 512), prompt = length * Double(size.model.textWidth)
        let looks = (steps / max(1, size.number("validateEvery", default: 300))).rounded(.up)
        let shared = size.validation / max(1, size.number("validationBatchSize", default: 64))
        let forward = size.promptGigaflop(contextLength: length)
        let step = 2 * Double(size.artifacts["embeddings"] ?? 1) * forward
        return Work(
            gigaflop: steps * step + looks * shared * forward, share: 0.45, unit: step,
            bytes: StoredSize.vectors(hidden * (Double(size.model.dimension) + hidden + prompt))
                + StoredSize.history(epochs: looks))
    }
}
