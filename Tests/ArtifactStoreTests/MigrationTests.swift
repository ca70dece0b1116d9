import ArtifactStore
import Foundation
import GRDB
import Testing

/// Stores that earlier versions of the tables left, out of Tests/Fixtures/store.
@Suite struct MigrationTests {
    private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../Fixtures/store").standardizedFileURL

    /// A store of an earlier version, at a path.
    private static func write(version: Int, to path: String) throws {
        let sql = try String(contentsOf: fixtures.appendingPathComponent("version-\(version).sql"), encoding: .utf8)
        try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: sql) }
    }

    @Test(arguments: [1, 2, 3, 6, 7, 8, 9, 10]) func anEarlierStoreBecomesThisOne(version: Int) throws {
        try withFolder { folder in
            let path = folder + "/earlier.sqlite"
            try Self.write(version: version, to: path)
            let store = try ArtifactStore(path: path)
            #expect(try store.verify().damages.isEmpty)
            // What the fixture was made by, written to a store of this version.
            let new = try ArtifactStore(path: folder + "/new.sqlite")
            try Sample.runPipeline(in: new)
            if version >= 7 {
                try Sample.runCommand(in: new)
                try Sample.extractStatistics(Sample.manifest("tango"), into: new)
            }
            #expect(try store.query(Self.schema) == new.query(Self.schema))
            for sql in Self.everything { #expect(try store.query(sql) == new.query(sql)) }
            let training = Sample.promptRecipe(Sample.extractionRecipe(Sample.manifest("tango")).key, seed: 9).key
            #expect(try store.checkpoint(for: training)?.payload == Data([1, 2, 3]))
        }
    }

    /// All but the times.
    private static let everything = [
        "SELECT key, kind, bytes, parameters FROM artifacts ORDER BY 1", "SELECT * FROM artifact_inputs ORDER BY 1, 2, 3",
        "SELECT * FROM images ORDER BY 1, 6", "SELECT * FROM embeddings ORDER BY 2, 6", "SELECT * FROM prompts ORDER BY 1",
        "SELECT * FROM block_statistics ORDER BY 2, 6, 7", "SELECT * FROM files ORDER BY 1, 2",
        "SELECT * FROM generators ORDER BY 1", "SELECT * FROM tensors ORDER BY 1, 2", "SELECT * FROM metrics ORDER BY 1, 2, 3",
        "SELECT * FROM predictions ORDER BY 1, 2", "SELECT * FROM results ORDER BY 7",
        "SELECT pipeline, stage, cell, key, state, message FROM pipelines ORDER BY 4",
    ]

    /// Spelled alike, a migrated store's tables are a new store's.
    private static let schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name"

    @Test func readingOnlyAsksForAnUpdate() throws {
        try withFolder { folder in
            let path = folder + "/earlier.sqlite"
            try Self.write(version: 1, to: path)
            let error = #expect(throws: StoreError.self) { try ArtifactStore(path: path, readOnly: true) }
            #expect(error?.description.contains("of an older version") == true)
        }
    }

    @Test func severalMayBringAStoreUpToDateAtOnce() throws {
        try withFolder { folder in
            for attempt in 0..<5 {
                let path = "\(folder)/\(attempt).sqlite"
                try Self.write(version: 1, to: path)
                let failures = concurrently(4) { _ in _ = try ArtifactStore(path: path) }
                #expect(failures.isEmpty)
                #expect(try ArtifactStore(path: path, readOnly: true).verify().damages.isEmpty)
            }
        }
    }

    @Test func aMigrationThatFailsLeavesTheStoreAsItWas() throws {
        try withFolder { folder in
            let path = folder + "/earlier.sqlite"
            try Self.write(version: 1, to: path)
            // A table in the way of the new one.
            try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE new_tensor (a)") }
            #expect(throws: StoreError.self) { try ArtifactStore(path: path) }
            let version = try DatabaseQueue(path: path).read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
            #expect(version == 1)
            try DatabaseQueue(path: path).write { try $0.execute(sql: "DROP TABLE new_tensor") }
            #expect(try ArtifactStore(path: path).verify().damages.isEmpty)
        }
    }
}
