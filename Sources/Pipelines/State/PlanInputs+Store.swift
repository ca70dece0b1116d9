import ArtifactStore
import Datasets
import Foundation
import Stages

extension PlanInputs {
    /// Looks at the data set and the checkpoint. Files that have not changed since the store saw them are not read.
    /// - Parameters:
    ///   - encoder: the identity of the encoder that a checkpoint is, by its path as written.
    ///   - recording: whether the images are written to the store, as a run needs them.
    ///   - remark: told of images that are left out because the split does not name them.
    ///   - progress: told how many of the files that have to be read have been read.
    /// - Throws: `SpecificationError` for a root, a domain or a checkpoint that cannot be used; `DatasetError` for
    ///   images; `StoreError`.
    public init(
        for specification: Specification, in store: ArtifactStore,
        encoder: (_ checkpoint: String) throws -> Digest, recording: Bool,
        remark: (String) -> Void = { _ in },
        progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        let dataSet = specification.dataSet
        let folder: ImageFolder
        do {
            folder = try ImageFolder(root: URL(fileURLWithPath: dataSet.root), name: dataSet.name)
        } catch {
            throw SpecificationError("\(error)", at: dataSet.location, keyPath: "dataset.root")
        }
        var images: [String: ArtifactKey] = [:]
        var splits: [String: SplitKeys] = [:]
        func digests(_ paths: [String]) throws -> [Digest] { try store.digests(ofFiles: paths, progress: progress) }
        func key(of manifest: DomainManifest) throws -> ArtifactKey {
            recording ? try store.record(manifest) : manifest.key
        }
        for domain in try specification.domains(among: folder.domains) {
            guard let place = dataSet.splits else {
                images[domain] = try key(of: folder.manifest(of: domain, digests: digests))
                continue
            }
            let parts: DomainParts
            do {
                parts = try folder.parts(of: domain, in: place.value, digests: digests)
            } catch let error as DatasetError {
                throw place.error("\(error)")
            }
            if let note = parts.extraNote { remark(note) }
            images[domain] = try key(of: parts.images)
            splits[domain] = SplitKeys(train: try key(of: parts.train), validation: try key(of: parts.validation))
        }
        do {
            self.init(images: images, encoder: try encoder(specification.checkpoint.value), splits: splits)
        } catch let error as StoreError {
            throw error
        } catch {
            throw specification.checkpoint.error("\(error)")
        }
    }
}
