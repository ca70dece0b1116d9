import ArtifactStore
import Datasets
import Reporting

/// How trials did, and which values are chosen: what `spg tune` says.
public struct TuneOutcome: Encodable, Sendable {
    /// Some values in place of the file's.
    public struct Trial: Encodable, Sendable {
        /// From 1.
        public let trial: Int
        /// By their key paths.
        public let values: JSONValue
        /// The mean that decides, from 0 to 1; nil where something of it is missing.
        @OrNull public private(set) var accuracy: Double?
        /// The instances that could not be made, by their names.
        public let failed: [String]
        /// The mean and its spread over seeds, for people.
        let summary: MeanAndSpread?
        let written: TrialValues

        private enum CodingKeys: String, CodingKey { case trial, values, accuracy, failed }

        var title: String { Self.title(trial) }

        /// What the trial of a number is called in tables.
        static func title(_ number: Int) -> String { "trial \(number)" }
    }

    /// Values that are chosen together.
    public struct Choice: Encodable, Sendable {
        /// The stage whose row of the table decides, and the row's title.
        public let row: String
        public let title: String
        /// What they are for: a value on an axis, `target` or `source`; nil where they are for all.
        @OrNull public private(set) var axis: String?
        @OrNull public private(set) var value: String?
        public let trials: [Trial]
        /// The number of the best trial, of equal ones the first; nil where none is whole.
        @OrNull public private(set) var chosen: Int?
        /// A row for each trial.
        public let accuracies: AccuracyDocument

        let search: TuneSettings.Search
        /// Such as “ for target tango”; empty where they are for all.
        let inWords: String
        let table: AccuracyTable

        private enum CodingKeys: String, CodingKey { case row, title, axis, value, trials, chosen, accuracies }

        /// The best trial.
        var best: Trial? { chosen.map { trials[$0 - 1] } }
    }

    public let pipeline: String
    /// The store's path.
    public let store: String
    /// What has decided: `leave-one-out` or `validation`.
    public let criterion: TuneSettings.Criterion
    public let choices: [Choice]

    /// Whether every trial could be judged.
    public var isWhole: Bool { choices.allSatisfy { $0.trials.allSatisfy { $0.accuracy != nil } } }

    /// For people, each with its caption.
    public var tables: [Table] { choices.map(\.text) }

    /// For programs, too: all digits.
    public var longTable: Table { Table(joining: choices.map(\.longTable)) }
}

extension Tuning {
    /// What has come of the trials.
    /// - Throws: `StoreError` if the store cannot be read.
    public func outcome(in store: ArtifactStore) throws -> TuneOutcome {
        let keys = choices.flatMap { $0.trials.flatMap { $0.figures.map(\.key) } }
        let accuracies: [ArtifactKey: Double] =
            switch settings.criterion {
            case .leaveOneOut: try store.evaluationRecords(of: keys).mapValues(\.accuracy)
            case .validation: try store.validationAccuracies(of: keys).compactMapValues(\.self)
            }
        let names = Dictionary(plan.instances.map { ($0.key, $0.name) }) { first, _ in first }
        let failures = try plan.work.filter { try store.failure(of: $0.key) != nil }.map(\.key)
        return TuneOutcome(
            pipeline: pipeline, store: store.path, criterion: settings.criterion,
            choices: choices.map { choice in
                choice.outcome(accuracies, by: settings.criterion) { trial in
                    failures.filter(trial.keys.contains).compactMap { names[$0] }
                }
            })
    }
}

extension Tuning.Choice {
    fileprivate func outcome(
        _ accuracies: [ArtifactKey: Double], by criterion: TuneSettings.Criterion, failed: (Tuning.Trial) -> [String]
    ) -> TuneOutcome.Choice {
        let title = TuneOutcome.Trial.title, inWords = occasion.coordinate.map { " for \($0.text)" } ?? ""
        let scores = trials.enumerated().flatMap { index, trial in
            trial.figures.map {
                AccuracyTable.Score(
                    method: title(index + 1), column: $0.column, seed: $0.seed, accuracy: accuracies[$0.key])
            }
        }
        var table = AccuracyTable(scores, by: criterion == .leaveOneOut ? "source" : "learned from")
        let judged = trials.enumerated().map { index, trial in
            let summary = table.average(title(index + 1))
            return TuneOutcome.Trial(
                trial: index + 1,
                values: .object(
                    Dictionary(zip(search.values.map(\.keyPath), trial.values.map(\.json))) { first, _ in first }),
                accuracy: summary?.mean, failed: failed(trial), summary: summary, written: trial.values)
        }
        // Of equal ones the first.
        let best = judged.reduce(nil as TuneOutcome.Trial?) { best, trial in
            guard let accuracy = trial.accuracy, accuracy > best?.accuracy ?? -1 else { return best }
            return trial
        }
        table.caption =
            "\(search.row.title)\(inWords): accuracy in percent on "
            + (criterion == .leaveOneOut ? "each source by what the others taught" : "validation images of the sources")
        table.remarks = search.values.enumerated().map { place, value in
            let texts = trials.enumerated().map { (title($0 + 1), $1.values[place].shortText) }
            return .init(value.title, Dictionary(uniqueKeysWithValues: texts))
        }
        let marks = judged.map { ($0.title, $0.trial == best?.trial ? "chosen" : "") }
        table.remarks.append(.init("", Dictionary(uniqueKeysWithValues: marks)))
        return TuneOutcome.Choice(
            row: search.row.stage, title: search.row.title, axis: occasion.coordinate?.axis,
            value: occasion.coordinate?.value.text, trials: judged, chosen: best?.trial,
            accuracies: AccuracyDocument(table), search: search, inWords: inWords, table: table)
    }
}

extension TuneOutcome.Choice {
    fileprivate var text: Table {
        var text = table.table
        if let chosen {
            for column in text.columns.indices { text.emphasize(row: chosen - 1, column: column) }
        }
        text.notes += trials.flatMap { trial in trial.failed.map { "\(trial.title): \($0) failed" } }
        return text
    }

    /// A row for each trial and column, and `average`.
    fileprivate var longTable: Table {
        let titles = ["row", "axis", "value", "trial", "values", "column", "mean", "standard_deviation", "seeds", "chosen"]
        var long = Table(titles.map { .init($0) })
        for trial in trials {
            let name = trial.title
            let summaries = table.columns.map { ($0, table.summary(name, $0)) } + [("average", trial.summary)]
            for case (let column, let summary?) in summaries {
                long.append([
                    row, axis ?? "", value ?? "", "\(trial.trial)", trial.values.canonicalText, column, "\(summary.mean)",
                    summary.deviation.map { "\($0)" } ?? "", "\(summary.count)", trial.trial == chosen ? "1" : "0",
                ])
            }
        }
        return long
    }
}
