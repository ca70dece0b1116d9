import ArtifactStore
import Reporting
import Stages

extension Plan {
    /// All that there is to say of the experiment now, of one moment of the store.
    ///
    /// - Parameters:
    ///   - store: where it was run.
    ///   - table: of accuracies, with published figures where they are to stand beside one's own.
    ///   - costs: of its evaluations.
    ///   - text: of the pipeline file, with all values.
    ///   - edits: values of the command line.
    ///   - version: of the programs.
    ///   - places: of images in two dimensions; nil for their principal components.
    /// - Throws: `StoreError`; `StageInputError` for places of other images.
    public func report(
        in store: ArtifactStore, table: AccuracyTable, costs: CostTable, text: String, edits: [String] = [], version: String,
        places: ImagePoints? = nil
    ) throws -> ExperimentReport {
        try store.atOneMoment {
            var reading = try ReportReading(self, in: store, table: table)
            reading.report.costs = costs
            try reading.readFacts()
            try reading.readResults()
            try reading.readCurves()
            try reading.readTargets()
            try reading.readGallery()
            try reading.readMaps(places: places)
            try reading.readStages()
            try reading.readRun(text: text, edits: edits, version: version)
            return reading.report
        }
    }
}

extension ReportReading {
    /// The table is there already; this is where it is from.
    mutating func readResults() throws {
        _ = try ask(
            .results,
            """
            SELECT method, dataset, target, seed, accuracy, images FROM results
            WHERE \(evaluationCondition) ORDER BY method, target, seed
            """)
        report.queries[.cost] = [
            """
            WITH learned AS (SELECT DISTINCT key AS evaluation_key, input_key FROM lineage WHERE input_kind IN ('prompt', 'generator'))
            SELECT results.method, avg((SELECT sum(seconds) FROM learned JOIN artifacts ON artifacts.key = input_key
                                        WHERE learned.evaluation_key = results.evaluation_key)) AS learning_seconds,
                   avg(attempts.peak_bytes) AS evaluation_peak_bytes
            FROM results LEFT JOIN attempts ON attempts.key = evaluation_key
            WHERE \(evaluationCondition) GROUP BY results.method
            """
        ]
    }
}
