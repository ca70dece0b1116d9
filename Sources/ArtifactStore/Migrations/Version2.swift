extension Migrations {
    /// Version 2: every blob of numbers has its SHA-256 beside it, by which damage is found.
    ///
    /// SQLite adds no column that must not be NULL: the tables are written anew. Nothing refers to them.
    static let version2 = """
        CREATE TABLE new_embedding (
            id INTEGER PRIMARY KEY,
            encoder_id INTEGER NOT NULL REFERENCES encoder (id),
            view_id INTEGER NOT NULL REFERENCES image_view (id),
            image_id INTEGER NOT NULL REFERENCES image (id),
            vector BLOB NOT NULL,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            UNIQUE (encoder_id, view_id, image_id)
        ) STRICT;
        INSERT INTO new_embedding SELECT id, encoder_id, view_id, image_id, vector, sha256(vector) FROM embedding;
        DROP TABLE embedding;
        ALTER TABLE new_embedding RENAME TO embedding;
        CREATE INDEX embedding_by_image ON embedding (image_id);

        CREATE TABLE new_prompt (
            artifact_id INTEGER PRIMARY KEY REFERENCES artifact (id) ON DELETE CASCADE,
            method TEXT NOT NULL,
            domain TEXT NOT NULL,
            seed INTEGER,
            context_length INTEGER NOT NULL CHECK (context_length > 0),
            width INTEGER NOT NULL CHECK (width > 0),
            vectors BLOB NOT NULL CHECK (length(vectors) = 4 * context_length * width),
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            validation_accuracy REAL
        ) STRICT;
        INSERT INTO new_prompt
            SELECT artifact_id, method, domain, seed, context_length, width, vectors, sha256(vectors), validation_accuracy
            FROM prompt;
        DROP TABLE prompt;
        ALTER TABLE new_prompt RENAME TO prompt;

        CREATE TABLE new_tensor (
            id INTEGER PRIMARY KEY,
            artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            shape TEXT NOT NULL CHECK (json_valid(shape)),
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            vector BLOB NOT NULL,
            UNIQUE (artifact_id, name)
        ) STRICT;
        INSERT INTO new_tensor SELECT id, artifact_id, name, shape, sha256(vector), vector FROM tensor;
        DROP TABLE tensor;
        ALTER TABLE new_tensor RENAME TO tensor;

        CREATE TABLE new_checkpoint (
            key TEXT PRIMARY KEY CHECK (length(key) = 64),
            saved TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
            progress TEXT NOT NULL CHECK (json_valid(progress)),
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            payload BLOB NOT NULL
        ) STRICT;
        INSERT INTO new_checkpoint SELECT key, saved, progress, sha256(payload), payload FROM checkpoint;
        DROP TABLE checkpoint;
        ALTER TABLE new_checkpoint RENAME TO checkpoint;

        """
}
