extension Migrations {
    /// Version 8: whether a file has changed is told by the time of any change of it; a digest over all that an artifact has;
    /// what runs have asked for. Afterwards `sealAll` computes the digests of what there is.
    static let version8 = changeTimes + contentDigests + requests

    /// When the file system last changed anything about a file (`FileStamp`). What was remembered without it may be of other
    /// bytes by now, and is read again.
    private static let changeTimes = """
        DROP TABLE file_digest;
        CREATE TABLE file_digest (
            path TEXT PRIMARY KEY,
            size INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            inode INTEGER NOT NULL,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
        ) STRICT, WITHOUT ROWID;
        DELETE FROM seen_domain;

        """

    /// A digest over all rows of each artifact (`ContentDigests.swift`), and over single rows that no
    /// artifact owns (`RowDigest`).
    private static let contentDigests = """
        CREATE TABLE artifact_digest (
            artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
        ) STRICT;
        ALTER TABLE encoder ADD COLUMN sha256 BLOB CHECK (length(sha256) = 32);
        ALTER TABLE file_digest ADD COLUMN row_sha256 BLOB CHECK (length(row_sha256) = 32);
        ALTER TABLE seen_domain ADD COLUMN row_sha256 BLOB CHECK (length(row_sha256) = 32);
        UPDATE encoder SET sha256 = \(RowDigest.encoder);

        """

    /// What runs have asked for: each plan of a pipeline that was run, with the values that the command line gave in place of
    /// the file's.
    ///
    /// `plan` is the SHA-256 of the keys, so that the same plan asked for again is the same row, with another time.
    ///
    /// What an older store knows of its pipelines becomes one request of each, of now: nothing of it is to look old.
    private static let requests = """
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
