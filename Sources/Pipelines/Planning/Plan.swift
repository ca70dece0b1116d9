import ArtifactStore
import Datasets
import Stages

/// Everything a pipeline makes, each with its key, inputs before what is made of them.
///
/// A plan depends on the specification and the identities of the data alone: not on what has been made already.
public struct Plan: Sendable {
    public var specification: Specification
    /// Every stage in every cell that it depends on.
    public var instances: [Instance]
    /// What lies in the data sets' folders and is not used: a note for people.
    public var unused = Unused()

    /// The instances that differ in what they make: of those with one key, the first.
    public var work: [Instance] {
        var seen: Set<ArtifactKey> = []
        return instances.filter { seen.insert($0.key).inserted }
    }
}

/// A stage in one cell of the matrix.
public struct Instance: Sendable {
    public var stage: String
    public var kind: StageKind { sharedKind.value }
    /// One for all instances of a stage: a kind is large, and tens of thousands of instances may be in several lists.
    let sharedKind: Shared<StageKind>
    public var cell: Cell
    public var recipe: Recipe
    /// The recipe's key.
    public var key: ArtifactKey
    /// What each of the recipe's inputs is, in the same order.
    public var sources: [Source]
    /// The paths, as written, of parameters that are files; the recipe has their digests.
    public var files: [String: String]
    /// Whether it reads the norms of the features that it is made from.
    public var readsNorms = false
    /// Whether its features are to have norms, those that are there included, since what a run makes reads them.
    public var fillsNorms = false

    /// Where an input comes from.
    public enum Source: Hashable, Sendable {
        /// The images of a domain.
        case images(domain: Name)
        /// Another instance's artifact.
        case instance(name: Name)
    }

    /// What tells the cell apart: its values, such as `domain tango` and `seed 1`, or the names that the matrix gives them.
    public var labels: [String]
    /// How people tell instances apart.
    var title: InstanceName { InstanceName(stage: stage, labels: labels, coordinates: cell.coordinates) }
    /// The stage and its cell, such as `prompts(domain tango, seed 1)`.
    public var name: String { title.text }

    /// The labels, where the store would not know them by the values.
    var recordedLabels: [String]? {
        InstanceName(stage: stage, cell: cell.json).labels.sorted() == labels.sorted() ? nil : labels
    }
}

/// A value that is kept once, however many refer to it.
final class Shared<Value: Sendable>: Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
