extension Migrations {
    /// Version 7: means and deviations of the tokens that each block of an encoder puts out, beside the features.
    ///
    /// A row's numbers are half-precision: of block after block its means, then its deviations. `first` is where those of a
    /// block begin among them, counted from 0.
    static let version7 = """
        CREATE TABLE encoder_block (
            encoder_id INTEGER NOT NULL REFERENCES encoder (id) ON DELETE CASCADE,
            block INTEGER NOT NULL,
            first INTEGER NOT NULL,
            width INTEGER NOT NULL CHECK (width > 0),
            PRIMARY KEY (encoder_id, block)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE block_statistic (
            id INTEGER PRIMARY KEY,
            encoder_id INTEGER NOT NULL REFERENCES encoder (id),
            view_id INTEGER NOT NULL REFERENCES image_view (id),
            image_id INTEGER NOT NULL REFERENCES image (id),
            numbers BLOB NOT NULL,
            sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
            UNIQUE (encoder_id, view_id, image_id)
        ) STRICT;
        CREATE INDEX block_statistic_by_image ON block_statistic (image_id);
        ALTER TABLE embedding_set ADD COLUMN has_statistics INTEGER NOT NULL DEFAULT 0 CHECK (has_statistics IN (0, 1));

        """
}
