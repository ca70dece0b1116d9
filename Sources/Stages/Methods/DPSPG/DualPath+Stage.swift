import ArtifactStore
import PromptLearning
import Tensors

extension StageKind {
    /// Embeddings and pairs of prompts of the source domains → two networks that write a pair (DPSPG's stage II).
    public static let dualPath = StageKind(
        training: "dual-path", executable: "spg-cgan", command: "dual-path", makes: .generator, algorithmVersion: 2,
        parameters: DualPath.Parameters.self,
        roles: [Role("embeddings", .embeddings, .sources), Role("prompts", .generator, .sources)]
    ).taking(.alike).working(\.dualWriting)
}

extension DualPath: LearnedMethod {
    public static var kind: StageKind { .dualPath }
    public static var abstract: String {
        "Trains two transformers to write the positive and the negative prompt of an image's domain (DPSPG's stage II)."
    }
    public static var example: String {
        "--embeddings oxygen --embeddings papirus --prompts dual-coop/oxygen/1 --prompts dual-coop/papirus/1"
    }

    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> PromptImitation<DualPath> {
        let pairs = try inputs.promptPairs
        let (positive, negative) = (try inputs.rows(of: pairs.map(\.positive)), try inputs.rows(of: pairs.map(\.negative)))
        return try inputs.imitation(
            parameters.imitation, choosingFrom: parameters.choice,
            labels: Tensor(
                [pairs.count, 2 * positive.columns],
                pairs.indices.flatMap { positive.rows($0..<$0 + 1).values + negative.rows($0..<$0 + 1).values }),
            network: DualPath(
                featureDimension: inputs.training.center.columns, contextLength: pairs[0].positive.rows,
                width: pairs[0].positive.columns, parameters: parameters))
    }

    public static func contents(of learner: PromptImitation<DualPath>, from inputs: LearningInputs) -> ArtifactContents {
        inputs.generator(method, learner)
    }
}

extension LearningInputs {
    /// The pairs of prompts of the source domains, from the role `prompts`.
    /// - Throws: `StageInputError` where they are not one pair for each domain, all of one shape.
    fileprivate var promptPairs: [DualCoOp.Contexts] {
        get throws {
            let (domains, keys) = (keys["embeddings"], keys["prompts"])
            guard domains.count == keys.count else {
                throw StageInputError(
                    "\(domains.count) domains but \(keys.count) pairs of prompts: give one for each domain, in the same order")
            }
            let learned = try keys.map { key in
                let stored = try store.weights(key)
                guard stored.method == DualCoOp.method, let positive = stored.tensors["positive"],
                    let negative = stored.tensors["negative"]
                else {
                    throw StageInputError(
                        "the artifact \(key.short), of the method “\(stored.method)”, is not a pair of prompts; give "
                            + "what spg-fit dual makes")
                }
                try store.requireEncoder(features.encoder, of: key, readsFeatures: false)
                return (stored.domain, DualCoOp.Contexts(positive: positive, negative: negative))
            }
            try requireDomains(learned.map(\.0), toBe: features.manifests.map(\.domain), "pairs of prompts")
            let pairs = learned.map(\.1)
            let shapes = Set(pairs.flatMap { [$0.positive.shape, $0.negative.shape] })
            guard let shape = shapes.first, shapes.count == 1, shape.count == 2 else {
                throw StageInputError("the prompts differ in shape: \(shapes.sorted { $0.lexicographicallyPrecedes($1) }); "
                    + "fit them with the same contextLength")
            }
            return pairs
        }
    }
}
