import ArtifactStore
import Datasets

/// An evaluation that the table of results shows.
public struct PlannedEvaluation: Hashable, Sendable {
    /// The row: the stage's title, and the cell's values on any axes besides target and seed.
    public var title: String
    public var target: String
    /// Nil where the evaluation does not depend on a seed.
    public var seed: String?
    public var key: ArtifactKey
    /// The name of the instance.
    public var instance: String
}

extension Plan {
    /// The evaluations under `results:`, row by row.
    public var evaluations: [PlannedEvaluation] {
        specification.rows.flatMap { row in
            instances.filter { $0.stage == row.stage }.map { instance in
                let others = instance.cell.coordinates.filter { ![targetAxis, "seed"].contains($0.axis) }
                let note = specification.labels(of: Cell(others.map { ($0.axis, $0.value) })).joined(separator: ", ")
                return PlannedEvaluation(
                    title: note.isEmpty ? row.title : "\(row.title) (\(note))",
                    target: instance.cell.value(on: targetAxis)?.plainText ?? "",
                    seed: instance.cell.value(on: "seed")?.plainText, key: instance.key, instance: instance.name)
            }
        }
    }

    /// The accuracies of the evaluations that have been made, in 0...1.
    public func accuracies(in store: ArtifactStore) throws -> [ArtifactKey: Double] {
        let wanted = Set(evaluations.map(\.key))
        var accuracies: [ArtifactKey: Double] = [:]
        for row in try store.query("SELECT DISTINCT evaluation_key, accuracy FROM results").rows {
            guard case .text(let text) = row[0], let key = Digest(text), case .real(let accuracy) = row[1],
                wanted.contains(key)
            else { continue }
            accuracies[key] = accuracy
        }
        return accuracies
    }
}
