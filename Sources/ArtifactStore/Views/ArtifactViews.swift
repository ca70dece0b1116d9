extension Views {
    /// What there is, and what it was made from.
    static let artifactViews = """
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
}
