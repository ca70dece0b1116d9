import ArtifactStore
import Datasets
import Reporting

/// Reads all of a report out of a store, part by part. Every figure comes from a query that the page shows.
///
/// Predictions are counted by the store; of images and of points there are samples. So a page takes seconds, and some
/// megabytes, for hundreds of thousands of images too.
struct ReportReading {
    let plan: Plan
    let store: ArtifactStore
    let states: [InstanceState]
    /// What the table of results shows, each once, as far as it has been made.
    let evaluations: [MadeEvaluation]
    var report: ExperimentReport

    /// An evaluation that has been made.
    struct MadeEvaluation {
        let planned: PlannedEvaluation
        let record: EvaluationRecord

        /// What it is tested on; for one source, also what it has learned from.
        var target: String { planned.source.map { "\($0) → \(planned.target)" } ?? planned.target }
    }

    init(_ plan: Plan, in store: ArtifactStore, table: AccuracyTable) throws {
        self.plan = plan
        self.store = store
        states = try plan.states(in: store)
        let planned = plan.differentEvaluations
        let records = try store.evaluationRecords(of: planned.map(\.key))
        evaluations = planned.compactMap { one in records[one.key].map { MadeEvaluation(planned: one, record: $0) } }
        report = ExperimentReport(name: plan.specification.name, file: plan.specification.file, results: table)
        report.planned = plan.work.count
        chooseRows()
    }

    /// The rows that single images are shown of: what is compared is usually the last one and zero-shot CLIP.
    private mutating func chooseRows() {
        let kinds = Dictionary(plan.instances.map { ($0.key, $0.kind.name) }) { first, _ in first }
        let made = evaluations.map(\.planned)
        let zeroShot = made.first { kinds[$0.key] == ZeroShotKind.name }?.title
        let titles = made.map(\.title).uniqued
        report.baseline = zeroShot ?? (titles.count > 1 ? titles.first : nil)
        report.focus = titles.last { $0 != report.baseline } ?? titles.last
        if report.focus == report.baseline { report.baseline = nil }
    }

    /// Asks the store, and shows the query on the page.
    /// - Parameters:
    ///   - part: where it is shown.
    ///   - sql: one query.
    ///   - isShown: whether it is; not where it differs from another one in names and keys only.
    /// - Returns: the rows.
    /// - Throws: `StoreError`.
    mutating func ask(_ part: ExperimentReport.Part, _ sql: String, isShown: Bool = true) throws -> [[QueryResult.Value]] {
        if isShown { report.queries[part, default: []].append(sql) }
        return try store.query(sql).rows
    }

    /// The keys of the plan, as a query says it: by the pipeline's name where that is what the store has of it.
    var keyCondition: String { condition("key", plan.instances.map(\.key)) }
    var evaluationCondition: String { condition("evaluation_key", plan.differentEvaluations.map(\.key)) }

    private func condition(_ column: String, _ keys: [ArtifactKey]) -> String {
        isRecorded
            ? "\(column) IN (SELECT key FROM pipelines WHERE pipeline = \(plan.specification.name.quotedForSQL))"
            : "\(column) IN (\(keys.uniqued.map(\.description).listedForSQL))"
    }

    /// Whether the store knows the pipeline as the file describes it now.
    private var isRecorded: Bool {
        let recorded = (try? store.pipeline(plan.specification.name)) ?? []
        return Set(recorded.map(\.key)) == Set(plan.instances.map(\.key))
    }
}

/// Zero-shot CLIP's kind of stage.
private enum ZeroShotKind {
    static let name = "evaluate-zero-shot"
}
