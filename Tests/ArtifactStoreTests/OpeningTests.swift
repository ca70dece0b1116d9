import ArtifactStore
import Foundation
import GRDB
import Testing

@Suite struct OpeningTests {
    @Test func makesTheFoldersAbove() throws {
        try withFolder { folder in
            let path = folder + "/a/b/artifacts.sqlite"
            try Sample.extract(Sample.manifest("tango"), into: ArtifactStore(path: path))
            let again = try ArtifactStore(path: path, readOnly: true)
            #expect(try again.contains(Sample.manifest("tango").key))
        }
    }

    @Test func readOnlyNeedsAFileAndWritesNothing() throws {
        try withFolder { folder in
            let path = folder + "/artifacts.sqlite"
            #expect(throws: StoreError.noStore(path: path)) { try ArtifactStore(path: path, readOnly: true) }
            #expect(!FileManager.default.fileExists(atPath: path))
            _ = try ArtifactStore(path: path)
            let store = try ArtifactStore(path: path, readOnly: true)
            #expect(throws: StoreError.readOnly(path: path)) { try store.record(Sample.manifest("tango")) }
        }
    }

    /// What a process leaves that is killed while it writes to a store that is not in write-ahead mode yet.
    @Test func aJournalThatWasLeftBehindIsRolledBackForReaders() throws {
        try withFolder { folder in
            let path = folder + "/artifacts.sqlite", killed = folder + "/killed.sqlite"
            let store = try ArtifactStore(path: path)
            try Sample.extract(Sample.manifest("tango"), into: store)
            try store.database.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 2")
                try database.inTransaction(.immediate) {
                    // More than the cache holds: part of it is in the file before it is committed.
                    try database.execute(
                        sql: """
                            INSERT INTO failure (key, message)
                            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
                            SELECT printf('%064x', i), hex(zeroblob(1000)) FROM n
                            """)
                    for end in ["", "-journal"] {
                        try FileManager.default.copyItem(atPath: path + end, toPath: killed + end)
                    }
                    return .rollback
                }
            }
            let again = try ArtifactStore(path: killed, readOnly: true)
            #expect(try again.contains(Sample.manifest("tango").key))
            #expect(try again.query("SELECT count(*) FROM failure").rows == [[.integer(0)]])
        }
    }

    @Test func refusesANewerStore() throws {
        try withFolder { folder in
            let path = folder + "/artifacts.sqlite"
            try ArtifactStore(path: path).database.write { try $0.execute(sql: "PRAGMA user_version = 99") }
            for readOnly in [false, true] {
                let error = #expect(throws: StoreError.self) { try ArtifactStore(path: path, readOnly: readOnly) }
                #expect(error == .madeByNewerVersion(path: path, version: 99, known: 11))
                #expect(error?.description.contains("newer version") == true)
            }
        }
    }

    @Test func aVersionThatNoProgramWritesIsDamage() throws {
        try withFolder { folder in
            let path = folder + "/artifacts.sqlite"
            try ArtifactStore(path: path).database.write { try $0.execute(sql: "PRAGMA user_version = -1") }
            let damage = StoreError.damaged(path: path, reason: "the version of its tables is -1")
            for readOnly in [false, true] {
                #expect(throws: damage) { try ArtifactStore(path: path, readOnly: readOnly) }
            }
        }
    }

    @Test func refusesOtherFilesAndLeavesThemAlone() throws {
        try withFolder { folder in
            let text = folder + "/notes.txt"
            try Data("not a database, but longer than its header".utf8).write(to: URL(fileURLWithPath: text))
            #expect(throws: StoreError.notADatabase(path: text)) { try ArtifactStore(path: text) }

            let other = folder + "/other.sqlite"
            try DatabaseQueue(path: other).write { try $0.execute(sql: "CREATE TABLE theirs (a)") }
            let before = try Data(contentsOf: URL(fileURLWithPath: other))
            #expect(throws: StoreError.notAStore(path: other)) { try ArtifactStore(path: other) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == before)
        }
    }

    @Test func tablesAreStrictAndConnectionsCareful() throws {
        try withStore { store in
            let loose =
                "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND NOT strict AND name NOT LIKE 'sqlite%'"
            #expect(try store.texts(loose).isEmpty)
            for (pragma, value) in [
                ("foreign_keys", "1"), ("journal_mode", "wal"), ("synchronous", "2"), ("page_size", "16384"),
            ] {
                let found = try store.database.read { try String.fetchOne($0, sql: "PRAGMA \(pragma)") }
                #expect(found == value, "\(pragma)")
            }
        }
    }

    /// As a crash during the very first start would leave it.
    @Test func anEmptyFileBecomesAStore() throws {
        try withFolder { folder in
            let path = folder + "/artifacts.sqlite"
            try Data().write(to: URL(fileURLWithPath: path))
            #expect(try ArtifactStore(path: path).rowCounts().values.allSatisfy { $0 == 0 })
        }
    }

    @Test func severalMayMakeTheSameStoreAtOnce() throws {
        try withFolder { folder in
            for attempt in 0..<20 {
                let path = "\(folder)/\(attempt).sqlite"
                let failures = concurrently(4) { _ in _ = try ArtifactStore(path: path) }
                #expect(failures.isEmpty)
            }
        }
    }
}
