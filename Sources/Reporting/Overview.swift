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
        Table(joining: parts.map { task, backbone, table in
            table.longTable.prefixed(by: [("task", task.rawValue), ("backbone", backbone)])
        }).csv
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
    /// A score that is missing, for each target (or pair) of a data set that a method was not tested on though another one was,
    /// or though a data set that is known has it: an average over fewer is none of the data set.
    fileprivate func gaps(in scores: [Overview.Score]) -> [AccuracyTable.Score] {
        struct Run: Hashable {
            let method: String, dataSet: String, seed: String?, hasSource: Bool
        }
        struct Part: Hashable {
            let source: Name?, target: Name
        }
        func part(_ score: Overview.Score) -> Part { Part(source: score.source.map { Name($0) }, target: Name(score.target)) }
        let runs = Dictionary(grouping: scores) {
            Run(method: $0.method, dataSet: $0.dataSet, seed: $0.seed, hasSource: $0.source != nil)
        }
        return runs.flatMap { run, own in
            let others = scores.filter { $0.dataSet == run.dataSet }
            var parts = Set(others.filter { ($0.source != nil) == run.hasSource }.map(part))
            if !run.hasSource { parts.formUnion(others.map { Part(source: nil, target: Name($0.target)) }) }
            if self == .leaveOneOut || self == .crossDataSet, let known = KnownDataSet(named: run.dataSet) {
                parts.formUnion(known.domains.map { Part(source: nil, target: Name($0.name)) })
            }
            return parts.subtracting(own.map(part)).map { _ in
                AccuracyTable.Score(method: run.method, column: run.dataSet, seed: run.seed, accuracy: nil)
            }
        }
    }

    /// What of each data set is averaged, as the papers do: the figures of its targets, or of its pairs; of single sources, those
    /// of each source on all images of its targets; of another data set, all of its images.
    fileprivate func averages(of scores: [Overview.Score]) -> [AccuracyTable.Score] {
        func score(_ score: Overview.Score, images: Int) -> AccuracyTable.Score {
            .init(method: score.method, column: score.dataSet, seed: score.seed, accuracy: score.accuracy, images: images)
        }
        switch self {
        case .leaveOneOut, .adaptation: return scores.map { score($0, images: 1) } + gaps(in: scores)
        case .crossDataSet: return scores.map { score($0, images: $0.images) } + gaps(in: scores)
        case .singleSource:
            struct Run: Hashable {
                let method: String, dataSet: String, source: Name, seed: String?
            }
            var runs: [(run: Run, scores: [AccuracyTable.Score])] = []
            for one in scores {
                let sources = Set(scores.filter { $0.dataSet == one.dataSet }.compactMap(\.source).map { Name($0) })
                    .subtracting([Name(one.target)])
                // What was learned from nothing is tested as if it had been learned from each.
                for source in one.source.map({ [Name($0)] }) ?? sources.sorted() {
                    let run = Run(method: one.method, dataSet: one.dataSet, source: source, seed: one.seed)
                    if let place = runs.firstIndex(where: { $0.run == run }) {
                        runs[place].scores.append(score(one, images: one.images))
                    } else {
                        runs.append((run, [score(one, images: one.images)]))
                    }
                }
            }
            return runs.map { run, scores in
                .init(method: run.method, column: run.dataSet, seed: run.seed, accuracy: AccuracyTable.pooled(scores))
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
    return known.first { entry in entry.dimension == dimension && entry.marks.contains(where: plain.contains) }?.name ?? checkpoint
}
