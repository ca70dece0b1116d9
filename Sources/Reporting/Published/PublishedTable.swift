/// What a method learns from, and what it is tested on.
public enum LearningTask: String, Hashable, Sendable, CaseIterable {
    /// Every domain but the target.
    case leaveOneOut
    /// One domain; the others are targets.
    case singleSource
    /// Another data set.
    case crossDataSet
    /// One labelled domain and the target's unlabelled images.
    case adaptation

    /// As a heading.
    public var title: String {
        switch self {
        case .leaveOneOut: "Multi-source domain generalization, leaving one domain out"
        case .singleSource: "Single-source domain generalization"
        case .crossDataSet: "Cross-dataset generalization"
        case .adaptation: "Unsupervised domain adaptation"
        }
    }
}

/// Figures that others have published, to stand beside one's own.
///
/// Only figures that were read in the publication's text itself are here; Docs/pipelines.md says from where.
public struct PublishedTable: Hashable, Sendable {
    public struct Row: Hashable, Sendable {
        public let method: String
        /// In percent, one for each column.
        public let figures: [Figure]
        /// As printed, if it is: some differ by 0.3 from what the printed figures give.
        public let average: Figure?
    }

    /// A figure, such as “97.0” or “97.0±0.5”.
    public struct Figure: Hashable, Sendable {
        public let mean: Double
        public let deviation: Double?
    }

    public let task: LearningTask
    /// Nil where the columns are data sets.
    public let dataSet: String?
    /// As OpenAI calls the model.
    public let backbone: String
    /// Target domains; source domains where there is a single source, the average over its targets; `source → target` of
    /// adaptation; or data sets, the average over their domains.
    public let columns: [String]
    public let rows: [Row]
    /// Which publication, and where in it.
    public let source: String

    /// Reads rows as they are printed: a method's name, a figure for each column and, if it is there, the average.
    /// - Precondition: each line is one.
    init(
        _ task: LearningTask, _ dataSet: String? = nil, _ backbone: String, _ columns: [String], from source: String,
        _ lines: String
    ) {
        (self.task, self.dataSet, self.backbone, self.columns, self.source) = (task, dataSet, backbone, columns, source)
        rows = lines.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            let figures = words.reversed().map(Figure.init).prefix { $0 != nil }.compactMap(\.self).reversed() as [Figure]
            let rest = figures.dropFirst(columns.count)
            precondition(figures.count >= columns.count && rest.count <= 1 && words.count > figures.count, "\(line)")
            return Row(
                method: words.dropLast(figures.count).joined(separator: " "), figures: Array(figures.prefix(columns.count)),
                average: rest.first)
        }
    }
}

extension PublishedTable.Figure {
    fileprivate init?(_ text: Substring) {
        let parts = text.split(separator: "±").map { Double($0) }
        guard let first = parts.first, let mean = first, parts.count <= 2, !parts.contains(nil) else { return nil }
        self.mean = mean
        deviation = parts.count > 1 ? parts[1] : nil
    }
}

extension PublishedTable {
    /// All that there are.
    public static let all = softPromptGeneration + domainAdaptationViaPromptLearning

    /// Those about one data set whose columns are domains, or pairs of domains.
    /// - Parameters:
    ///   - task: what the methods learn from, and are tested on.
    ///   - dataSet: the name of a known data set.
    ///   - backbone: as OpenAI calls the model.
    public static func about(_ task: LearningTask, dataSet: String, backbone: String) -> [PublishedTable] {
        all.filter { $0.task == task && $0.dataSet == dataSet && $0.backbone == backbone }
    }

    /// Those whose columns are data sets.
    public static func acrossDataSets(_ task: LearningTask, backbone: String) -> [PublishedTable] {
        all.filter { $0.task == task && $0.dataSet == nil && $0.backbone == backbone }
    }
}
