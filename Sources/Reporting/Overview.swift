import Datasets

/// Accuracies over several data sets and backbones, in the shape of the papers' tables: one table for each task and backbone, a
/// row for each method, a column for each data set with the average over its targets.
public struct Overview: Sendable {
    /// One evaluation.
    public struct Score: Hashable, Sendable {
        public var task: LearningTask
        /// The image encoder, as OpenAI calls it where it is one of theirs.
        public var backbone: String
        public var method: String
        /// Of the target.
        public var dataSet: String
        /// The one domain that was learned from; nil for several, and for none.
        public var source: String?
        public var target: String
        /// Nil for a method that does not depend on one.
        public var seed: String?
        /// In 0...1; nil where the evaluation has not been made.
        public var accuracy: Double?
        public var images: Int

        public init(
            task: LearningTask, backbone: String, method: String, dataSet: String, source: String? = nil, target: String,
            seed: String? = nil, accuracy: Double?, images: Int = 1
        ) {
            (self.task, self.backbone, self.method, self.dataSet) = (task, backbone, method, dataSet)
            (self.source, self.target, self.seed) = (source, target, seed)
            (self.accuracy, self.images) = (accuracy, images)
        }
    }

    public var scores: [Score]
    /// Whether published figures of the same task and backbone stand above one's own.
    public var showsPublished = true
    public var marksBest = false

    public init(_ scores: [Score]) {
        self.scores = scores
    }

    /// In the order of the tasks, backbones as the scores name them first.
    public var tables: [AccuracyTable] { parts.map(\.table) }

    /// For programs: the tables' rows with their task and backbone.
    public var csv: String {
        Table(
            joining: parts.map { task, backbone, table in
                table.longTable.prefixed(by: [("task", task.rawValue), ("backbone", backbone)])
            }
        ).csv
    }

    /// For programs, too: the tables.
    public var documents: [AccuracyDocument] {
        parts.map { task, backbone, table in AccuracyDocument(table, task: task.rawValue, backbone: backbone) }
    }

    private var parts: [(task: LearningTask, backbone: String, table: AccuracyTable)] {
        LearningTask.allCases.flatMap { task in
            let scores = scores.filter { $0.task == task }
            return scores.map(\.backbone).uniqued.map { backbone in
                let own = scores.filter { $0.backbone == backbone }
                var table = AccuracyTable(task.averages(of: own), columns: own.map(\.dataSet).uniqued, by: "dataset")
                if showsPublished { table.published = PublishedTable.acrossDataSets(task, backbone: backbone) }
                table.marksBest = marksBest
                table.caption = "\(task.title), \(backbone)"
                return (task, backbone, table)
            }
        }
    }
}

extension LearningTask {
    /// What of each data set is averaged, as the papers do: the figures of its targets, or of its pairs; of single sources,
    /// those of each source on all images of its targets; of another data set, all of its images. A figure that is missing
    /// takes the average with it.
    fileprivate func averages(of scores: [Overview.Score]) -> [AccuracyTable.Score] {
        func score(_ score: Overview.Score, images: Int) -> AccuracyTable.Score {
            .init(method: score.method, column: score.dataSet, seed: score.seed, accuracy: score.accuracy, images: images)
        }
        switch self {
        case .leaveOneOut, .adaptation: return (scores + gaps(in: scores)).map { score($0, images: 1) }
        case .crossDataSet: return (scores + gaps(in: scores)).map { score($0, images: $0.images) }
        case .singleSource:
            struct Run: Hashable {
                let method: String, dataSet: String, source: Name?, seed: String?
            }
            let pairs = fromEachSource(scores), whole = pairs + gaps(in: pairs)
            func run(_ score: Overview.Score) -> Run {
                Run(method: score.method, dataSet: score.dataSet, source: score.source.map { Name($0) }, seed: score.seed)
            }
            let scores = Dictionary(grouping: whole, by: run).mapValues { $0.map { score($0, images: $0.images) } }
            return whole.map(run).uniqued.map { run in
                .init(
                    method: run.method, column: run.dataSet, seed: run.seed,
                    accuracy: AccuracyTable.pooled(scores[run] ?? []))
            }
        }
    }

    /// What was learned from nothing is tested as if it had been learned from each of the sources.
    private func fromEachSource(_ scores: [Overview.Score]) -> [Overview.Score] {
        let sources = Dictionary(grouping: scores, by: \.dataSet).mapValues { scores in
            Set(scores.compactMap(\.source).map { Name($0) }).sorted()
        }
        return scores.flatMap { score -> [Overview.Score] in
            guard score.source == nil else { return [score] }
            let known = KnownDataSet(named: score.dataSet)?.domains.map { Name($0.name) } ?? []
            return (sources[score.dataSet, default: []] + known).uniqued.filter { $0 != Name(score.target) }.map { source in
                var score = score
                score.source = source.text
                return score
            }
        }
    }

    /// A score that is missing, for each target (or pair) of a data set that a method was not tested on though another one was,
    /// or though a data set that is known has it: an average over fewer is none of the data set.
    private func gaps(in scores: [Overview.Score]) -> [Overview.Score] {
        struct Run: Hashable {
            let method: String, dataSet: String, seed: String?, hasSource: Bool
        }
        struct Part: Hashable {
            let source: Name?, target: Name
        }
        func part(_ score: Overview.Score) -> Part { Part(source: score.source.map { Name($0) }, target: Name(score.target)) }
        let parts = Dictionary(grouping: scores, by: \.dataSet).mapValues { Set($0.map(part)) }
        let runs = Dictionary(grouping: scores) {
            Run(method: $0.method, dataSet: $0.dataSet, seed: $0.seed, hasSource: $0.source != nil)
        }
        return runs.flatMap { run, own in
            let others = parts[run.dataSet, default: []]
            var expected =
                run.hasSource
                ? others.filter { $0.source != nil } : Set(others.map { Part(source: nil, target: $0.target) })
            let known = KnownDataSet(named: run.dataSet)?.domains.map { Name($0.name) } ?? []
            switch self {
            case .leaveOneOut, .crossDataSet: expected.formUnion(known.map { Part(source: nil, target: $0) })
            case .singleSource:
                expected.formUnion(
                    known.flatMap { source in
                        known.filter { $0 != source }.map { Part(source: source, target: $0) }
                    })
            case .adaptation: break
            }
            return expected.subtracting(own.map(part)).map { part in
                var gap = own[0]
                (gap.source, gap.target, gap.accuracy) = (part.source?.text, part.target.text, nil)
                return gap
            }
        }
    }
}

/// What people call an image encoder.
/// - Parameters:
///   - checkpoint: the name of the file or folder that it is of.
///   - dimension: of its features.
/// - Returns: OpenAI's name, where name and dimension tell; else the checkpoint's.
public func backboneName(of checkpoint: String, dimension: Int) -> String {
    let plain = checkpoint.lowercased().filter { $0.isLetter || $0.isNumber }
    let known: [(marks: [String], dimension: Int, name: String)] = [
        (["vitb16", "vitbasepatch16"], 512, "ViT-B/16"), (["vitb32", "vitbasepatch32"], 512, "ViT-B/32"),
        (["vitl14", "vitlargepatch14"], 768, "ViT-L/14"), (["rn101"], 512, "RN101"), (["rn50", "resnet50"], 1024, "RN50"),
    ]
    let others = ["rn50x64", "336"]
    guard !others.contains(where: plain.contains) else { return checkpoint }
    return known.first { entry in entry.dimension == dimension && entry.marks.contains(where: plain.contains) }?.name
        ?? checkpoint
}
