import ArtifactStore
import Datasets
import Foundation
import Stages

extension TaskFolder {
    /// What is to be done for an instance, with all that it takes in the folder: each artifact that it is made from as a small store,
    /// which is made once.
    ///
    /// A stage that encodes images is split by the images that lack features: no work at all is left where none does. When all parts
    /// are merged, the stage itself, run where the store is, finds them and writes its artifact. Imported features are no work for
    /// another machine either.
    /// - Parameters:
    ///   - instance: all that it is made from is in the store.
    ///   - options: what its program is told besides, such as `--profile`.
    ///   - parts: into how many parts images are split at the most.
    ///   - remaking: whether images are encoded that have features.
    /// - Throws: `StoreError`; `StoreError.cannotWrite` about the folder.
    public func work(
        _ instance: Instance, of specification: Specification, options: [String] = [], parts: Int = 1,
        remaking: Bool = false, from store: ArtifactStore
    ) throws -> [TaskDescription.Work] {
        func work(_ inputs: [String], images: ArtifactKey? = nil, part: TaskDescription.Part? = nil) -> TaskDescription.Work {
            TaskDescription.Work(
                key: instance.key, name: instance.name, program: instance.kind.executable,
                arguments: instance.kind.command + options
                    + instance.arguments(for: specification, images: images)
                    + (part.map { ["--part=\($0.index + 1)/\($0.count)"] } ?? []),
                inputs: inputs, part: part)
        }
        guard instance.kind.readsImages else {
            return [work(try instance.recipe.inputs.map { try input($0.key, from: store) })]
        }
        guard specification.importedEncoder == nil else { return [] }
        guard let images = try remaking ? instance.images(in: store) : instance.imagesWithoutFeatures(in: store) else {
            return []
        }
        let stored = try input(images), count = max(1, min(parts, images.images.count))
        return (0..<count).map { work([stored], images: images.key, part: .init(index: $0, count: count)) }
    }

    /// Forgets the small store of an artifact whose features are others now.
    func removeInput(_ key: ArtifactKey, in store: ArtifactStore) throws {
        unlink(inputs.appendingPathComponent(Self.inputName(try store.contentIdentity(of: key))).path)
    }

    private static func inputName(_ identity: Digest) -> String { "\(identity.short).sqlite" }

    /// The small store of one artifact, which is made where there is none.
    /// - Returns: its name.
    private func input(_ key: ArtifactKey, from store: ArtifactStore) throws -> String {
        let identity = try store.contentIdentity(of: key)
        return try input(identity) { try store.writeSmallStore(of: [key], to: $0) }
    }

    /// The small store of some images.
    private func input(_ images: DomainManifest) throws -> String {
        try input(images.key) { path in
            let store = try ArtifactStore(path: path)
            try store.record(images)
            try store.close()
        }
    }

    /// - Parameters:
    ///   - identity: of all that is in it.
    ///   - make: writes it to a path on this machine.
    private func input(_ identity: Digest, make: (String) throws -> Void) throws -> String {
        let file = Self.inputName(identity), url = inputs.appendingPathComponent(file)
        // Somebody else may have made it, or removed all: what is there counts.
        if !FileManager.default.fileExists(atPath: url.path) {
            let path = try scratchFolder().appendingPathComponent(file).path
            // Made anew where it was left half-way.
            unlink(path)
            defer { unlink(path) }
            try make(path)
            try makeFolders()
            try NewFiles.copy(path, to: url)
        }
        return file
    }
}

extension Instance {
    /// The images that it reads; nil where it reads none.
    fileprivate func images(in store: ArtifactStore) throws -> DomainManifest? {
        try recipe.inputs.first { $0.role == "images" }.map { try store.manifest($0.key) }
    }

    /// The images that features are lacking of; nil where none is.
    fileprivate func imagesWithoutFeatures(in store: ArtifactStore) throws -> DomainManifest? {
        guard let images = recipe.inputs.first(where: { $0.role == "images" })?.key,
            case .string(let text)? = recipe.parameters["encoder"], let encoder = Digest(text)
        else { return nil }
        // Parameters that came later are in no recipe at their default.
        let parameters = JSONValue.object(ExtractStage.kind.defaults.members.merging(recipe.parameters.members) { $1 })
        let stage = try ExtractStage(parameters.parameters(), withNorms: fillsNorms)
        return try stage.imagesToEncode(of: images, encoder: encoder, in: store)
    }
}
