import ArtifactStore
import PromptLearning

/// Embeddings of one domain, or of several pooled, → a prompt (CoOp; SPG's stage I).
extension CoOp: LearnedMethod {
    public static let name = "coop"
    public static let kind = StageKind(
        learning: CoOp.self, as: "fit", makes: .prompt, version: 2,
        roles: [.init("embeddings", .embeddings, .domain)], isNamedInRecipes: false)
    public static var abstract: String { "Learns the prompt of one domain, or of several pooled (CoOp; SPG's stage I)." }
    public static var example: String { "--embeddings tango --context \"an icon of a\" --seed 1" }

    public static func contents(of learner: CoOp, from inputs: LearningInputs) -> ArtifactContents {
        inputs.prompt(name, learner)
    }

    /// In each step the text encoder forwards and backwards, its weights fixed; images are features.
    public static func work(_ size: StageSize) -> Work {
        let length = size.number("contextLength", default: 4), epochs = size.number("epochs")
        let isClassSpecific = size.parameters["classSpecificContexts"] == .bool(true)
        let forward = size.promptGigaflop(contextLength: length, classSpecific: isClassSpecific)
        let vectors = length * (isClassSpecific ? Double(size.classes) : 1)
        return Work(
            gigaflop: epochs * (2 * size.batches + 1) * forward, share: 0.45, unit: 2 * forward,
            bytes: StoredSize.vectors(vectors * Double(size.model.textWidth)) + StoredSize.history(epochs: epochs),
            checkpointBytes: 8 * vectors * Double(size.model.textWidth))
    }
}

extension LearningInputs {
    /// What the store keeps of a prompt that CoOp's training has learned.
    /// - Parameter method: whose loss it was.
    func prompt(_ method: String, _ learner: CoOp) -> ArtifactContents {
        .prompt(
            StoredPrompt(
                method: method, domain: domainNames, seed: learner.parameters.seed, vectors: learner.prompt.contexts,
                validationAccuracy: learner.prompt.validationAccuracy))
    }
}
