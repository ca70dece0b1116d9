import ArtifactStore
import Datasets
import Reporting

/// What `spg results` says, for programs: tables, and of a single pipeline its evaluations one by one.
public struct ResultsDocument: Encodable, Sendable {
    /// An evaluation that a table's figures are of.
    public struct Evaluation: Encodable, Sendable {
        public let pipeline: String
        /// The row of the table, and the column.
        public let method: String
        public let column: String
        public let instance: String
        /// Its value on each axis.
        public let cell: JSONValue
        public let key: ArtifactKey
        /// From 0 to 1; nil where it has not been made.
        @OrNull public private(set) var accuracy: Double?
        @OrNull public private(set) var images: Int?
        /// Nil where it has not been made, or where costs were not asked for.
        @OrNull public private(set) var cost: CostDocument?
    }

    /// Which accuracies: `test` or `validation`.
    public let metric: String
    public let tables: [AccuracyDocument]
    public let evaluations: [Evaluation]

    public init(metric: String, tables: [AccuracyDocument], evaluations: [Evaluation] = []) {
        (self.metric, self.tables, self.evaluations) = (metric, tables, evaluations)
    }
}

extension Plan {
    /// The evaluations of the table of results, made or not, row by row.
    /// - Parameter costs: of those whose cost is to be told.
    /// - Throws: `StoreError` if the store cannot be read.
    public func evaluationDocuments(
        in store: ArtifactStore, costs: [ArtifactKey: CostDocument] = [:]
    ) throws -> [ResultsDocument.Evaluation] {
        let evaluations = evaluations, records = try store.evaluationRecords(of: evaluations.map(\.key))
        let cells = Dictionary(instances.map { (Name($0.name), $0.cell.json) }) { first, _ in first }
        return evaluations.map { evaluation in
            let record = records[evaluation.key]
            return .init(
                pipeline: specification.name, method: evaluation.title, column: evaluation.column,
                instance: evaluation.instance, cell: cells[Name(evaluation.instance)] ?? [:], key: evaluation.key,
                accuracy: record?.accuracy, images: record?.images, cost: costs[evaluation.key])
        }
    }
}
