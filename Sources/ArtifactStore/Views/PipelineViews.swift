extension Views {
    /// What pipelines have asked for, how far they are, and what all this is called.
    static let pipelineViews = """
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
