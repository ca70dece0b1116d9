import GRDB

/// How an older store becomes a newer one: what each version of the tables brought has a file of its own. The version is
/// SQLite's `user_version`.
///
/// What people query are the views (`Views`); tables may change by migration, views may not.
enum Migrations {
    /// "SPGa": marks the file as a store of this project (SQLite's `application_id`).
    static let applicationID = 0x5350_4761

    /// What takes the tables from version `index` to `index + 1`. Only ever appended to.
    private static let steps = [
        version1, version2, version3, version4, version5, version6, version7, version8, version9, version10, version11,
    ]

    /// The version that this program reads and writes.
    static var latest: Int { steps.count }

    /// Brings a store up to date, or refuses a database that is not a store of ours, or a newer one.
    ///
    /// Must run in an immediate transaction: of two processes that open a new store at once, one makes the tables and
    /// the other then finds them.
    static func apply(in database: Database, path: String) throws {
        let version = try check(database, path: path)
        guard version < latest else { return }
        // A table that a view reads cannot be replaced.
        for view in try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'view'") {
            try database.execute(sql: "DROP VIEW \(view.quotedDatabaseIdentifier)")
        }
        for step in steps[version...] { try database.execute(sql: step) }
        if version < 8 { try database.sealAll() }
        try database.execute(sql: Views.all)
        try database.execute(
            sql: """
                PRAGMA application_id = \(applicationID);
                PRAGMA user_version = \(latest);
                """)
    }

    /// The version of a store, 0 for an empty database.
    /// - Throws: `StoreError.notAStore` or `.madeByNewerVersion`.
    @discardableResult
    static func check(_ database: Database, path: String) throws -> Int {
        let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        if application != applicationID {
            let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            guard application == 0, version == 0, tables == 0 else { throw StoreError.notAStore(path: path) }
        }
        guard version >= 0 else { throw StoreError.damaged(path: path, reason: "the version of its tables is \(version)") }
        guard version <= latest else {
            throw StoreError.madeByNewerVersion(path: path, version: version, known: latest)
        }
        return version
    }
}
