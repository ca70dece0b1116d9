import ArtifactStore
import PromptLearning

/// Embeddings of one domain, or of several pooled, → a positive and a negative prompt (DPSPG's stage I).
extension DualCoOp: LearnedMethod {
    public static let name = "dual-coop"
    public static let kind = StageKind(
        learning: DualCoOp.self, as: "fit-dual", command: "dual", version: 1,
        roles: [.init("embeddings", .embeddings, .domain)])
    public static var abstract: String { "Learns a positive and a negative prompt of one domain (DPSPG's stage I)." }
    public static var example: String {
        "--embeddings tango --context \"an icon of a\" --negative-context \"no icon of a\" --seed 1"
    }

    /// CoOp twice.
    public static func work(_ size: StageSize) -> Work { CoOp.work(size) + CoOp.work(size) }
}
