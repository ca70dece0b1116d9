import ArtifactStore
import Testing

@Suite("What a query may be") struct QueryRuleTests {
    @Test(arguments: [
        "PRAGMA hard_heap_limit=1", "SELECT 1; PRAGMA hard_heap_limit=1", "; PRAGMA main.hard_heap_limit=1",
        #"pragma "hard_heap_limit"(1)"#, "/* a */ PRAGMA -- b\n hard_heap_limit(1)", "EXPLAIN PRAGMA hard_heap_limit=1",
        "EXPLAIN QUERY PLAN PRAGMA soft_heap_limit=1", "PRAGMA cache_size=5", "PRAGMA user_version=9",
        "PRAGMA integrity_check=5",
    ])
    func aPragmaThatSetsSomethingIsRefused(_ sql: String) throws {
        try withStore { store in
            let error = #expect(throws: StoreError.self) { try store.query(sql) }
            #expect(error?.description.contains("may set something") == true)
            let rows = try store.query("SELECT 1").rows
            #expect(rows == [[.integer(1)]])
        }
    }

    @Test(arguments: [
        "PRAGMA integrity_check", "PRAGMA main.integrity_check(5)", "PRAGMA table_info('artifact')", "PRAGMA user_version;",
        "EXPLAIN QUERY PLAN SELECT * FROM images", "SELECT 'it''s; PRAGMA x=1' AS pragma -- ; PRAGMA x=1",
    ])
    func whatOnlyTellsIsAnswered(_ sql: String) throws {
        try withStore { store in
            let rows = try store.query(sql).rows
            #expect(!rows.isEmpty)
        }
    }
}
