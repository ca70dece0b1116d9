extension Views {
    /// Images, and the features of them that are complete.
    ///
    /// `latest_manifest`: of each domain, the manifest seen last among those whose embeddings are complete.
    static let imageViews = """
        CREATE VIEW images AS
            SELECT artifact.key AS manifest_key, manifest.dataset, manifest.domain, manifest_class.name AS label,
                   manifest_image.path AS image_path, lower(hex(image.sha256)) AS image_sha256,
                   manifest.artifact_id IN (SELECT artifact_id FROM latest_manifest) AS is_current
            FROM manifest
            JOIN artifact ON artifact.id = manifest.artifact_id
            JOIN manifest_image ON manifest_image.manifest_id = manifest.artifact_id
            JOIN manifest_class ON manifest_class.manifest_id = manifest_image.manifest_id
                AND manifest_class.label = manifest_image.label
            JOIN image ON image.id = manifest_image.image_id;
        CREATE VIEW encoders AS
            SELECT name || '@' || substr(key, 1, 12) AS encoder, key, name, dimension, parameters FROM encoder;
        CREATE VIEW latest_manifest AS
            SELECT artifact_id, dataset, domain FROM (
                SELECT artifact_id, dataset, domain,
                       row_number() OVER (PARTITION BY dataset, domain ORDER BY recorded DESC) AS age
                FROM manifest WHERE artifact_id IN (SELECT manifest_id FROM embedding_set)
            ) WHERE age = 1;
        CREATE VIEW embeddings AS
            SELECT manifest_image.path AS image_path, lower(hex(image.sha256)) AS image_sha256, complete.domain,
                   manifest_class.name AS label, encoder.name || '@' || substr(encoder.key, 1, 12) AS encoder,
                   image_view.name AS view, encoder.dimension, embedding.vector, complete.dataset, embedding.norm
            FROM (
                SELECT DISTINCT latest_manifest.artifact_id AS manifest_id, latest_manifest.domain, latest_manifest.dataset,
                                embedding_set.encoder_id, embedding_set_view.view_id
                FROM latest_manifest
                JOIN embedding_set ON embedding_set.manifest_id = latest_manifest.artifact_id
                JOIN embedding_set_view ON embedding_set_view.embedding_set_id = embedding_set.artifact_id
            ) AS complete
            JOIN encoder ON encoder.id = complete.encoder_id
            JOIN image_view ON image_view.id = complete.view_id
            JOIN manifest_image ON manifest_image.manifest_id = complete.manifest_id
            JOIN image ON image.id = manifest_image.image_id
            JOIN manifest_class ON manifest_class.manifest_id = manifest_image.manifest_id
                AND manifest_class.label = manifest_image.label
            JOIN embedding ON embedding.encoder_id = complete.encoder_id
                AND embedding.view_id = complete.view_id AND embedding.image_id = manifest_image.image_id;

        """

    /// What the blocks of an encoder make of images, beside the features.
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
