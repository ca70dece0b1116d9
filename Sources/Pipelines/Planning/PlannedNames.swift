import ArtifactStore
import Datasets
import Foundation
import Stages

extension Specification {
    /// The names of the instances that a plan has, as a look at folders tells them: no image and no checkpoint is read.
    /// - Parameter store: where the pipeline was run; it tells them where the images are not there any more.
    /// - Throws: `SpecificationError` where the data set is not there and no run is known, or has not the domains; `StoreError`.
    public func plannedNames(
        in store: () throws -> ArtifactStore
    ) throws -> [(stage: String, makes: ArtifactKind, name: String)] {
        let available: [Name]
        do {
            available = try dataSets.flatMap { dataSet in
                try dataSet.domains(among: dataSet.imageFolder().domains).map(dataSet.qualified)
            }
        } catch {
            return try store().instances(ofPipeline: name).compactMap { instance in
                stage(instance.name.stage).map { ($0.name, $0.kind.makes, instance.name.text) }
            }
        }
        let cells = try PlannedCells(of: self, among: available)
        return cells.specification.stages.flatMap { stage in
            cells.cells(of: stage).map { cell in
                let name = InstanceName(
                    stage: stage.name, labels: cells.specification.labels(of: cell), coordinates: cell.coordinates)
                return (stage.name, stage.kind.makes, name.text)
            }
        }
    }
}
