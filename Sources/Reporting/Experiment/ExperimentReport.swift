import Foundation

/// All that a page says about an experiment, as it was found in a store: data, and no look of it.
///
/// Whatever is not there is empty or nil, and the page says what is missing.
public struct ExperimentReport: Sendable {
    /// Something worth knowing in a few words: what, and the words.
    public struct Fact: Hashable, Sendable {
        public var title: String
        public var text: String

        public init(_ title: String, _ text: String) { (self.title, self.text) = (title, text) }
    }

    /// Something that is asked for and has not been made.
    public struct Missing: Hashable, Sendable {
        public var name: String
        public var state: String
        public var reason: String

        public init(name: String, state: String, reason: String) {
            (self.name, self.state, self.reason) = (name, state, reason)
        }
    }

    /// A part of the page, in the page's order.
    public enum Part: String, CaseIterable, Sendable {
        case results, curves, targets, map, gallery, stages, cost, run
    }

    /// The pipeline's name.
    public var name: String
    /// As it was given on the command line.
    public var file: String
    /// What, which encoder, which images, when, how long.
    public var facts: [Fact] = []
    /// One's own accuracies and published ones.
    public var results: AccuracyTable
    /// How many artifacts there are to be.
    public var planned = 0
    public var missing: [Missing] = []
    public var curves: [LearningCurve] = []
    public var targets: [TargetReport] = []
    /// The row that the figures of single images are about, and the one that it is held against.
    public var focus: String?
    public var baseline: String?
    public var features: PointMap?
    public var prompts: PointMap?
    /// The pictures that points of maps name: JPEG.
    public var thumbnails: [Data] = []
    public var gallery: [GalleryGroup] = []
    public var stages: [StageSummary] = []
    public var costs = CostTable([])
    public var run = RunDescription()
    /// What was asked of the store for each part.
    public var queries: [Part: [String]] = [:]
    /// What there is to say about a part, such as what was left out of it.
    public var notes: [Part: [String]] = [:]

    public init(name: String, file: String, results: AccuracyTable) {
        (self.name, self.file, self.results) = (name, file, results)
    }
}

/// What exactly was run.
public struct RunDescription: Hashable, Sendable {
    /// The pipeline file with the values of all that it extends and of the command line.
    public var specification = ""
    public var facts: [ExperimentReport.Fact] = []
    /// Every artifact.
    public var artifacts = Table([])

    public init() {}
}
