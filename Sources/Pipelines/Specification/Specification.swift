import ArtifactStore
import Datasets
import Foundation
import Imaging
import Stages
import Tensors

/// A pipeline file, read and checked: what data, which encoder, which stages over which matrix.
///
/// A specification is sound in itself: every stage's inputs are stages that make what it takes, every parameter is one
/// of its kind's and of the right type, every axis is used. Whether its domains exist is seen when it is planned.
public struct Specification: Sendable {
    /// The images that the pipeline learns from and is tested on.
    public struct DataSet: Sendable {
        /// A folder `root/domain/class/image`, as written: relative to the folder that the program runs in.
        public var root: String
        /// As shown to people and recorded with manifests; the last part of the root if the file gives none.
        public var name: String
        /// What the file calls it under `targets:`; nil for the data set that is learned from.
        public var label: String?
        /// The domains to use, or nil for all that are there.
        public var domains: [Located<Name>]?
        /// Whether a file that is no image ends the extraction or is left out of it.
        public var onBadImage: ExtractStage.BadImagePolicy
        /// How names of domains and classes are taken.
        public var names: NameForm
        /// How the images of each domain are split, or nil where the stages' seeds do it.
        public var splits: Located<Splits>?
        public var location: SourceLocation
    }

    /// What splits the images of a data set in place of the stages' seeds.
    public enum Splits: Hashable, Sendable {
        /// A folder of split files, as written.
        case files(String)
        case authors(AuthorsSplit)
    }

    /// A value of the file that can only be judged later, with its place.
    public struct Located<Value: Hashable & Sendable>: Hashable, Sendable {
        public var value: Value
        public var location: SourceLocation
        public var keyPath: String
    }

    /// An axis of the matrix.
    public struct Axis: Sendable {
        public var name: String
        /// Numbers and texts, all different: those listed, then those of cells that are included.
        public private(set) var values: [Located<AxisValue>]
        var location: SourceLocation
        /// Where each value is.
        private var places: [AxisValue: Int] = [:]
        /// Values that the file lists and that `--set` leaves out: what the file says of them has no effect.
        var leftOut: Set<AxisValue> = []

        init(name: String, _ values: [Located<AxisValue>], location: SourceLocation) {
            (self.name, self.values, self.location) = (name, [], location)
            for value in values { append(value) }
        }

        mutating func append(_ value: Located<AxisValue>) {
            places[value.value] = values.count
            values.append(value)
        }

        /// The value as the file lists it, or nil where it does not.
        func listed(_ value: AxisValue) -> AxisValue? { places[value].map { values[$0].value } }
    }

    /// A stage as written, before it is multiplied by the matrix.
    public struct Stage: Sendable {
        public var name: String
        public var kind: StageKind
        /// Whether the inputs that the kind takes of one domain are taken of all sources instead (`on: sources`).
        public var poolsSources: Bool
        /// The stage that fills each role.
        public var inputs: [String: Located<String>]
        /// Of a stage that runs a command of the user's own.
        public var command: Command?
        /// What an instance takes of the machine, where the file says so.
        public var resources: Resources
        /// The axis that a mapping of files is by: the domain where the stage runs for each, what is learned from elsewhere.
        var fileAxis = targetAxis
        /// Every parameter of the kind, the defaults included.
        var parameters: [String: Template]
        /// Of the parameters that the file gives.
        var parameterLocations: [String: SourceLocation] = [:]
        /// The domains that parameters under `where:` depend on; whether they are there is seen when it is planned.
        var domainConditions: [Located<Name>] = []
        var location: SourceLocation
    }

    /// What an instance of a stage takes of the machine. In no key.
    public struct Resources: Hashable, Sendable {
        /// Nil for a fair share of the cores.
        public var threads: Int?
        /// In bytes; nil for what was measured the last time.
        public var memory: Int?
    }

    /// A row of the table of results: the evaluations of one stage under a title.
    public struct Row: Hashable, Sendable {
        public var stage: String
        public var title: String
    }

    /// The file's path, as given.
    public var file: String
    public var name: String
    /// What is learned from; and tested on, unless there are `targets`.
    public var dataSet: DataSet
    /// Other data sets, which are tested on in place of domains left out.
    public var targets: [DataSet]
    /// The folder or file of the CLIP checkpoint, as written.
    public var checkpoint: Located<String>
    /// What images are encoded in; at the encoder's place if the file gives none.
    public var precision: Located<Precision>
    /// What texts are encoded in where a stage does not say; at the encoder's place if the file gives none.
    public var textPrecision: Located<Precision>
    /// When pictures become RGB.
    public var preprocessing: ColorOrder
    /// The name of the encoder whose features were imported and stand in for the checkpoint's; nil where images are encoded
    /// here.
    public var importedEncoder: String?
    /// Where the features of all stages come from.
    public var origin: FeatureOrigin {
        if let importedEncoder { return .imported(importedEncoder) }
        let isTorch = stages.contains { $0.kind.name == TorchExtraction.kind.name }
        return isTorch ? .torch(precision.value, preprocessing) : .computed(precision.value, preprocessing)
    }
    public var matrix: [Axis]
    /// The cells over all axes that there are.
    var cells: [Cell]
    var cellNames: CellNames
    /// Inputs before the stages that take them.
    public internal(set) var stages: [Stage]
    /// The axes that each stage depends on: `domain` first, then in the order of the matrix.
    var axes: [String: [String]] = [:]
    public var rows: [Row]
    /// What the columns of the table are by: axes of the matrix, or `dataset`.
    public var columns: [String]
    /// What makes the instances, where the command line does not say. In no key.
    public var executor = ExecutorKind.local
    /// What Slurm is asked for. In no key.
    public var slurm = SlurmSettings()
    /// What is to be chosen by `spg tune`; nil where the file does not say. In no key.
    public internal(set) var tuning: TuneSettings?

    /// `extends` is read before all others; `values` is for whatever several places refer to.
    static let keys = [
        "pipeline", "extends", "dataset", "targets", "encoder", "values", "matrix", "stages", "results", "rows", "columns",
        "executor", "executors", "tune",
    ]
    static var keyList: String { keys.joined(separator: ", ") }

    /// Reads a pipeline file, with the files that it extends.
    /// - Parameters:
    ///   - url: the file.
    ///   - kinds: what `uses:` may name.
    ///   - edits: changes made to the file's values before they are read.
    /// - Throws: `SpecificationError` with the place of the first fault.
    public init(
        contentsOf url: URL, kinds: [StageKind], edits: [SpecificationEdit] = []
    ) throws(SpecificationError) {
        try self.init(SourceTree(extending: url.relativePath), file: url.relativePath, kinds: kinds, edits: edits)
    }

    /// Reads a pipeline from the text of a file.
    /// - Throws: with the place of the first fault.
    public init(
        text: String, file: String, kinds: [StageKind], edits: [SpecificationEdit] = []
    ) throws(SpecificationError) {
        try self.init(
            SourceTree(text: text, file: file).extended(file: file), file: file, kinds: kinds, edits: edits)
    }

    private init(
        _ tree: SourceTree, file: String, kinds: [StageKind], edits: [SpecificationEdit]
    ) throws(SpecificationError) {
        let unedited = edits.isEmpty ? nil : try? SourceNode(tree.resolvingReferences())
        var tree = tree
        for edit in edits { tree = try tree.edited(edit) }
        try SpecificationEdit.checkOverlaps(of: edits)
        try self.init(SourceNode(tree.resolvingReferences()), unedited: unedited, file: file, kinds: kinds)
    }
}

/// The axis that a stage for each domain runs over; its values are the data set's domains.
let domainAxis = "domain"
/// The axis of the matrix that names the domain left out, or a domain of another data set.
let targetAxis = "target"
/// The axis of the matrix that names the one domain that is learned from.
let sourceAxis = "source"
/// A column of the table for each data set that is tested on.
let dataSetColumn = "dataset"
