extension Views {
    /// What making artifacts took, and the versions that instances of pipelines had.
    static let runViews = """
        CREATE VIEW attempts AS
            SELECT key, started, threads, seconds, processor_seconds, peak_bytes, log FROM attempt;
        CREATE VIEW versions AS
            SELECT pipeline, stage, cell, version, key FROM pipeline_history;

        """
}
