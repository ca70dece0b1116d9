import ArtifactStore
import Tensors

extension Plan {
    /// Refuses a precision that this machine cannot encode in, if there are images to encode. Everything else can be done on
    /// any machine, and so can be looked at and gone on from.
    ///
    /// - Parameter isMade: whether an artifact is there already.
    /// - Throws: `SpecificationError` at the precision's place; whatever `isMade` throws.
    public func checkPrecision(on processor: Processor = .current, isMade: (ArtifactKey) throws -> Bool) throws {
        guard try work.contains(where: { try $0.kind.readsImages && !isMade($0.key) }) else { return }
        do {
            try specification.precision.value.check(on: processor)
        } catch {
            throw specification.precision.error("\(error)")
        }
    }
}
