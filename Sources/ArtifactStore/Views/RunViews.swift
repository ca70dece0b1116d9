extension Views {
    /// What making artifacts took, the versions that instances of pipelines had, and the jobs that schedulers got.
    static let runViews = """
        CREATE VIEW attempts AS
            SELECT key, started, threads, seconds, processor_seconds, peak_bytes, log FROM attempt;
        CREATE VIEW versions AS
            SELECT pipeline, stage, cell, version, key FROM pipeline_history;
        CREATE VIEW jobs AS
            SELECT job_key.key, job.executor, job.identifier AS job, job.pipeline, job.submitted, job.state, job.reason, job.node,
                   job.request AS resources, job.ended, job.cause, job.log
            FROM job_key JOIN job ON job.id = job_key.job_id;

        """
}
