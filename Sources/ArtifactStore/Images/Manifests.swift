import Datasets
import Foundation
import GRDB
import GRDBSQLite

extension DomainManifest {
    /// The recipe of the `images` artifact that this manifest is: domain, classes, and the digest and label of each
    /// image. Neither paths nor the data set's name count, so a tree that is moved or renamed stays the same artifact.
    public var recipe: Recipe {
        var contents: [UInt8] = []
        contents.reserveCapacity(images.count * 36)
        for image in images {
            image.digest.withUnsafeBytes { contents += $0 }
            contents += withUnsafeBytes(of: UInt32(image.label).littleEndian, Array.init)
        }
        return Recipe(
            kind: .images, algorithmVersion: 1,
            parameters: [
                "domain": .string(domain.text),
                "classes": .array(classes.map { .string($0.text) }),
                "count": .number(Double(images.count)),
                "contents": .string(Digest(of: contents).description),
            ],
            inputs: [])
    }

    /// The key of the `images` artifact that this manifest is.
    public var key: ArtifactKey { recipe.key }
}

extension ArtifactStore {
    /// Writes a manifest as an `images` artifact. Where it is there already, only where the files lie now, and what the
    /// data set is called, is brought up to date.
    /// - Returns: `manifest.key`.
    /// - Throws: `StoreError` where the store cannot be written: it is full, busy, or open for reading only.
    @discardableResult
    public func record(_ manifest: DomainManifest) throws -> ArtifactKey {
        let recipe = manifest.recipe
        let isCurrent = try reading { database in
            try database.artifactID(recipe.key).map { try database.isCurrent(manifest, id: $0) } ?? false
        }
        guard !isCurrent else { return recipe.key }
        try writing { database in
            if let id = try database.artifactID(recipe.key) {
                try database.refresh(manifest, id: id)
            } else {
                let id = try database.insertArtifact(recipe, seconds: 0, bytes: manifest.images.count * 36)
                try database.insert(manifest, id: id)
                try database.seal(id)
            }
        }
        return recipe.key
    }

    /// The manifest with a key.
    /// - Throws: `StoreError.noArtifact`.
    public func manifest(_ key: ArtifactKey) throws -> DomainManifest {
        try reading { try $0.manifest(id: $0.artifactID(key, .images)) }
    }
}

extension Database {
    /// Reads the manifest with an artifact's row.
    func manifest(id: Int64) throws -> DomainManifest {
        let classes = try Name.fetchAll(
            self, sql: "SELECT name FROM manifest_class WHERE manifest_id = ? ORDER BY label", arguments: [id])
        var images: [LabelledImage] = []
        try forEachRow(
            """
            SELECT path, sha256, label FROM manifest_image JOIN image ON image.id = image_id
            WHERE manifest_id = ? ORDER BY position
            """, [id]
        ) { row in
            let label = Int(sqlite3_column_int64(row, 2))
            guard classes.indices.contains(label) else { throw StoreError.badValue("a manifest has no class \(label)") }
            guard let digest = blob(row, 1).flatMap(Digest.init(bytes:)) else {
                throw StoreError.badValue("a “sha256” in the store is not a SHA-256 digest")
            }
            images.append(LabelledImage(path: Name(text(row, 0)), digest: digest, label: label))
        }
        let names = try Row.fetchOne(
            self, sql: "SELECT dataset, domain FROM manifest WHERE artifact_id = ?", arguments: [id])
        return try DomainManifest(
            dataset: names?.value("dataset") ?? "", domain: names?.value("domain") ?? "", classes: classes, images: images)
    }

    fileprivate func insert(_ manifest: DomainManifest, id: Int64) throws {
        try execute(
            sql: "INSERT INTO manifest (artifact_id, dataset, domain, recorded) VALUES (?, ?, ?, \(Self.nextRecord))",
            arguments: [id, manifest.dataset, manifest.domain])
        for (label, name) in manifest.classes.enumerated() {
            try execute(sql: "INSERT INTO manifest_class VALUES (?, ?, ?)", arguments: [id, label, name])
        }
        let statement = try cachedStatement(
            sql: "INSERT INTO manifest_image (manifest_id, position, image_id, label, path) VALUES (?, ?, ?, ?, ?)")
        for (position, image) in manifest.images.enumerated() {
            try statement.execute(
                arguments: [id, position, try imageID(image.digest, adding: true), image.label, image.path])
        }
    }

    /// Whether nothing would change if a manifest that is in the store were recorded again.
    func isCurrent(_ manifest: DomainManifest, id: Int64) throws -> Bool {
        let isLatest = try Bool.fetchOne(
            self,
            sql: """
                SELECT dataset = ?2 AND recorded =
                    (SELECT max(recorded) FROM manifest WHERE dataset = ?2 AND domain = ?3)
                FROM manifest WHERE artifact_id = ?1
                """, arguments: [id, manifest.dataset, manifest.domain])
        guard isLatest == true else { return false }
        return try paths(ofManifest: id) == manifest.images.map(\.path)
    }

    /// Equal keys mean equal digests and labels at every position, so only names remain to be written.
    fileprivate func refresh(_ manifest: DomainManifest, id: Int64) throws {
        try execute(
            sql: "UPDATE manifest SET dataset = ?, recorded = \(Self.nextRecord) WHERE artifact_id = ?",
            arguments: [manifest.dataset, id])
        let statement = try cachedStatement(
            sql: "UPDATE manifest_image SET path = ?3 WHERE manifest_id = ?1 AND position = ?2")
        for (position, (image, path)) in zip(manifest.images, try paths(ofManifest: id)).enumerated()
        where image.path != path {
            try statement.execute(arguments: [id, position, image.path])
        }
    }

    private static let nextRecord = "(SELECT coalesce(max(recorded), 0) + 1 FROM manifest)"

    private func paths(ofManifest id: Int64) throws -> [Name] {
        try Name.fetchAll(
            self, sql: "SELECT path FROM manifest_image WHERE manifest_id = ? ORDER BY position", arguments: [id])
    }

    /// The row of an image, or nil where it is unknown and is not to be added.
    func imageID(_ digest: Digest, adding: Bool = false) throws -> Int64? {
        let sha256 = Data(digest.bytes)
        let known = try Int64.fetchOne(
            cachedStatement(sql: "SELECT id FROM image WHERE sha256 = ?"), arguments: [sha256])
        guard known == nil, adding else { return known }
        try cachedStatement(sql: "INSERT INTO image (sha256) VALUES (?)").execute(arguments: [sha256])
        return lastInsertedRowID
    }
}
