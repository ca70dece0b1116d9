extension Migrations {
    /// Version 4: artifacts of the kind `files`, which commands write; what an artifact was in pipelines is found by its key.
    ///
    /// SQLite changes no CHECK of a table. Making the table of artifacts anew would take all that refers to it along, so its
    /// declaration is edited, which changes no row (https://www.sqlite.org/lang_altertable.html, section 7).
    static let version4 = """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = replace(sql, '''generator'', ''evaluation'')', '''generator'', ''evaluation'', ''files'')')
            WHERE type = 'table' AND name = 'artifact';
        PRAGMA writable_schema = RESET;
        CREATE TABLE file (
            id INTEGER PRIMARY KEY,
            artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            file_name TEXT NOT NULL,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            content BLOB NOT NULL,
            UNIQUE (artifact_id, name)
        ) STRICT;
        CREATE INDEX pipeline_history_by_key ON pipeline_history (key);

        """
}
