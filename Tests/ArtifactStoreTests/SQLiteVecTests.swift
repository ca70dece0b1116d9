import ArtifactStore
import Foundation
import GRDB
import GRDBSQLite
import Testing

/// The vectors as sqlite-vec reads them, by the queries that Docs/store.md shows for it.
@Suite struct SQLiteVecTests {
    /// Its loadable extension, where the environment names it (make test looks for the wheel).
    private static let path = ProcessInfo.processInfo.environment["SPG_SQLITE_VEC"].flatMap { $0.isEmpty ? nil : $0 }

    @Test(.enabled(if: path != nil, "sqlite-vec is not installed: pip install sqlite-vec, then make test"))
    func vectorsWorkAsTheyAre() throws {
        try withFolder { folder in
            let store = try ArtifactStore(path: folder + "/artifacts.sqlite")
            try Sample.runPipeline(in: store)
            let client = try DatabaseQueue(path: store.path)
            try client.writeWithoutTransaction { database in
                sqlite3_enable_load_extension(database.sqliteConnection, 1)
                var message: UnsafeMutablePointer<CChar>?
                let code = sqlite3_load_extension(database.sqliteConnection, Self.path, nil, &message)
                try #require(code == SQLITE_OK, "\(message.map { String(cString: $0) } ?? "")")

                // Its distances are those of `dot`.
                let ours = try store.query(
                    """
                    SELECT a.image_sha256, b.image_sha256, 1 - dot(a.vector, b.vector) FROM embeddings AS a
                    JOIN embeddings AS b USING (view) WHERE view = 'center' ORDER BY 1, 2
                    """
                ).rows
                let theirs = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT a.image_sha256, b.image_sha256, vec_distance_cosine(a.vector, b.vector) FROM embeddings AS a
                        JOIN embeddings AS b USING (view) WHERE view = 'center' ORDER BY 1, 2
                        """)
                #expect(ours.count == 18 * 18 && theirs.count == ours.count)
                for (a, b) in zip(ours, theirs) {
                    guard case .real(let distance) = a[2] else { continue }
                    #expect(abs(distance - (b[2] as Double)) < 1e-6)
                }

                for example in DocumentationTests.vectorExamples {
                    var rows: [Row] = []
                    for statement in example.sql.components(separatedBy: ";\n") {
                        rows = try Row.fetchAll(database, sql: statement)
                    }
                    #expect(rows.first.map { Array($0.columnNames) } == example.columns && !rows.isEmpty, "\(example.sql)")
                }
            }
        }
    }
}
