import ArtifactStore
import PromptLearning
import Tensors

/// Embeddings and pairs of prompts of the source domains → two networks that write a pair (DPSPG's stage II).
extension DualPath: LearnedMethod {
    public static let name = "dpspg"
    public static let kind = StageKind(writing: DualPath.self, as: "dual-path", version: 2, from: .generator)
    public static var abstract: String {
        "Trains two transformers to write the positive and the negative prompt of an image's domain (DPSPG's stage II)."
    }
    public static var example: String {
        "--embeddings oxygen --embeddings papirus --prompts dual-coop/oxygen/1 --prompts dual-coop/papirus/1"
    }
    public static var writer: (any PromptGenerator.Type)? { DualPath.self }

    /// Teaches the pairs of prompts in the role `prompts`, one pair for each domain.
    /// - Throws: `StageInputError` where they are not one pair for each domain, all of one shape; `StoreError`; what
    ///   the initializers of `DualPath` and `PromptImitation` throw.
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

    /// Two transformers over one token, and two prompts for each validation image.
    public static func work(_ size: StageSize) -> Work {
        let feature = Double(size.model.dimension), layer = 2 * feature * feature + 2 * 2048 * feature
        let path = 4 * layer + feature * 4 * Double(size.model.textWidth)
        let last = min(size.number("latestEpoch"), size.number("epochs"))
        return size.imitating(weights: 2 * path, epochs: last)
            + size.measuring(size.measurements(in: last), contextLength: 4)
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
                guard stored.method == DualCoOp.name, let positive = stored.tensors["positive"],
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
                throw StageInputError(
                    "the prompts differ in shape: \(shapes.sorted { $0.lexicographicallyPrecedes($1) }); "
                        + "fit them with the same contextLength")
            }
            return pairs
        }
    }
}
