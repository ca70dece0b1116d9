import ArtifactStore
import Stages
import Tensors

extension Plan {
    /// Refuses a precision that this machine cannot compute in, if there are images or texts to encode in it. Everything else
    /// can be done on any machine, and so can be looked at and gone on from.
    ///
    /// - Parameter work: what is to be made.
    /// - Throws: `SpecificationError` at the precision's place.
    public func checkPrecision(of work: [Instance], on processor: Processor = .current) throws(SpecificationError) {
        if case .computed = specification.origin, work.contains(where: { $0.kind.readsImages }) {
            do {
                try specification.precision.value.check(on: processor)
            } catch {
                throw specification.precision.error("\(error)")
            }
        }
        for instance in work {
            guard let precision = instance.textPrecision else { continue }
            do {
                try precision.check(on: processor)
            } catch {
                throw specification.error("\(error)", atTextPrecisionOf: instance)
            }
        }
    }
}

extension Instance {
    /// What it encodes texts in, where that is not the default.
    fileprivate var textPrecision: Precision? {
        try? recipe.parameters[StageKind.textPrecision]?.decoded(as: Precision.self)
    }
}

extension Specification {
    /// An error where the stage says what texts are encoded in; where the encoder does, if the stage does not.
    fileprivate func error(_ message: String, atTextPrecisionOf instance: Instance) -> SpecificationError {
        guard let stage = stage(instance.stage), stage.parameterLocations[StageKind.textPrecision] != nil else {
            return textPrecision.error(message)
        }
        return stage.error(StageKind.textPrecision, message, in: instance.cell)
    }
}
