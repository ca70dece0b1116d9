import ArtifactStore
import Datasets

/// What an evaluation has cost, for programs.
public struct CostDocument: Encodable, Sendable {
    /// Numbers learned.
    public let parameters: Int
    public let learningSeconds: Double
    /// Of these, what was learned for other evaluations too.
    public let sharedSeconds: Double
    public let evaluationSeconds: Double
    @OrNull public private(set) var stepGigaflop: Double?
    @OrNull public private(set) var imageGigaflop: Double?
    @OrNull public private(set) var learningPeakBytes: Int?
    @OrNull public private(set) var evaluationPeakBytes: Int?
}

extension CostTable {
    /// By evaluation, those that have been made.
    public var documents: [ArtifactKey: CostDocument] {
        let pairs = entries.compactMap { entry in
            entry.cost.map { cost in
                let document = CostDocument(
                    parameters: cost.parameters, learningSeconds: cost.learningSeconds,
                    sharedSeconds: sharedSeconds(of: cost), evaluationSeconds: cost.evaluationSeconds,
                    stepGigaflop: entry.stepGigaflop, imageGigaflop: entry.imageGigaflop,
                    learningPeakBytes: cost.learningPeakBytes, evaluationPeakBytes: cost.evaluationPeakBytes)
                return (entry.evaluation, document)
            }
        }
        return Dictionary(pairs) { first, _ in first }
    }
}
