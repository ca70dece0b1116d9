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

    /// Whether a name is one that a file may have in any folder: none that leads elsewhere.
    ///
    /// Names come out of stores and bundles that others have written, and files are written under them.
    public static func isPlain(_ fileName: String) -> Bool {
        let name = fileName.utf8
        return !name.isEmpty && name.count <= 255 && ![".", ".."].contains(fileName)
            && !name.contains { $0 == UInt8(ascii: "/") || $0 < 0x20 || $0 == 0x7f }
    }

    /// The largest file, or other blob, that a store takes: what SQLite holds in one row.
    public static let largestSize = 999_000_000
}

extension ArtifactStore {
    /// The files of a `files` artifact, by name.
    /// - Throws: `StoreError.noArtifact`; `.badValue` for a file that is not the one that was written, and for a name that is
    ///   no plain one.
    public func files(_ key: ArtifactKey) throws -> [StoredFile] {
        try reading { database in
            let id = try database.artifactID(key, .files)
            let rows = try Row.fetchCursor(
                database, sql: "SELECT name, file_name, sha256, content FROM file WHERE artifact_id = ? ORDER BY name",
                arguments: [id])
            var files: [StoredFile] = []
            while let row = try rows.next() {
                let fileName: String = try row.value("file_name")
                let content = try row.wholeBlob("content", "the file “\(fileName)” of \(key.short)")
                let file = try StoredFile(name: row.value("name"), fileName: fileName, content: content)
                try file.checkName()
                files.append(file)
            }
            return files
        }
    }
}

extension StoredFile {
    fileprivate func checkName() throws {
        guard Self.isPlain(fileName) else {
            throw StoreError.badValue("“\(fileName)” is not a plain file name, so it is neither stored nor exported")
        }
    }
}

extension Database {
    func insert(_ files: [StoredFile], id: Int64) throws {
        for file in files {
            try file.checkName()
            guard file.content.count <= StoredFile.largestSize else {
                throw StoreError.badValue(
                    "the file “\(file.fileName)” has \(file.content.count) bytes, and the store takes "
                        + "\(StoredFile.largestSize) at most")
            }
            try execute(
                sql: "INSERT INTO file (artifact_id, name, file_name, sha256, content) VALUES (?, ?, ?, ?, ?)",
                arguments: [id, file.name, file.fileName, file.content.sha256, file.content])
        }
    }
}
