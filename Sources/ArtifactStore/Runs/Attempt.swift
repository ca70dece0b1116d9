import Datasets
import GRDB

/// What the last attempt at making an artifact cost, and what its program wrote: of a failed one and of a good one.
public struct Attempt: Hashable, Sendable {
    /// What a program took, as the operating system counts it.
    public struct Cost: Hashable, Sendable {
        /// By the clock.
        public var seconds: Double
        /// Of all its threads, and of the programs that it waited for.
        public var processorSeconds: Double
        /// The most memory that it had at a time.
        public var peakBytes: Int

        public init(seconds: Double, processorSeconds: Double, peakBytes: Int) {
            self.seconds = seconds
            self.processorSeconds = processorSeconds
            self.peakBytes = peakBytes
        }
    }

    /// ISO 8601, UTC.
    public let started: String
    public let threads: Int
    /// Nil while it is under way, or where whoever had started it was ended before it.
    public let cost: Cost?
    /// What the program wrote on its standard error; a line of it while it is under way.
    public let log: String
}

extension ArtifactStore {
    /// Notes that an artifact is about to be made, in place of what is known of an earlier attempt.
    /// - Throws: `StoreError` where the store cannot be written: it is full, busy, or open for reading only.
    public func beginAttempt(at key: ArtifactKey, threads: Int) throws {
        try writing { database in
            try database.execute(
                sql: "INSERT OR REPLACE INTO attempt (key, threads) VALUES (?, ?)",
                arguments: [key.description, threads])
        }
    }

    /// Notes how the attempt that was begun last came to its end.
    /// - Throws: `StoreError` where the store cannot be written: it is full, busy, or open for reading only.
    public func endAttempt(at key: ArtifactKey, cost: Attempt.Cost, log: String) throws {
        try writing { database in
            try database.execute(
                sql: "UPDATE attempt SET seconds = ?, processor_seconds = ?, peak_bytes = ?, log = ? WHERE key = ?",
                arguments: [cost.seconds, cost.processorSeconds, cost.peakBytes, log, key.description])
        }
    }

    /// Notes attempts that were made elsewhere and came to their end there, in one transaction.
    /// - Throws: `StoreError` where the store cannot be written: it is full, busy, or open for reading only.
    public func note(_ attempts: [(key: ArtifactKey, threads: Int, cost: Attempt.Cost, log: String)]) throws {
        guard !attempts.isEmpty else { return }
        try writing { database in
            let statement = try database.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO attempt (key, threads, seconds, processor_seconds, peak_bytes, log)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """)
            for (key, threads, cost, log) in attempts {
                try statement.execute(arguments: [
                    key.description, threads, cost.seconds, cost.processorSeconds, cost.peakBytes, log,
                ])
            }
        }
    }

    /// Notes what the program of an attempt that is under way said last.
    /// - Throws: `StoreError`.
    public func noteRemark(_ line: String, at key: ArtifactKey) throws {
        try writing { database in
            try database.execute(
                sql: "UPDATE attempt SET log = ? WHERE key = ? AND seconds IS NULL", arguments: [line, key.description])
        }
    }

    /// The last attempt of a pipeline at making an artifact, or nil where there has been none.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func attempt(at key: ArtifactKey) throws -> Attempt? {
        try reading { database in
            try Row.fetchOne(
                database.cachedStatement(sql: "SELECT * FROM attempt WHERE key = ?"), arguments: [key.description]
            ).map { row in
                let seconds: Double? = try row.value("seconds")
                return try Attempt(
                    started: row.value("started"), threads: row.value("threads"), cost: seconds.map { _ in try row.cost() },
                    log: row.value("log"))
            }
        }
    }

    /// The most memory that an instance of each stage of a pipeline has taken so far, by the stage's name.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func peakBytes(ofPipeline name: String) throws -> [String: Int] {
        try reading { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT stage, max(peak_bytes) AS peak FROM pipeline_history JOIN attempt USING (key)
                    WHERE pipeline = ? AND peak_bytes > 0 GROUP BY stage
                    """, arguments: [name])
            return try Dictionary(
                rows.map { try ($0.value("stage"), Limits.bytes.nearest(to: $0.value("peak"))) }, uniquingKeysWith: max)
        }
    }
}

extension Row {
    /// The cost in the columns of `attempt`. What it says is a note: one that cannot be is the nearest that can.
    func cost() throws -> Attempt.Cost {
        try Attempt.Cost(
            seconds: Limits.seconds.nearest(to: value("seconds")),
            processorSeconds: Limits.seconds.nearest(to: value("processor_seconds") ?? 0),
            peakBytes: peakBytes() ?? 0)
    }

    /// The column `peak_bytes`; nil where nothing was measured. A note too.
    func peakBytes() throws -> Int? {
        let bytes: Int? = try value("peak_bytes")
        return bytes.flatMap { $0 > 0 ? Limits.bytes.nearest(to: $0) : nil }
    }
}
