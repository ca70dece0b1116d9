extension Schema {
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

    static let blockStatisticViews = """
        CREATE VIEW block_statistics AS
            SELECT manifest_image.path AS image_path, lower(hex(image.sha256)) AS image_sha256, complete.domain,
                   manifest_class.name AS label, encoder.name || '@' || substr(encoder.key, 1, 12) AS encoder,
                   image_view.name AS view, encoder_block.block, encoder_block.width,
                   substr(block_statistic.numbers, 2 * encoder_block.first + 1, 2 * encoder_block.width) AS mean,
                   substr(block_statistic.numbers, 2 * (encoder_block.first + encoder_block.width) + 1,
                          2 * encoder_block.width) AS deviation, complete.dataset
            FROM (
                SELECT DISTINCT latest_manifest.artifact_id AS manifest_id, latest_manifest.domain, latest_manifest.dataset,
                                embedding_set.encoder_id, embedding_set_view.view_id
                FROM latest_manifest
                JOIN embedding_set ON embedding_set.manifest_id = latest_manifest.artifact_id AND has_statistics
                JOIN embedding_set_view ON embedding_set_view.embedding_set_id = embedding_set.artifact_id
            ) AS complete
            JOIN encoder ON encoder.id = complete.encoder_id
            JOIN encoder_block ON encoder_block.encoder_id = complete.encoder_id
            JOIN image_view ON image_view.id = complete.view_id
            JOIN manifest_image ON manifest_image.manifest_id = complete.manifest_id
            JOIN image ON image.id = manifest_image.image_id
            JOIN manifest_class ON manifest_class.manifest_id = manifest_image.manifest_id
                AND manifest_class.label = manifest_image.label
            JOIN block_statistic ON block_statistic.encoder_id = complete.encoder_id
                AND block_statistic.view_id = complete.view_id AND block_statistic.image_id = manifest_image.image_id;

        """
}
