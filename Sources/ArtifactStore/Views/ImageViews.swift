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
            \(kept("encoder.dimension, embedding.vector, complete.dataset, embedding.norm", of: "embedding"));

        """

    /// What the blocks of an encoder make of images, beside the features.
    static let blockStatisticViews = """
        CREATE VIEW block_statistics AS
            \(kept(
                """
                encoder_block.block, encoder_block.width,
                substr(block_statistic.numbers, 2 * encoder_block.first + 1, 2 * encoder_block.width) AS mean,
                substr(block_statistic.numbers, 2 * (encoder_block.first + encoder_block.width) + 1,
                       2 * encoder_block.width) AS deviation, complete.dataset
                """, of: "block_statistic", where: "AND has_statistics"))
            JOIN encoder_block ON encoder_block.encoder_id = complete.encoder_id;

        """

    /// A row for each image and view of the domains' latest manifests, of sets that are complete.
    /// - Parameters:
    ///   - columns: what is selected besides image, domain, class, encoder and view.
    ///   - table: has a row for each image, view and encoder.
    ///   - condition: of the sets.
    private static func kept(_ columns: String, of table: String, where condition: String = "") -> String {
        """
        SELECT manifest_image.path AS image_path, lower(hex(image.sha256)) AS image_sha256, complete.domain,
               manifest_class.name AS label, encoder.name || '@' || substr(encoder.key, 1, 12) AS encoder,
               image_view.name AS view, \(columns)
        FROM (
            SELECT DISTINCT latest_manifest.artifact_id AS manifest_id, latest_manifest.domain, latest_manifest.dataset,
                            embedding_set.encoder_id, embedding_set_view.view_id
            FROM latest_manifest
            JOIN embedding_set ON embedding_set.manifest_id = latest_manifest.artifact_id \(condition)
            JOIN embedding_set_view ON embedding_set_view.embedding_set_id = embedding_set.artifact_id
        ) AS complete
        JOIN encoder ON encoder.id = complete.encoder_id
        JOIN image_view ON image_view.id = complete.view_id
        JOIN manifest_image ON manifest_image.manifest_id = complete.manifest_id
        JOIN image ON image.id = manifest_image.image_id
        JOIN manifest_class ON manifest_class.manifest_id = manifest_image.manifest_id
            AND manifest_class.label = manifest_image.label
        JOIN \(table) ON \(table).encoder_id = complete.encoder_id
            AND \(table).view_id = complete.view_id AND \(table).image_id = manifest_image.image_id
        """
    }
}
