extension Migrations {
    /// Version 11: the jobs that a run has given to a scheduler (`Job.swift`).
    ///
    /// `identifier` is what the scheduler calls a job; NULL from when it is about to be given to it until that is known.
    static let version11 = """
        CREATE TABLE job (
            id INTEGER PRIMARY KEY,
            executor TEXT NOT NULL,
            folder TEXT NOT NULL,
            task TEXT NOT NULL UNIQUE,
            pipeline TEXT NOT NULL,
            request TEXT NOT NULL CHECK (json_valid(request)),
            identifier TEXT,
            submitted TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
            state TEXT NOT NULL DEFAULT '',
            reason TEXT NOT NULL DEFAULT '',
            node TEXT NOT NULL DEFAULT '',
            ended TEXT,
            cause TEXT,
            log TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX open_job ON job (id) WHERE ended IS NULL;
        CREATE TABLE job_key (
            job_id INTEGER NOT NULL REFERENCES job (id) ON DELETE CASCADE,
            key TEXT NOT NULL CHECK (length(key) = 64),
            PRIMARY KEY (key, job_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX job_key_of_job ON job_key (job_id);

        """
}
