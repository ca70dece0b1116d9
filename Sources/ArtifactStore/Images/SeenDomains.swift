import Datasets
import Foundation
import GRDB
import Tensors

extension ArtifactStore {
    /// The key of the images of a domain.
    ///
    /// A domain that has not changed since it was last seen is looked at, file by file, and nothing else; what is remembered
    /// of its files, one digest for all of them, leads to the key.
    /// - Parameters:
    ///   - domain: one that the folder has.
    ///   - folder: the data set's.
    ///   - listed: told what was seen among the files, whether it has changed or not.
    ///   - recording: whether the images are to be an artifact of the store, as a run needs them, seen last, with the paths
    ///     that they have now.
    ///   - rereading: whether all files are read, whatever is remembered of them.
    ///   - progress: called with the number of files read and the number to be read; not at all if there are none.
    /// - Throws: `DatasetError`: a domain that is not there, a folder or file that cannot be read; `StoreError`.
    public func imagesKey(
        of domain: Name, in folder: ImageFolder, recording: Bool, rereading: Bool = false,
        listed: (ImageFolder.Listing) -> Void = { _ in },
        progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> ArtifactKey {
        try keys(
            of: domain, in: folder, rememberedAs: [folder.name], recording: recording, rereading: rereading, listed: listed
        ) {
            [try folder.manifest(of: domain) { try digests(ofFiles: $0, rereading: rereading, progress: progress) }]
        }[0]
    }

    /// The keys of the images of a domain that are used and of their parts, split as a paper's authors do; remembered like
    /// those of whole domains.
    /// - Throws: as `imagesKey(of:in:recording:listed:progress:)`, and `DatasetError` where the images do not lie as
    ///   the split has it, or a part would be empty.
    public func partKeys(
        of domain: Name, in folder: ImageFolder, as split: AuthorsSplit, recording: Bool, rereading: Bool = false,
        listed: (ImageFolder.Listing) -> Void = { _ in },
        progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> (images: ArtifactKey, train: ArtifactKey, validation: ArtifactKey) {
        let names = ["used", "train", "val"].map { "\(folder.name) \(split.authors.rawValue) \(split.seed) \($0)" }
        let keys = try keys(
            of: domain, in: folder, rememberedAs: names, recording: recording, rereading: rereading, listed: listed
        ) {
            let parts = try folder.parts(of: domain, as: split) {
                try digests(ofFiles: $0, rereading: rereading, progress: progress)
            }
            return [parts.images, parts.train, parts.validation]
        }
        return (keys[0], keys[1], keys[2])
    }

    /// - Parameters:
    ///   - names: by which each manifest's key is found again.
    ///   - manifests: makes them, reading what has to be read.
    private func keys(
        of domain: Name, in folder: ImageFolder, rememberedAs names: [String], recording: Bool, rereading: Bool,
        listed: (ImageFolder.Listing) -> Void, manifests: () throws -> [DomainManifest]
    ) throws -> [ArtifactKey] {
        // Before any file is read: what changes later has another stamp the next time.
        let settled = FileStamp.settled
        let listing = try folder.listing(of: domain)
        listed(listing)
        let path = "\(folder.root)/\(domain)"
        if !rereading {
            let seen = try reading { database in
                try names.compactMap { try database.seenKey(path, $0, listing.digest, recording: recording) }
            }
            if seen.count == names.count { return seen }
        }

        let made = try manifests()
        let keys = try made.map { recording ? try record($0) : $0.key }
        if !isReadOnly, listing.lastChange < settled {
            try writing { database in
                for (name, manifest) in zip(names, made) {
                    // Somebody else may have recorded other paths meanwhile.
                    let isRecorded =
                        try recording
                        && database.artifactID(manifest.key).map { try database.isCurrent(manifest, id: $0) } == true
                    try database.see(path, name, listing.digest, manifest.key, isRecorded: isRecorded)
                }
            }
        }
        return keys
    }
}

extension Database {
    /// - Parameter recording: whether the manifest has to be in the store as it was then, and the latest of its domain.
    fileprivate func seenKey(
        _ path: String, _ name: String, _ listing: Digest, recording: Bool
    ) throws -> ArtifactKey? {
        try Row.fetchOne(
            self,
            sql: """
                SELECT seen_domain.key FROM seen_domain
                LEFT JOIN artifact ON artifact.key = seen_domain.key
                LEFT JOIN manifest ON manifest.artifact_id = artifact.id
                WHERE path = ? AND seen_domain.dataset = ? AND listing = ? AND (NOT ? OR (
                    manifest.recorded = seen_domain.recorded AND manifest.recorded = (
                        SELECT max(recorded) FROM manifest AS other
                        WHERE other.dataset = manifest.dataset AND other.domain = manifest.domain)))
                """, arguments: [path, name, Data(listing.bytes), recording]
        ).map { try $0.digest("key") }
    }

    /// - Parameter isRecorded: whether the manifest in the store has the files' paths as they are now. One that is there from
    ///   before may have others, though its key is the same.
    fileprivate func see(
        _ path: String, _ name: String, _ listing: Digest, _ key: ArtifactKey, isRecorded: Bool
    ) throws {
        try execute(
            sql: """
                INSERT OR REPLACE INTO seen_domain (path, dataset, listing, key, recorded, row_sha256)
                SELECT *, \(RowDigest.domain) FROM (
                    SELECT ?1 AS path, ?2 AS dataset, ?3 AS listing, ?4 AS key, (
                        SELECT recorded FROM manifest JOIN artifact ON artifact.id = artifact_id
                        WHERE artifact.key = ?4 AND ?5) AS recorded)
                """,
            arguments: [path, name, Data(listing.bytes), key.description, isRecorded])
    }
}
