import Datasets
import GRDB

/// One artifact that a pipeline asks for, whether it exists or not.
public struct PipelineInstance: Hashable, Sendable {
    /// The stage's name in the pipeline file.
    public var stage: String
    /// The values of the axes that the stage depends on, such as `{"seed": 1, "target": "tango"}`.
    public var cell: JSONValue
    public var key: ArtifactKey
    /// What the `results` view calls the method; the stage's name where nil.
    public var title: String?

    public init(stage: String, cell: JSONValue, key: ArtifactKey, title: String? = nil) {
        self.stage = stage
        self.cell = cell
        self.key = key
        self.title = title
    }
}

extension ArtifactStore {
    /// Says what a pipeline consists of now, in place of what was said before. Writes nothing where nothing has
    /// changed.
    public func setPipeline(_ name: String, to instances: [PipelineInstance]) throws {
        guard try pipeline(name) != instances else { return }
        try writing { database in
            try database.execute(sql: "DELETE FROM pipeline_instance WHERE pipeline = ?", arguments: [name])
            let statement = try database.cachedStatement(sql: """
                INSERT INTO pipeline_instance (pipeline, position, stage, cell, key, title) VALUES (?, ?, ?, ?, ?, ?)
                """)
            for (position, instance) in instances.enumerated() {
                try statement.execute(arguments: [
                    name, position, instance.stage, instance.cell.canonicalText, instance.key.description,
                    instance.title,
                ])
            }
        }
    }

    /// What a pipeline consists of; empty for one that is unknown.
    public func pipeline(_ name: String) throws -> [PipelineInstance] {
        try reading { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM pipeline_instance WHERE pipeline = ? ORDER BY position", arguments: [name]
            ).map {
                PipelineInstance(
                    stage: $0["stage"], cell: try JSONValue(parsing: $0["cell"]), key: try $0.digest("key"),
                    title: $0["title"])
            }
        }
    }
}
