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
            guard case .string(let text)? = instance.cell[domainAxis], images[Name(text)] == nil else { continue }
            let (dataSet, domain) = specification.dataSet(of: Name(text))
            let recipe = try store.artifact(instance.key)?.recipe
            let made = recipe?.kind == .embeddings ? recipe?.inputs.first { $0.role == "images" }?.key : nil
            guard let key = try made ?? store.latestImages(of: domain) else { continue }
            images[Name(text)] = key
            if classes[dataSet.label] == nil { classes[dataSet.label] = try store.manifest(key).classes }
        }
        guard !images.isEmpty else { return nil }
        let files = try PlannedCells(of: specification, among: images.keys).files()
        self.init(
            images: images, encoder: encoder, files: try store.digests(of: files, rereading: false), classes: classes,
            model: model)
    }
}

extension ArtifactStore {
    /// The images of a domain as a run has recorded them last; nil where none has.
    fileprivate func latestImages(of domain: Name) throws -> ArtifactKey? {
        let rows = try query(
            """
            SELECT key FROM artifacts WHERE kind = 'images' AND parameters ->> '$.domain' = \(domain.text.quotedForSQL)
            ORDER BY created DESC LIMIT 1
            """
        ).rows
        return rows.first.flatMap { ArtifactKey($0[0].text) }
    }
}
