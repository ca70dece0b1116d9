/// What runs have asked for: each plan of a pipeline that was run, with the values that the command line gave in place of the
/// file's.
extension Schema {
    /// `plan` is the SHA-256 of the keys, so that the same plan asked for again is the same row, with another time.
    ///
    /// What an older store knows of its pipelines becomes one request of each, of now: nothing of it is to look old.
    static let requests = """
        CREATE TABLE request (
            id INTEGER PRIMARY KEY,
            pipeline TEXT NOT NULL,
            file TEXT,
            edits TEXT NOT NULL CHECK (json_valid(edits)),
            plan BLOB NOT NULL CHECK (length(plan) = 32),
            asked TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
            UNIQUE (pipeline, edits, plan)
        ) STRICT;
        CREATE TABLE request_key (
            key TEXT NOT NULL CHECK (length(key) = 64),
            request_id INTEGER NOT NULL REFERENCES request (id) ON DELETE CASCADE,
            PRIMARY KEY (key, request_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX request_key_by_request ON request_key (request_id);
        INSERT INTO request (pipeline, edits, plan) SELECT DISTINCT pipeline, '[]', zeroblob(32) FROM pipeline_history;
        INSERT INTO request_key (key, request_id)
            SELECT DISTINCT key, request.id FROM pipeline_history JOIN request USING (pipeline);

        """
}
