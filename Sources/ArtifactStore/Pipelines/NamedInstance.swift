import GRDB

/// An instance that a pipeline asks for, by what people call it.
public struct NamedInstance: Hashable, Sendable {
    public let pipeline: String
    public let name: InstanceName
    public let key: ArtifactKey

    public init(pipeline: String, name: InstanceName, key: ArtifactKey) {
        (self.pipeline, self.name, self.key) = (pipeline, name, key)
    }
}

extension ArtifactStore {
    /// The instances that a selector means, of the pipelines' latest plans, made or not, pipeline by pipeline.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func instances(_ selector: InstanceSelector) throws -> [NamedInstance] {
        try reading { try $0.instances(selector) }
    }

    /// All that a pipeline's latest plan asks for; empty for a pipeline that is unknown.
    /// - Throws: `StoreError` where the store cannot be read, or a value in it is damaged.
    public func instances(ofPipeline name: String) throws -> [NamedInstance] {
        try reading { try $0.namedInstances(where: "pipeline = ?1", name) }
    }
}

extension Database {
    func instances(_ selector: InstanceSelector) throws -> [NamedInstance] {
        // What begins otherwise is not looked at: a store may know some hundred thousand instances.
        let instances = try namedInstances(
            where: """
                substr(?1, 1, length(stage)) = stage
                    OR substr(?1, 1, length(pipeline) + 1 + length(stage)) = pipeline || '/' || stage
                    OR substr(key, 1, length(?1)) = lower(?1)
                """, selector.text)
        return selector.instances(among: instances) { ($0.pipeline, $0.name, $0.key) }
    }

    fileprivate func namedInstances(where condition: String, _ text: String) throws -> [NamedInstance] {
        let sql =
            "SELECT pipeline, stage, cell, key, labels FROM pipeline_instance WHERE \(condition) ORDER BY pipeline, position"
        return try Row.fetchAll(self, sql: sql, arguments: [text]).map { row in
            try NamedInstance(
                pipeline: row.value("pipeline"),
                name: InstanceName(
                    stage: row.value("stage"), cell: JSONValue(parsing: row.value("cell")), labels: row.labels()),
                key: row.digest("key"))
        }
    }
}

extension InstanceName {
    /// As the store knows an instance. Without labels it is told apart by its values, the domain first.
    public init(stage: String, cell: JSONValue, labels: [String]? = nil) {
        let coordinates = cell.members.sorted { ($0.key == "domain" ? "" : $0.key) < ($1.key == "domain" ? "" : $1.key) }
            .map { Coordinate(axis: $0.key, value: AxisValue($0.value, text: $0.value.plainText)) }
        self.init(stage: stage, labels: labels ?? coordinates.map(\.text), coordinates: coordinates)
    }
}
