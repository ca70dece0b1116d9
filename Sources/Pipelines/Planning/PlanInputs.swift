import ArtifactStore
import CLIP
import Datasets
import Foundation
import Stages

/// What a plan needs to know of the world: the identity of the images of each domain, and of the encoder.
public struct PlanInputs: Sendable {
    /// The key of each domain's images.
    public var images: [Name: ArtifactKey]
    public var encoder: Digest
    /// The parts of each domain's images where files split them; empty where a seed does.
    public var splits: [Name: SplitKeys]
    /// The digests of the files that commands read and parameters name, by their paths as written.
    public var files: [String: Digest]
    /// What lies in the data sets' folders and is not used.
    public var unused = Unused()
    /// The classes of each data set, by what the pipeline calls it; nil for the one that is learned from.
    public var classes: [String?: [Name]]
    /// What is known of the checkpoint's model; nil where no stage reads class names, which are then not looked at.
    public var model: ModelOutline?

    public init(
        images: [Name: ArtifactKey], encoder: Digest, splits: [Name: SplitKeys] = [:], files: [String: Digest] = [:],
        classes: [String?: [Name]] = [:], model: ModelOutline? = nil
    ) {
        self.images = images
        self.encoder = encoder
        self.splits = splits
        self.files = files
        self.classes = classes
        self.model = model
    }
}

extension PlanInputs {
    /// Looks at the data set and the checkpoint. Files that have not changed since the store saw them are not read.
    /// - Parameters:
    ///   - encoder: the identity of the encoder that a checkpoint is, by its path as written.
    ///   - model: what is known of the checkpoint's model; asked for only where a stage reads class names.
    ///   - recording: whether the images are written to the store, as a run needs them.
    ///   - rereading: whether all files are read, whatever is remembered of them.
    ///   - remark: told of images that are left out because the split does not name them, and of what of a data set is most
    ///     likely lost.
    ///   - progress: told how many of the files that have to be read have been read.
    /// - Throws: `SpecificationError` for a root, a domain or a checkpoint that cannot be used; `DatasetError` for
    ///   images; `StoreError`.
    public init(
        for specification: Specification, in store: ArtifactStore,
        encoder: (_ checkpoint: String) throws -> Digest, model: (_ checkpoint: String) throws -> ModelOutline? = { _ in nil },
        recording: Bool, rereading: Bool = false,
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
                        of: domain, in: folder, recording: recording, rereading: rereading, listed: note, progress: progress)
                case .authors(let split):
                    let keys = try dataSet.explaining {
                        try store.partKeys(
                            of: domain, in: folder, as: split, recording: recording, rereading: rereading, listed: note,
                            progress: progress)
                    }
                    images[name] = keys.images
                    splits[name] = SplitKeys(
                        train: keys.train, validation: keys.validation, tested: split.testsOnTraining ? keys.train : nil)
                case .files(let files):
                    let parts = try dataSet.explaining {
                        try folder.parts(of: domain, in: files) {
                            try store.digests(ofFiles: $0, rereading: rereading, progress: progress)
                        }
                    }
                    // An image that the split does not name is nobody's hindrance.
                    note(try folder.skippingUnreadable.listing(of: domain))
                    if let note = parts.extraNote { remark(note) }
                    images[name] = try key(of: parts.images)
                    splits[name] = SplitKeys(train: try key(of: parts.train), validation: try key(of: parts.validation))
                }
            }
        }
        let path = specification.checkpoint.value, encoderKey: Digest, outline: ModelOutline?
        do {
            encoderKey = try encoder(path)
            outline = specification.stages.contains { $0.kind.readsTexts } ? try model(path) : nil
        } catch let error as SpecificationError {
            throw error
        } catch let error as StoreError {
            throw error
        } catch {
            throw specification.checkpoint.error("\(error)")
        }
        let files = try PlannedCells(of: specification, among: images.keys).files()
        self.init(
            images: images, encoder: encoderKey, splits: splits, files: try store.digests(of: files, rereading: rereading),
            classes: classes, model: outline)
        self.unused = unused
    }
}

extension ArtifactStore {
    /// The digests of files by their paths as written. Those that have not changed since they were last read are not read.
    /// - Throws: `SpecificationError` at the places of all that cannot be read; `StoreError`.
    func digests(
        of files: [Specification.Located<String>], rereading: Bool
    ) throws -> [String: Digest] {
        func path(_ file: Specification.Located<String>) -> String {
            URL(fileURLWithPath: file.value).standardizedFileURL.path
        }
        do {
            let digests = try digests(ofFiles: files.map(path), rereading: rereading)
            return Dictionary(zip(files.map(\.value), digests)) { first, _ in first }
        } catch let error as DatasetError {
            var places: Set<SourceLocation> = []
            let unreadable: [SpecificationError] = try files.compactMap { file in
                do {
                    _ = try digest(ofFile: path(file))
                    return nil
                } catch let error as DatasetError {
                    return places.insert(file.location).inserted ? file.error("\(error)") : nil
                }
            }
            throw unreadable.first?.joined(by: unreadable.dropFirst()) ?? error
        }
    }
}

extension Specification {
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
    func imageFolder() throws(SpecificationError) -> ImageFolder {
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
