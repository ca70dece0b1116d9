/// The views: the store's contract with whoever queries it. Docs/store.md explains each with an example.
///
/// They stand apart from the tables' versions: whatever version a store had, its views are those of this program. A view
/// that changes needs a version all the same, for older stores to get it.
extension Schema {
    static let views = artifactViews + imageViews + resultViews + pipelineViews + runViews + fileViews + blockStatisticViews

    private static let artifactViews = """
        CREATE VIEW artifacts AS
            SELECT key, kind, created, seconds, bytes, parameters FROM artifact;
        CREATE VIEW artifact_inputs AS
            SELECT artifact.key, artifact_input.role, input.key AS input_key, input.kind AS input_kind
            FROM artifact_input
            JOIN artifact ON artifact.id = artifact_input.artifact_id
            JOIN artifact AS input ON input.id = artifact_input.input_id;
        CREATE VIEW lineage AS
            WITH RECURSIVE step (artifact_id, depth, role, input_id) AS (
                SELECT artifact_id, 1, role, input_id FROM artifact_input
                UNION
                SELECT step.artifact_id, step.depth + 1, artifact_input.role, artifact_input.input_id
                FROM step JOIN artifact_input ON artifact_input.artifact_id = step.input_id
            )
            SELECT artifact.key, step.depth, step.role, input.key AS input_key, input.kind AS input_kind,
                   input.parameters AS input_parameters
            FROM step
            JOIN artifact ON artifact.id = step.artifact_id
            JOIN artifact AS input ON input.id = step.input_id;
        CREATE VIEW metrics AS
            SELECT artifact.key, metric.epoch, metric.name, metric.value
            FROM metric JOIN artifact ON artifact.id = metric.artifact_id;

        """

    /// `latest_manifest`: of each domain, the manifest seen last among those whose embeddings are complete.
    private static let imageViews = """
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

    /// A row for each prediction, with its image and the names of its classes.
    /// - Parameter columns: what is selected besides, each with its comma.
    private static func predictions(and columns: String = "") -> String {
        """
        SELECT artifact.key AS evaluation_key, manifest_image.path AS image_path, truth.name AS label,
               predicted.name AS predicted, prediction.probability\(columns),
               manifest.dataset, manifest.domain AS target, lower(hex(image.sha256)) AS image_sha256
        FROM evaluation
        JOIN artifact ON artifact.id = evaluation.artifact_id
        JOIN manifest ON manifest.artifact_id = evaluation.manifest_id
        JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
        JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
            AND manifest_image.position = prediction.position
        JOIN image ON image.id = manifest_image.image_id
        JOIN manifest_class AS truth ON truth.manifest_id = evaluation.manifest_id
            AND truth.label = manifest_image.label
        JOIN manifest_class AS predicted ON predicted.manifest_id = evaluation.manifest_id
            AND predicted.label = prediction.predicted
        """
    }

    private static let resultViews = """
        CREATE VIEW prompts AS
            SELECT artifact.key, prompt.method, prompt.domain, prompt.seed, prompt.context_length, prompt.width,
                   prompt.vectors, prompt.validation_accuracy
            FROM prompt JOIN artifact ON artifact.id = prompt.artifact_id;
        CREATE VIEW generators AS
            SELECT artifact.key, generator.method, generator.domain, generator.seed, generator.validation_accuracy
            FROM generator JOIN artifact ON artifact.id = generator.artifact_id;
        CREATE VIEW tensors AS
            SELECT artifact.key, tensor.name, tensor.shape, tensor.vector
            FROM tensor JOIN artifact ON artifact.id = tensor.artifact_id;
        CREATE VIEW predictions AS
            \(predictions());
        CREATE VIEW uncertainties AS
            \(predictions(and: ", prediction.spread")) WHERE prediction.spread IS NOT NULL;
        CREATE VIEW class_accuracies AS
            SELECT evaluation_key, label, count(*) AS images, sum(predicted = label) AS correct,
                   avg(predicted = label) AS accuracy
            FROM predictions GROUP BY evaluation_key, label;
        CREATE VIEW prediction_pairs AS
            SELECT artifact.key AS evaluation_key, other_artifact.key AS other_key, manifest_image.path AS image_path,
                   truth.name AS label, predicted.name AS predicted, other_predicted.name AS other_predicted,
                   prediction.probability, other_prediction.probability AS other_probability
            FROM evaluation
            JOIN artifact ON artifact.id = evaluation.artifact_id
            JOIN evaluation AS other ON other.manifest_id = evaluation.manifest_id
            JOIN artifact AS other_artifact ON other_artifact.id = other.artifact_id
            JOIN prediction ON prediction.evaluation_id = evaluation.artifact_id
            JOIN prediction AS other_prediction ON other_prediction.evaluation_id = other.artifact_id
                AND other_prediction.position = prediction.position
            JOIN manifest_image ON manifest_image.manifest_id = evaluation.manifest_id
                AND manifest_image.position = prediction.position
            JOIN manifest_class AS truth ON truth.manifest_id = evaluation.manifest_id
                AND truth.label = manifest_image.label
            JOIN manifest_class AS predicted ON predicted.manifest_id = evaluation.manifest_id
                AND predicted.label = prediction.predicted
            JOIN manifest_class AS other_predicted ON other_predicted.manifest_id = evaluation.manifest_id
                AND other_predicted.label = other_prediction.predicted;

        """

    private static let pipelineViews = """
        CREATE VIEW results AS
            SELECT pipeline_instance.pipeline,
                   coalesce(pipeline_instance.title, pipeline_instance.stage, evaluation.method) AS method,
                   manifest.domain AS target, coalesce(pipeline_instance.cell ->> '$.seed', evaluation.seed) AS seed,
                   evaluation.accuracy, evaluation.images, artifact.key AS evaluation_key,
                   coalesce((
                       SELECT named.title FROM artifact_input
                       JOIN embedding_set ON embedding_set.artifact_id = artifact_input.input_id
                           AND embedding_set.manifest_id = evaluation.manifest_id
                       JOIN artifact AS features ON features.id = embedding_set.artifact_id
                       JOIN pipeline_instance AS named ON named.key = features.key
                           AND named.pipeline = pipeline_instance.pipeline
                       WHERE artifact_input.artifact_id = evaluation.artifact_id AND named.title IS NOT NULL LIMIT 1
                   ), manifest.dataset) AS dataset,
                   pipeline_instance.pipeline IS NOT NULL AS is_current
            FROM evaluation
            JOIN artifact ON artifact.id = evaluation.artifact_id
            JOIN manifest ON manifest.artifact_id = evaluation.manifest_id
            LEFT JOIN pipeline_instance ON pipeline_instance.key = artifact.key;
        CREATE VIEW evaluations AS
            SELECT artifact.key, evaluation.method, manifest.dataset, manifest.domain AS target, evaluation.seed,
                   evaluation.accuracy, evaluation.images,
                   artifact.key IN (SELECT key FROM pipeline_instance) AS is_current
            FROM evaluation
            JOIN artifact ON artifact.id = evaluation.artifact_id
            JOIN manifest ON manifest.artifact_id = evaluation.manifest_id;
        CREATE VIEW pipelines AS
            SELECT pipeline_instance.pipeline, pipeline_instance.stage, pipeline_instance.cell, pipeline_instance.key,
                   CASE WHEN artifact.key IS NOT NULL THEN 'done' WHEN failure.key IS NOT NULL THEN 'failed'
                        WHEN checkpoint.key IS NOT NULL THEN 'interrupted' ELSE 'missing' END AS state,
                   artifact.seconds, failure.message
            FROM pipeline_instance
            LEFT JOIN artifact ON artifact.key = pipeline_instance.key
            LEFT JOIN failure ON failure.key = pipeline_instance.key
            LEFT JOIN checkpoint ON checkpoint.key = pipeline_instance.key;
        CREATE VIEW names AS
            SELECT domain AS name, artifact.key, artifact.kind
                FROM latest_manifest JOIN artifact ON artifact.id = latest_manifest.artifact_id
            UNION SELECT dataset || '/' || domain, artifact.key, artifact.kind
                FROM latest_manifest JOIN artifact ON artifact.id = latest_manifest.artifact_id
            UNION SELECT domain, artifact.key, artifact.kind
                FROM latest_manifest
                JOIN embedding_set ON embedding_set.manifest_id = latest_manifest.artifact_id
                JOIN artifact ON artifact.id = embedding_set.artifact_id
            UNION SELECT dataset || '/' || domain, artifact.key, artifact.kind
                FROM latest_manifest
                JOIN embedding_set ON embedding_set.manifest_id = latest_manifest.artifact_id
                JOIN artifact ON artifact.id = embedding_set.artifact_id
            UNION SELECT domain, key, 'prompt' FROM prompts
            UNION SELECT method || '/' || domain, key, 'prompt' FROM prompts
            UNION SELECT method || '/' || domain || '/' || seed, key, 'prompt' FROM prompts WHERE seed IS NOT NULL
            UNION SELECT method || '/' || domain, key, 'generator' FROM generators
            UNION SELECT method || '/' || domain || '/' || seed, key, 'generator' FROM generators WHERE seed IS NOT NULL
            UNION SELECT pipeline || '/' || stage || coalesce(
                    (SELECT group_concat('/' || axis.key || '=' || axis.value, '') FROM json_each(cell) AS axis), ''),
                    artifact.key, artifact.kind
                FROM pipeline_instance JOIN artifact ON artifact.key = pipeline_instance.key;

        """
}
