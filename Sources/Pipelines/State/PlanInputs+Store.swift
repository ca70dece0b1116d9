import ArtifactStore
import Datasets
import Foundation

extension PlanInputs {
    /// Looks at the data set and the checkpoint. Files that have not changed since the store saw them are not read.
    /// - Parameters:
    ///   - encoder: the identity of the encoder that a checkpoint is, by its path as written.
    ///   - recording: whether the images are written to the store, as a run needs them.
    ///   - progress: told how many of the files that have to be read have been read.
    /// - Throws: `SpecificationError` for a root, a domain or a checkpoint that cannot be used; `DatasetError` for
    ///   images; `StoreError`.
    public init(
        for specification: Specification, in store: ArtifactStore,
        encoder: (_ checkpoint: String) throws -> Digest, recording: Bool,
        progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        let folder = try specification.imageFolder()
        var images: [String: ArtifactKey] = [:]
        for domain in try specification.domains(among: folder.domains) {
            images[domain] = try store.imagesKey(
                of: domain, in: folder, dataset: specification.dataSet.name, recording: recording, progress: progress)
        }
        do {
            self.init(images: images, encoder: try encoder(specification.checkpoint.value))
        } catch let error as StoreError {
            throw error
        } catch {
            throw specification.checkpoint.error("\(error)")
        }
    }
}

extension Specification {
    /// The images of one domain as they lie now.
    /// - Throws: `SpecificationError`, `DatasetError`, `StoreError`.
    public func manifest(of domain: String, store: ArtifactStore) throws -> DomainManifest {
        try imageFolder().manifest(of: domain, dataset: dataSet.name) { try store.digests(ofFiles: $0) }
    }

    fileprivate func imageFolder() throws(SpecificationError) -> ImageFolder {
        do {
            return try ImageFolder(root: URL(fileURLWithPath: dataSet.root))
        } catch {
            throw SpecificationError("\(error)", at: dataSet.location, keyPath: "dataset.root")
        }
    }
}
