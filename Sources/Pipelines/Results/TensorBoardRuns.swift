import ArtifactStore
import Reporting

extension Plan {
    /// The trainings of everything learned that a store has, as TensorBoard shows them.
    /// - Parameter store: where artifacts, their histories and their times are.
    /// - Throws: `StoreError`.
    public func tensorBoardRuns(in store: ArtifactStore) throws -> [TensorBoardRun] {
        try instances.filter { [.prompt, .generator].contains($0.kind.makes) }.compactMap { instance in
            guard let artifact = try store.artifact(instance.key) else { return nil }
            let ended = Moment.date(artifact.created)?.timeIntervalSince1970 ?? 0
            let cell = instance.cell.coordinates.map { (axis: $0.axis, value: $0.value.text) }
            // What the recipe calls a stage is its kind, and the first kinds are not named there.
            var values = Dictionary(cell.map { ($0.axis, JSONValue.string($0.value)) }) { first, _ in first }
            values.merge(instance.recipe.parameters.members) { _, parameter in parameter }
            values.merge(["stage": .string(instance.stage), "uses": .string(instance.kind.name)]) { _, name in name }
            return TensorBoardRun(
                stage: instance.stage, cell: cell, hyperparameters: values,
                // Epoch 0 has what is measured once, such as a profile.
                measurements: try store.metrics(of: instance.key).filter { $0.epoch > 0 },
                began: ended - artifact.seconds, ended: ended)
        }
    }
}
