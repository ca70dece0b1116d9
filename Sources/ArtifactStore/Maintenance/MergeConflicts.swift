import GRDB

extension Database {
    /// What the attached store `other` has under an identity that this store has too, with other contents.
    ///
    /// Both stores' blobs are taken to have the digests beside them.
    func mergeConflicts() throws -> [String] {
        try Self.conflictQueries.flatMap { try String.fetchAll(self, sql: $0) }
    }

    private static let conflictQueries = [
        // A norm that one of the two lacks makes its digest another one, and is no conflict.
        ofViews(
            "features", in: "embedding",
            and: """
                ((mine.norm IS NULL) = (theirs.norm IS NULL) OR mine.vector <> theirs.vector)
                """),
        ofViews("block statistics", in: "block_statistic"),
        artifacts(
            """
            SELECT artifact_id, json_array(method, domain, seed, context_length, width, hex(sha256), validation_accuracy)
                AS contents FROM prompt
            """, of: "prompt"),
        artifacts(
            """
            SELECT generator.artifact_id, json_array(method, domain, seed, validation_accuracy) || coalesce((
                SELECT group_concat(name || shape || hex(sha256)) FROM (
                    SELECT * FROM tensor WHERE tensor.artifact_id = generator.artifact_id ORDER BY name)), '')
                AS contents FROM generator
            """, of: "generator"),
        artifacts(
            """
            SELECT artifact_id, json_array(method, seed, images, accuracy) || (
                SELECT group_concat(position || ' ' || predicted || ' ' || printf('%.17g', probability)
                    || iif(spread IS NULL, '', printf(' %.17g', spread))) FROM (
                    SELECT * FROM prediction WHERE evaluation_id = artifact_id ORDER BY position))
                AS contents FROM evaluation
            """, of: "evaluation"),
        artifacts(
            """
            SELECT artifact.id AS artifact_id, (
                SELECT group_concat(name || ' ' || hex(sha256)) FROM (
                    SELECT * FROM file WHERE file.artifact_id = artifact.id ORDER BY name))
                AS contents FROM artifact WHERE kind = 'files'
            """, of: "files"),
        // Where unreadable images were left out, the key does not tell which.
        artifacts(
            """
            SELECT embedding_set.artifact_id, (SELECT key FROM artifact WHERE id = manifest_id) || (
                SELECT group_concat(name) FROM (
                    SELECT name FROM embedding_set_view JOIN image_view ON image_view.id = view_id
                    WHERE embedding_set_id = artifact_id ORDER BY position)) AS contents
            FROM embedding_set
            """, of: "embeddings"),
    ]

    /// A query for rows that differ, of a table with a row for each image, encoder and view.
    private static func ofViews(_ noun: String, in table: String, and condition: String = "true") -> String {
        """
        SELECT 'the \(noun) of ' || coalesce(
                (SELECT path FROM main.manifest_image WHERE manifest_image.image_id = mine.image_id LIMIT 1),
                'image ' || lower(hex(image.sha256)))
            || ' (view ' || image_view.name || ', encoder ' || encoder.name || '@' || substr(encoder.key, 1, 12) || ')'
        FROM other.\(table) AS theirs
        \(theirEncoder)
        \(theirView)
        \(theirImage)
        JOIN main.\(table) AS mine
            ON mine.encoder_id = encoder.id AND mine.view_id = image_view.id AND mine.image_id = image.id
        WHERE mine.sha256 <> theirs.sha256 AND \(condition)
        """
    }

    /// A query for artifacts of one key with different contents.
    /// - Parameter contents: `artifact_id` and `contents`, over tables that both stores have.
    private static func artifacts(_ contents: String, of kind: String) -> String {
        """
        WITH mine AS (\(within("main", contents))), theirs AS (\(within("other", contents)))
        SELECT 'the \(kind) ' || substr(a.key, 1, 12) || coalesce((
            SELECT ' (' || pipeline || '/' || stage || ' ' || cell || ')' FROM main.pipeline_instance
            WHERE pipeline_instance.key = a.key LIMIT 1), '')
        FROM main.artifact AS a JOIN other.artifact AS b ON b.key = a.key
        JOIN mine ON mine.artifact_id = a.id JOIN theirs ON theirs.artifact_id = b.id
        WHERE mine.contents <> theirs.contents
        """
    }

    /// A query with every table taken from one of the two stores.
    private static func within(_ schema: String, _ query: String) -> String {
        query.replacing(#/\b(FROM|JOIN) (?=[a-z])/#) { "\($0.1) \(schema)." }
    }
}
