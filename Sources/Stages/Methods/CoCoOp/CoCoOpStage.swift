import ArtifactStore
import PromptLearning

/// Embeddings of the source domains, pooled → context vectors and the network that moves them for each image (CoCoOp).
extension CoCoOp: LearnedMethod {
    public static let name = "cocoop"
    public static let kind = StageKind(
        learning: CoCoOp.self, version: 1, roles: [.init("embeddings", .embeddings, .sources)])
    public static var abstract: String { "Learns context vectors and a network that moves them for each image (CoCoOp)." }
    public static var example: String { "--embeddings oxygen --embeddings papirus --context \"an icon of a\"" }
    public static var writer: (any PromptGenerator.Type)? { ConditionalContext.self }

    /// Every training image has a prompt of its own, forwards and backwards.
    public static func work(_ size: StageSize) -> Work {
        let length = size.number("contextLength", default: 4), epochs = size.number("epochs")
        let feature = Double(size.model.dimension), width = Double(size.model.textWidth)
        let image = 2 * size.promptGigaflop(contextLength: length)
        return Work(
            gigaflop: epochs * size.training * image, share: 0.6, unit: size.number("batchSize", default: 1) * image,
            bytes: StoredSize.vectors(feature * feature / 16 + feature / 16 * width + length * width)
                + StoredSize.history(epochs: epochs))
            + size.measuring(size.measurements(in: epochs), contextLength: length)
    }
}
