extension Schema {
    /// Of version 8: a digest over all rows of each artifact (`ContentDigests.swift`), which the migration computes from what
    /// there is, and over single rows that no artifact owns (`RowDigests.swift`).
    static let contentDigests = """
        CREATE TABLE artifact_digest (
            artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32)
        ) STRICT;
        ALTER TABLE encoder ADD COLUMN sha256 BLOB CHECK (length(sha256) = 32);
        ALTER TABLE file_digest ADD COLUMN row_sha256 BLOB CHECK (length(row_sha256) = 32);
        ALTER TABLE seen_domain ADD COLUMN row_sha256 BLOB CHECK (length(row_sha256) = 32);
        UPDATE encoder SET sha256 = \(RowDigest.encoder);

        """
}
