import Datasets
import GRDB

/// A job that a run has given to a scheduler: some artifacts that are made elsewhere, and what the scheduler last said of it.
public struct Job: Hashable, Sendable {
    /// What is known of a job before it is given to the scheduler.
    public struct Request: Hashable, Sendable {
        /// Which executor's scheduler, such as `slurm`.
        public var executor: String
        /// The folder that the run and its jobs share.
        public var folder: String
        /// What the job is called in that folder; no two jobs have one name.
        public var task: String
        public var pipeline: String
        /// What was asked of the scheduler for it, such as its time and memory.
        public var resources: JSONValue
        /// What it is to make.
        public var keys: [ArtifactKey]

        public init(
            executor: String, folder: String, task: String, pipeline: String, resources: JSONValue, keys: [ArtifactKey]
        ) {
            (self.executor, self.folder, self.task) = (executor, folder, task)
            (self.pipeline, self.resources, self.keys) = (pipeline, resources, keys)
        }
    }

    /// What a scheduler says of a job.
    public struct Standing: Hashable, Sendable {
        /// In the scheduler's words, such as `PENDING`; empty before it has said anything.
        public var state: String
        /// Why it is so, in its words.
        public var reason: String
        /// The machine that it runs on, or ran.
        public var node: String

        public init(state: String = "", reason: String = "", node: String = "") {
            (self.state, self.reason, self.node) = (state, reason, node)
        }
    }

    /// How a job came to its end.
    public struct Ending: Hashable, Sendable {
        /// ISO 8601, UTC.
        public let ended: String
        /// Such as `completed` or `out of memory`.
        public let cause: String
    }

    public let request: Request
    /// What the scheduler calls it; nil where it may not have got it.
    public let identifier: String?
    /// ISO 8601, UTC.
    public let submitted: String
    public let standing: Standing
    /// Nil while it is under way.
    public let ending: Ending?
    /// The end of what it wrote, where it did not come to a good end.
    public let log: String
}

extension ArtifactStore {
    /// Notes jobs that are about to be given to a scheduler.
    /// - Throws: `StoreError` where the store cannot be written.
    public func add(_ jobs: [Job.Request]) throws {
        try writing { database in
            let job = try database.cachedStatement(
                sql: "INSERT INTO job (executor, folder, task, pipeline, request) VALUES (?, ?, ?, ?, ?) RETURNING id")
            let keys = try database.cachedStatement(sql: "INSERT INTO job_key (job_id, key) VALUES (?, ?)")
            for request in jobs {
                let id = try Int64.fetchOne(
                    job,
                    arguments: [
                        request.executor, request.folder, request.task, request.pipeline, request.resources.canonicalText,
                    ])
                for key in request.keys { try keys.execute(arguments: [id, key.description]) }
            }
        }
    }

    /// Notes what the scheduler calls jobs, by their tasks.
    /// - Throws: `StoreError` where the store cannot be written.
    public func name(_ identifiers: [(task: String, identifier: String)]) throws {
        try writing { database in
            let statement = try database.cachedStatement(sql: "UPDATE job SET identifier = ? WHERE task = ?")
            for (task, identifier) in identifiers { try statement.execute(arguments: [identifier, task]) }
        }
    }

    /// Notes what the scheduler says of jobs that are under way, by their tasks. Writes nothing where nothing is new.
    /// - Throws: `StoreError` where the store cannot be written.
    public func note(_ standings: [(task: String, standing: Job.Standing)]) throws {
        guard !standings.isEmpty else { return }
        try writing { database in
            let statement = try database.cachedStatement(
                sql: "UPDATE job SET state = ?, reason = ?, node = ? WHERE task = ? AND ended IS NULL")
            for (task, standing) in standings {
                try statement.execute(arguments: [standing.state, standing.reason, standing.node, task])
            }
        }
    }

    /// Notes that a job is over. Of several who find that, the first is heard.
    /// - Parameter log: the end of what it wrote.
    /// - Throws: `StoreError` where the store cannot be written.
    public func endJob(_ task: String, cause: String, log: String = "") throws {
        try end([(task, cause, log)])
    }

    /// Notes that jobs are over, all of them or none.
    /// - Throws: `StoreError` where the store cannot be written.
    public func end(_ jobs: [(task: String, cause: String, log: String)]) throws {
        guard !jobs.isEmpty else { return }
        try writing { database in
            let statement = try database.cachedStatement(
                sql: """
                    UPDATE job SET ended = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), cause = ?, log = ?
                    WHERE task = ? AND ended IS NULL
                    """)
            for (task, cause, log) in jobs { try statement.execute(arguments: [cause, log, task]) }
        }
    }

    /// The jobs that are under way, of one executor or of all, in the order in which they were given to it.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func openJobs(of executor: String? = nil) throws -> [Job] {
        try reading { try $0.jobs(where: "ended IS NULL AND executor = coalesce(?1, executor)", executor) }
    }

    /// The jobs of an executor that ended for one of some causes, in the order in which they were given to it.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func jobs(of executor: String, endedBy causes: [String]) throws -> [Job] {
        let list = JSONValue.array(causes.map(JSONValue.string)).canonicalText
        return try reading {
            try $0.jobs(where: "executor = ?1 AND cause IN (SELECT value FROM json_each(?2))", executor, list)
        }
    }

    /// Those of some tasks whose jobs are over.
    /// - Throws: `StoreError` where the store cannot be read.
    public func ended(among tasks: [String]) throws -> Set<String> {
        let list = JSONValue.array(tasks.map(JSONValue.string)).canonicalText
        return try reading {
            try String.fetchSet(
                $0, sql: "SELECT task FROM job WHERE ended IS NOT NULL AND task IN (SELECT value FROM json_each(?))",
                arguments: [list])
        }
    }

    /// All jobs that were to make an artifact, the latest last.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func jobs(making key: ArtifactKey) throws -> [Job] {
        try reading { try $0.jobs(where: "id IN (SELECT job_id FROM job_key WHERE key = ?1)", key.description) }
    }
}

extension Database {
    fileprivate func jobs(where condition: String, _ arguments: String?...) throws -> [Job] {
        let keys = try cachedStatement(sql: "SELECT key FROM job_key WHERE job_id = ? ORDER BY key")
        let rows = try Row.fetchAll(
            cachedStatement(sql: "SELECT * FROM job WHERE \(condition) ORDER BY id"), arguments: StatementArguments(arguments))
        // What the tasks of an array have in common is kept once.
        var resources: [String: JSONValue] = [:], texts: Set<String> = []
        func shared(_ text: String) -> String { texts.insert(text).memberAfterInsert }
        return try rows.map { row in
            let id: Int64 = try row.value("id"), ended: String? = try row.value("ended"),
                asked: String = try row.value("request")
            let request = try resources[asked] ?? JSONValue(parsing: asked)
            resources[asked] = request
            return try Job(
                request: .init(
                    executor: shared(row.value("executor")), folder: shared(row.value("folder")), task: row.value("task"),
                    pipeline: shared(row.value("pipeline")), resources: request,
                    keys: Row.fetchAll(keys, arguments: [id]).map { try $0.digest("key") }),
                identifier: row.value("identifier"), submitted: row.value("submitted"),
                standing: .init(state: row.value("state"), reason: row.value("reason"), node: row.value("node")),
                ending: ended.map { .init(ended: $0, cause: try row.value("cause") ?? "") }, log: row.value("log"))
        }
    }
}
