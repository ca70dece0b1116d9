import ArtifactStore
import PromptLearning

/// Embeddings of one domain, or of several pooled, → a prompt near a hand-written one (KgCoOp).
extension KgCoOp: LearnedMethod {
    public static let name = "kgcoop"
    public static let kind = StageKind(
        learning: KgCoOp.self, makes: .prompt, version: 1, roles: [.init("embeddings", .embeddings, .domain)])
    public static var abstract: String {
        "Learns a prompt whose text features stay near those of a hand-written one (KgCoOp)."
    }
    public static var example: String { "--embeddings tango --context \"an icon of a\" --template \"an icon of a {}.\"" }

    /// The hand-written prompt is read once; the rest is CoOp's work.
    public static func work(_ size: StageSize) -> Work { CoOp.work(size) }

    /// Learns from the images of all domains that are given.
    /// - Throws: what `KgCoOp.training` throws.
    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> CoOp {
        try training(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation)
    }

    public static func contents(of learner: CoOp, from inputs: LearningInputs) -> ArtifactContents {
        inputs.prompt(name, learner)
    }
}
