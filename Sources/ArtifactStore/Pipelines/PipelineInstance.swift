import Datasets
import GRDB

/// One artifact that a pipeline asks for, whether it exists or not.
public struct PipelineInstance: Hashable, Sendable {
    /// The stage's name in the pipeline file.
    public var stage: String
    /// The values of the axes that the stage depends on, such as `{"seed": 1, "target": "tango"}`.
    public var cell: JSONValue
    public var key: ArtifactKey
    /// What people call it. Of an evaluation, the method in the view `results`, which has the stage's name where this is nil;
    /// of features, the data set of their images, as the pipeline calls it.
    public var title: String?
    /// What tells the cell apart where that is more than its values: names that the matrix gives them, and numbers as the file
    /// writes them. Nil where it is `seed 1` and the like.
    public var labels: [String]?

    public init(stage: String, cell: JSONValue, key: ArtifactKey, title: String? = nil, labels: [String]? = nil) {
        self.stage = stage
        self.cell = cell
        self.key = key
        self.title = title
        self.labels = labels
    }
}

extension ArtifactStore {
    /// Says what a pipeline consists of now, in place of what was said before, which is kept as an earlier version.
    /// Writes nothing where nothing has changed.
    /// - Throws: `StoreError` where the store cannot be written: it is full, busy, or open for reading only.
    public func setPipeline(_ name: String, to instances: [PipelineInstance]) throws {
        guard try pipeline(name) != instances else { return }
        try writing { database in
            try database.execute(sql: "DELETE FROM pipeline_instance WHERE pipeline = ?", arguments: [name])
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO pipeline_instance (pipeline, position, stage, cell, key, title, labels)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """)
            for (position, instance) in instances.enumerated() {
                try statement.execute(arguments: [
                    name, position, instance.stage, instance.cell.canonicalText, instance.key.description,
                    instance.title, instance.labels.map { JSONValue.array($0.map(JSONValue.string)).canonicalText },
                ])
            }
            try database.addVersion(of: name, instances)
        }
    }

    /// What a pipeline consists of; empty for one that is unknown.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func pipeline(_ name: String) throws -> [PipelineInstance] {
        try reading { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM pipeline_instance WHERE pipeline = ? ORDER BY position", arguments: [name]
            ).map {
                try PipelineInstance(
                    stage: $0.value("stage"), cell: JSONValue(parsing: $0.value("cell")), key: $0.digest("key"),
                    title: $0.value("title"), labels: $0.labels())
            }
        }
    }

    /// The places that an artifact has or had in pipelines: a stage and a cell, such as `spg {"seed":1}`; of images, their
    /// domain, such as `images of tango`.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func slots(of key: ArtifactKey) throws -> Set<Name> {
        try reading { database in
            try Name.fetchSet(
                database.cachedStatement(
                    sql: """
                        SELECT stage || ' ' || cell FROM pipeline_history WHERE key = ?1
                        UNION SELECT 'images of ' || domain FROM manifest JOIN artifact ON artifact.id = artifact_id WHERE key = ?1
                        """),
                arguments: [key.description])
        }
    }

    /// The keys that an instance of a pipeline had in earlier versions, the latest first, each once.
    /// - Parameters:
    ///   - name: the pipeline's.
    ///   - stage: the instance's stage.
    ///   - cell: its value on each axis that the stage depends on.
    ///   - key: the one that it has now, which is left out.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func earlierKeys(
        ofPipeline name: String, stage: String, cell: JSONValue, before key: ArtifactKey
    ) throws -> [ArtifactKey] {
        try reading { database in
            try Row.fetchAll(
                database.cachedStatement(
                    sql: """
                        SELECT key FROM pipeline_history WHERE pipeline = ? AND stage = ? AND cell = ? AND key <> ?
                        ORDER BY version DESC
                        """),
                arguments: [name, stage, cell.canonicalText, key.description]
            ).map { try $0.digest("key") }
        }
    }
}

extension Database {
    fileprivate func addVersion(of pipeline: String, _ instances: [PipelineInstance]) throws {
        let last = try Int.fetchOne(
            self, sql: "SELECT max(version) FROM pipeline_history WHERE pipeline = ?", arguments: [pipeline])
        let statement = try cachedStatement(
            sql: "INSERT OR REPLACE INTO pipeline_history (pipeline, stage, cell, key, version) VALUES (?, ?, ?, ?, ?)")
        for instance in instances {
            try statement.execute(arguments: [
                pipeline, instance.stage, instance.cell.canonicalText, instance.key.description, (last ?? 0) + 1,
            ])
        }
    }
}

extension Row {
    /// What an instance has been called apart from its values; nil where nothing was kept.
    func labels() throws -> [String]? {
        let text: String? = try value("labels")
        return try text.map { try JSONValue(parsing: $0).decoded() }
    }
}
