import ArtifactStore
import CLIP
import Datasets
import Foundation

extension PlanInputs {
    /// The inputs of a pipeline whose images are not on the disk any more, as they were when it was last run.
    /// - Parameters:
    ///   - specification: the pipeline.
    ///   - store: where it was run.
    ///   - encoder: the identity of the encoder.
    ///   - model: what is known of the checkpoint's model.
    /// - Returns: nil where the folders of all data sets are there, where nothing is recorded, or where files or authors split
    ///   the images: only with them is it known what the parts are.
    /// - Throws: `StoreError`; `SpecificationError` for other files that cannot be read.
    public init?(
        recordedFor specification: Specification, in store: ArtifactStore, encoder: Digest, model: ModelOutline?
    ) throws {
        let sets = specification.dataSets
        guard sets.contains(where: { !FileManager.default.fileExists(atPath: $0.root) }), sets.allSatisfy({ $0.splits == nil })
        else { return nil }
        var images: [Name: ArtifactKey] = [:], classes: [String?: [Name]] = [:]
        for instance in try store.pipeline(specification.name) {
            guard case .string(let domain)? = instance.cell[domainAxis], let recipe = try store.artifact(instance.key)?.recipe,
                recipe.kind == .embeddings, let key = recipe.inputs.first(where: { $0.role == "images" })?.key
            else { continue }
            let label = specification.dataSet(of: Name(domain)).dataSet.label
            images[Name(domain)] = key
            if classes[label] == nil { classes[label] = try store.manifest(key).classes }
        }
        guard !images.isEmpty else { return nil }
        let files = try PlannedCells(of: specification, among: images.keys).files()
        self.init(
            images: images, encoder: encoder, files: try store.digests(of: files, rereading: false), classes: classes, model: model)
    }
}
