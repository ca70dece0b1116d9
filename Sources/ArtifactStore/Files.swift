import Datasets
import Foundation
import GRDB

/// A file that a command has written.
public struct StoredFile: Hashable, Sendable {
    /// What the pipeline file calls it.
    public var name: String
    /// Such as `points.csv`.
    public var fileName: String
    public var content: Data

    public init(name: String, fileName: String, content: Data) {
        self.name = name
        self.fileName = fileName
        self.content = content
    }

    /// The largest file that a store takes: what SQLite holds in one row.
    public static let largestSize = 999_000_000
}

extension ArtifactStore {
    /// The files of a `files` artifact, by name.
    /// - Throws: `StoreError.noArtifact`; `.badValue` for a file that is not the one that was written.
    public func files(_ key: ArtifactKey) throws -> [StoredFile] {
        try reading { database in
            let id = try database.artifactID(key, .files)
            let rows = try Row.fetchCursor(
                database, sql: "SELECT name, file_name, sha256, content FROM file WHERE artifact_id = ? ORDER BY name",
                arguments: [id])
            var files: [StoredFile] = []
            while let row = try rows.next() {
                let fileName: String = row["file_name"]
                let content = try row.wholeBlob("content", "the file “\(fileName)” of \(key.short)")
                files.append(StoredFile(name: row["name"], fileName: fileName, content: content))
            }
            return files
        }
    }
}

extension Database {
    func insert(_ files: [StoredFile], id: Int64) throws {
        for file in files {
            guard file.content.count <= StoredFile.largestSize else {
                throw StoreError.badValue("the file “\(file.fileName)” has \(file.content.count) bytes, and the store takes "
                    + "\(StoredFile.largestSize) at most")
            }
            try execute(
                sql: "INSERT INTO file (artifact_id, name, file_name, sha256, content) VALUES (?, ?, ?, ?, ?)",
                arguments: [id, file.name, file.fileName, file.content.sha256, file.content])
        }
    }
}
