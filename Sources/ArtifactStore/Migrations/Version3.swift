extension Migrations {
    /// Version 3: what is remembered of runs: what making an artifact cost and said, and what pipelines asked for before.
    static let version3 = """
        CREATE TABLE attempt (
            key TEXT PRIMARY KEY CHECK (length(key) = 64),
            started TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
            threads INTEGER NOT NULL,
            seconds REAL,
            processor_seconds REAL,
            peak_bytes INTEGER,
            log TEXT NOT NULL DEFAULT ''
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE pipeline_history (
            pipeline TEXT NOT NULL,
            stage TEXT NOT NULL,
            cell TEXT NOT NULL CHECK (json_valid(cell)),
            key TEXT NOT NULL CHECK (length(key) = 64),
            version INTEGER NOT NULL,
            PRIMARY KEY (pipeline, stage, cell, key)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO pipeline_history SELECT pipeline, stage, cell, min(key), 1 FROM pipeline_instance
            GROUP BY pipeline, stage, cell;

        """
}
