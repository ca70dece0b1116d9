import GRDB

/// What a name may go on as that somebody has begun to type. No list is longer than a person would read.
extension ArtifactStore {
    /// The names of artifacts of some kinds, and the keys where the beginning is of hexadecimal digits.
    /// - Parameters:
    ///   - beginning: its bytes are those of each name's beginning.
    ///   - kinds: of any, where it is empty.
    /// - Throws: `StoreError` where the store cannot be read.
    public func names(beginning: String, kinds: [ArtifactKind] = []) throws -> [String] {
        let isOfKind = kinds.isEmpty ? "TRUE" : "kind IN (\(kinds.map { "'\($0.rawValue)'" }.joined(separator: ", ")))"
        return try reading { database in
            func list(_ sql: String) throws -> [String] { try String.fetchAll(database, sql: sql, arguments: [beginning]) }
            // Of runs, the names that they print are listed, and not those by axis=value, where a shell ends words.
            let named = try list(
                """
                SELECT DISTINCT name FROM names WHERE \(isOfKind) AND substr(name, 1, length(?1)) = ?1 AND instr(name, '=') = 0
                ORDER BY name LIMIT 1000
                """)
            let keys = try list(
                """
                SELECT substr(key, 1, 12) FROM artifact
                WHERE \(isOfKind) AND length(?1) > 0 AND key >= lower(?1) AND substr(key, 1, length(?1)) = lower(?1) LIMIT 100
                """)
            return try named + database.instanceNames(beginning: beginning, isOfKind: isOfKind) + keys
        }
    }

    /// The names under which features were imported.
    /// - Throws: `StoreError` where the store cannot be read.
    public func importedEncoderNames() throws -> [String] {
        try reading {
            try String.fetchAll(
                $0,
                sql: "SELECT DISTINCT parameters ->> '$.imported' FROM encoder WHERE parameters ->> '$.imported' IS NOT NULL")
        }
    }
}

extension Database {
    /// What runs call artifacts that are there: their stages alone, where there are more than a person would read.
    fileprivate func instanceNames(beginning: String, isOfKind: String) throws -> [String] {
        let most = 1000
        let stage = String(beginning.prefix { $0 != "(" })
        let condition = """
            FROM pipeline_instance JOIN artifact USING (key)
            WHERE \(isOfKind) AND substr(stage, 1, length(?1)) = ?1
            """
        let rows = try Row.fetchAll(
            self, sql: "SELECT DISTINCT stage, cell, labels \(condition) LIMIT ?2", arguments: [stage, most + 1])
        guard rows.count <= most else {
            return try String.fetchAll(self, sql: "SELECT DISTINCT stage \(condition) ORDER BY stage", arguments: [stage])
        }
        return try rows.map { row in
            try InstanceName(
                stage: row.value("stage"), cell: JSONValue(parsing: row.value("cell")), labels: row.labels()
            ).text
        }.filter { $0.utf8.starts(with: beginning.utf8) }
    }
}
