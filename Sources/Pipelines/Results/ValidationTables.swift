import ArtifactStore
import Datasets
import Reporting

/// How good what a pipeline has learned is on the images that its training kept for validation: a row for each stage that
/// learns, a column for each domain that the stage's cells name.
///
/// Stages that run for each domain have learned from the domain in the column's title, others from all but the domain there, or
/// from a source: there is a table for each kind of column.
public struct ValidationTables: Sendable {
    public let pipeline: String
    private let parts: [(columns: ColumnKind, table: AccuracyTable)]

    /// What the domains in the columns' titles are to a stage.
    private enum ColumnKind: String, CaseIterable {
        case domain, source, sourceAndTarget = "source and target", target, all

        init(_ name: InstanceName) {
            func has(_ axis: String) -> Bool { name.coordinates.contains { $0.axis == axis } }
            self =
                if has(domainAxis) { .domain } else if has(sourceAxis) { has(targetAxis) ? .sourceAndTarget : .source } else {
                    has(targetAxis) ? .target : .all
                }
        }

        var axes: [String] {
            switch self {
            case .domain: [domainAxis]
            case .source: [sourceAxis]
            case .sourceAndTarget: [sourceAxis, targetAxis]
            case .target: [targetAxis]
            case .all: []
            }
        }

        var inWords: String {
            switch self {
            case .domain: "what was learned from a domain"
            case .source: "what was learned from a source alone"
            case .sourceAndTarget: "what was learned from a source for a target"
            case .target: "what was learned for a target from the others"
            case .all: "what was learned from all domains"
            }
        }

        func title(_ name: InstanceName) -> String {
            let values = axes.compactMap { axis in name.coordinates.first { $0.axis == axis }?.value.text }
            return values.isEmpty ? "all domains" : values.joined(separator: " → ")
        }

        /// The row: the stage, with the values that neither columns nor seeds are by.
        func row(_ name: InstanceName) -> String {
            let others = name.coordinates.filter { !(axes + ["seed"]).contains($0.axis) }.map(\.text)
            return others.isEmpty ? name.stage : "\(name.stage) (\(others.joined(separator: ", ")))"
        }
    }

    /// - Parameters:
    ///   - instances: of the stages that learn, made or not.
    ///   - accuracies: of those that are made.
    private init(
        pipeline: String, _ instances: [(name: InstanceName, key: ArtifactKey)], accuracies: [ArtifactKey: Double?]
    ) {
        self.pipeline = pipeline
        parts = ColumnKind.allCases.compactMap { kind in
            let scores = instances.filter { ColumnKind($0.name) == kind }.map { name, key in
                AccuracyTable.Score(
                    method: kind.row(name), column: kind.title(name),
                    seed: name.coordinates.first { $0.axis == "seed" }?.value.text, accuracy: accuracies[key] ?? nil)
            }
            guard !scores.isEmpty else { return nil }
            var table = AccuracyTable(scores, by: "domain")
            table.caption = "\(pipeline), accuracy on validation images in percent: \(kind.inWords)"
            return (kind, table)
        }
    }

    /// Of a file as it is now.
    /// - Throws: `StoreError` if the store cannot be read.
    public init(of plan: Plan, in store: ArtifactStore) throws {
        let learned = plan.instances.filter { [.prompt, .generator].contains($0.kind.makes) }
        self.init(
            pipeline: plan.specification.name, learned.map { ($0.title, $0.key) },
            accuracies: try store.validationAccuracies(of: learned.map(\.key)))
    }

    /// Of a pipeline as its latest run asked for it. A stage of which nothing has been made is not known to learn.
    /// - Throws: `StoreError` if the store cannot be read.
    public init(ofPipeline name: String, in store: ArtifactStore) throws {
        let instances = try store.instances(ofPipeline: name)
        let made = try store.validationAccuracies(of: instances.map(\.key))
        let stages = Set(instances.filter { made[$0.key] != nil }.map { Name($0.name.stage) })
        let learned = instances.filter { stages.contains(Name($0.name.stage)) }
        self.init(pipeline: name, learned.map { ($0.name, $0.key) }, accuracies: made)
    }

    /// For people, each with its caption.
    public var tables: [AccuracyTable] { parts.map(\.table) }

    /// For programs, too: the tables.
    public var documents: [AccuracyDocument] { tables.map { AccuracyDocument($0, pipeline: pipeline) } }

    /// For programs, with the pipeline and what the column `domain` is to the stage.
    public var longTable: Table? {
        let tables = parts.map { columns, table in
            table.longTable.prefixed(by: [("pipeline", pipeline), ("column", columns.rawValue)])
        }
        return tables.isEmpty ? nil : Table(joining: tables)
    }
}
