import ArtifactStore
import Tensors

extension Plan {
    /// Refuses a precision that this machine cannot encode in, if there are images to encode. Everything else can be done on
    /// any machine, and so can be looked at and gone on from.
    ///
    /// - Parameter work: what is to be made.
    /// - Throws: `SpecificationError` at the precision's place.
    public func checkPrecision(of work: [Instance], on processor: Processor = .current) throws(SpecificationError) {
        guard case .computed = specification.origin, work.contains(where: { $0.kind.readsImages }) else { return }
        do {
            try specification.precision.value.check(on: processor)
        } catch {
            throw specification.precision.error("\(error)")
        }
    }
}
