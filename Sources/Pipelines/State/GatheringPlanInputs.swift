import ArtifactStore
import CLIP
import Datasets
import Foundation
import Stages

extension PlanInputs {
    /// Looks at the data set and the checkpoint. Files that have not changed since the store saw them are not read.
    /// - Parameters:
    ///   - encoder: the identity of the encoder that a checkpoint is, by its path as written.
    ///   - model: what is known of the checkpoint's model; asked for only where a stage reads class names.
    ///   - recording: whether the images are written to the store, as a run needs them.
    ///   - remark: told of images that are left out because the split does not name them, and of what of a data set is most
    ///     likely lost.
    ///   - progress: told how many of the files that have to be read have been read.
    /// - Throws: `SpecificationError` for a root, a domain or a checkpoint that cannot be used; `DatasetError` for
    ///   images; `StoreError`.
    public init(
        for specification: Specification, in store: ArtifactStore,
        encoder: (_ checkpoint: String) throws -> Digest, model: (_ checkpoint: String) throws -> ModelOutline? = { _ in nil },
        recording: Bool,
        remark: (String) -> Void = { _ in },
        progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws {
        var images: [Name: ArtifactKey] = [:]
        var splits: [Name: SplitKeys] = [:]
        var classes: [String?: [Name]] = [:]
        var unused = Unused()
        func note(_ listing: ImageFolder.Listing) {
            unused.add(listing.unused)
            listing.warnings.forEach(remark)
        }
        func key(of manifest: DomainManifest) throws -> ArtifactKey {
            recording ? try store.record(manifest) : manifest.key
        }
        for dataSet in specification.dataSets {
            let folder = try dataSet.imageFolder(), above = try folder.unusedAbove()
            classes[dataSet.label] = folder.classes
            unused.add(Unused(above))
            folder.warnings(above).forEach(remark)
            let domains = try dataSet.domains(among: folder.domains)
            try dataSet.checkSplits(of: domains, in: folder)
            for domain in domains {
                let name = dataSet.qualified(domain)
                switch dataSet.splits?.value {
                case nil:
                    images[name] = try store.imagesKey(
                        of: domain, in: folder, recording: recording, listed: note, progress: progress)
                case .authors(let split):
                    let keys = try dataSet.explaining {
                        try store.partKeys(
                            of: domain, in: folder, as: split, recording: recording, listed: note, progress: progress)
                    }
                    images[name] = keys.images
                    splits[name] = SplitKeys(
                        train: keys.train, validation: keys.validation, tested: split.testsOnTraining ? keys.train : nil)
                case .files(let files):
                    let parts = try dataSet.explaining {
                        try folder.parts(of: domain, in: files) { try store.digests(ofFiles: $0, progress: progress) }
                    }
                    // An image that the split does not name is nobody's hindrance.
                    note(try folder.skippingUnreadable.listing(of: domain))
                    if let note = parts.extraNote { remark(note) }
                    images[name] = try key(of: parts.images)
                    splits[name] = SplitKeys(train: try key(of: parts.train), validation: try key(of: parts.validation))
                }
            }
        }
        do {
            self.init(
                images: images, encoder: try encoder(specification.checkpoint.value), splits: splits,
                files: try specification.digestsOfFiles(in: store), classes: classes,
                model: specification.stages.contains { $0.kind.readsTexts } ? try model(specification.checkpoint.value) : nil)
            self.unused = unused
        } catch let error as SpecificationError {
            throw error
        } catch let error as StoreError {
            throw error
        } catch {
            throw specification.checkpoint.error("\(error)")
        }
    }
}

extension Specification {
    /// The digests of the files that commands read, by their paths as written.
    fileprivate func digestsOfFiles(in store: ArtifactStore) throws -> [String: Digest] {
        var digests: [String: Digest] = [:], unreadable: [SpecificationError] = []
        let files = stages.flatMap { stage in
            (stage.command?.files ?? [:]).sorted { $0.key < $1.key }.map(\.value)
        }
        for file in files where digests[file.value] == nil {
            let path = URL(fileURLWithPath: file.value).standardizedFileURL.path
            do {
                digests[file.value] = try store.digest(ofFile: path)
            } catch let error as DatasetError {
                unreadable.append(file.error("\(error)"))
            }
        }
        if let first = unreadable.first { throw first.joined(by: unreadable.dropFirst()) }
        return digests
    }

    /// The images of one domain as they lie now, or of a part of one where files split them.
    /// - Parameter name: `oil`, or the name that a part's manifest has, such as `oil/train`; `PACS:oil` of another data set.
    /// - Throws: `SpecificationError`, `DatasetError`, `StoreError`.
    public func manifest(of name: Name, store: ArtifactStore) throws -> DomainManifest {
        let (dataSet, name) = dataSet(of: name)
        let folder = try dataSet.imageFolder()
        for domain in folder.domains where name == domain || name.text.utf8.starts(with: "\(domain)/".utf8) {
            guard let parts = try dataSet.parts(of: domain, in: folder, store: store) else { break }
            if let part = [parts.images, parts.train, parts.validation].first(where: { $0.domain == name }) { return part }
        }
        return try folder.manifest(of: name) { try store.digests(ofFiles: $0) }
    }
}

extension Specification.DataSet {
    fileprivate func imageFolder() throws(SpecificationError) -> ImageFolder {
        do {
            return try ImageFolder(
                root: URL(fileURLWithPath: root), name: name, names: names, skipsUnreadable: onBadImage == .skip)
        } catch {
            throw SpecificationError("\(error)", at: location, keyPath: "\(label.map { "targets.\($0)" } ?? "dataset").root")
        }
    }

    /// Makes sure that there is a file for each domain where files split the images.
    fileprivate func checkSplits(of domains: [Name], in folder: ImageFolder) throws {
        guard case .files(let files)? = splits?.value else { return }
        try explaining { try folder.checkSplits(of: domains, in: files) }
    }

    /// The parts of a domain where they are not the stages' seeds'.
    fileprivate func parts(of domain: Name, in folder: ImageFolder, store: ArtifactStore) throws -> DomainParts? {
        try explaining {
            switch splits?.value {
            case nil: nil
            case .files(let files): try folder.parts(of: domain, in: files) { try store.digests(ofFiles: $0) }
            case .authors(let split): try folder.parts(of: domain, as: split) { try store.digests(ofFiles: $0) }
            }
        }
    }

    /// What is wrong with a split is said at the place that asks for it.
    fileprivate func explaining<Result>(_ split: () throws -> Result) throws -> Result {
        do {
            return try split()
        } catch let error as DatasetError {
            throw splits?.error("\(error)") ?? error
        }
    }
}
