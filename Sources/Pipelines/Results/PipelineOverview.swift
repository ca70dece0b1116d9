import ArtifactStore
import Datasets
import Reporting

extension Overview {
    /// What some pipelines ask for under `results:`, as far as a store has it.
    ///
    /// An evaluation that several pipelines ask for under one title is shown once. Where pipelines have different evaluations
    /// under one title, for the same data set and encoder, their names tell the rows apart.
    /// - Parameters:
    ///   - pipelines: what each consists of. What has a title are evaluations, and features, whose title is their data set's
    ///     name.
    ///   - backbones: names for encoders by their keys, where more is known than the store says.
    /// - Throws: `StoreError` if the store cannot be read.
    public init(
        of pipelines: [(name: String, instances: [PipelineInstance])], in store: ArtifactStore,
        backbones: [Digest: String] = [:]
    ) throws {
        var rows: [Row] = []
        for (name, instances) in pipelines {
            let (evaluations, dataSets) = try Self.parts(of: instances, in: store)
            let records = try store.evaluationRecords(of: evaluations.map(\.key), dataSets: dataSets)
            let world = World(evaluations.compactMap { one in records[one.key].map { (one, $0) } }, backbones)
            rows += evaluations.flatMap { world.rows(for: $0, records[$0.key], ofPipeline: name) }
        }
        // Of equal rows, the first; of unequal ones under one title, each with its pipeline's name.
        var keys: [Place: [String: Set<ArtifactKey>]] = [:]
        for row in rows { keys[row.place, default: [:]][row.pipeline, default: []].insert(row.key) }
        let ambiguous = Set(keys.filter { Set($0.value.values).count > 1 }.keys.map(\.title))
        var seen: Set<Seen> = []
        self.init(
            rows.compactMap { row in
                var score = row.score
                if ambiguous.contains(row.place.title) { score.method += " (\(row.pipeline))" }
                return seen.insert(Seen(title: score.method, task: score.task, dataSet: score.dataSet, key: row.key)).inserted
                    ? score : nil
            })
    }

    /// What of a pipeline is evaluations, made or not, and what it calls the data sets of its features.
    ///
    /// Of what is not made yet, features are known by others of their stage, or else by having no target.
    private static func parts(
        of instances: [PipelineInstance], in store: ArtifactStore
    ) throws -> (evaluations: [PipelineInstance], dataSets: [ArtifactKey: String]) {
        let titled = instances.filter { $0.title != nil }
        let kinds = try titled.map { try store.artifact($0.key)?.recipe.kind }
        let stages = Set(zip(titled, kinds).filter { $1 == .embeddings }.map(\.0.stage))
        var evaluations: [PipelineInstance] = [], dataSets: [ArtifactKey: String] = [:]
        for (instance, kind) in zip(titled, kinds) {
            if kind == .evaluation || (!stages.contains(instance.stage) && instance.cell[targetAxis] != nil) {
                evaluations.append(instance)
            } else {
                dataSets[instance.key] = instance.title
            }
        }
        return (evaluations, dataSets)
    }

    private struct Row {
        let pipeline: String
        let key: ArtifactKey
        let score: Score

        var place: Place {
            Place(task: score.task, backbone: score.backbone, dataSet: score.dataSet, title: score.method)
        }
    }

    private struct Place: Hashable {
        let task: LearningTask, backbone: String, dataSet: String, title: String
    }

    private struct Seen: Hashable {
        let title: String, task: LearningTask, dataSet: String, key: ArtifactKey
    }

    /// What the evaluations that have been made tell of those of the same pipeline that have not.
    private struct World {
        let dataSets: [Name: Set<String>]
        let backbones: Set<String>
        let tasks: Set<LearningTask>
        let names: [Digest: String]

        init(_ made: [(PipelineInstance, EvaluationRecord)], _ names: [Digest: String]) {
            self.names = names
            dataSets = Dictionary(grouping: made.map(\.1), by: { Name($0.target) }).mapValues { Set($0.map(\.dataSet)) }
            backbones = Set(made.compactMap(\.1.encoder).map { Self.name(of: $0, names) })
            tasks = Set(
                made.filter { !$0.1.learnedFrom.isEmpty }.map { instance, record in
                    LearningTask(of: record, hasSource: instance.cell[sourceAxis] != nil)
                })
        }

        func rows(for instance: PipelineInstance, _ record: EvaluationRecord?, ofPipeline name: String) -> [Row] {
            let source = instance.cell[sourceAxis]?.plainText
            let target = record?.target ?? instance.cell[targetAxis]?.plainText ?? ""
            guard let dataSet = record?.dataSet ?? only(dataSets[Name(target)] ?? []) ?? only(Set(dataSets.values.joined())),
                let backbone = record?.encoder.map({ Self.name(of: $0, names) }) ?? only(backbones)
            else { return [] }
            return tasks(of: record, hasSource: source != nil).map { task in
                Row(
                    pipeline: name, key: instance.key,
                    score: Score(
                        task: task, backbone: backbone, method: instance.title ?? instance.stage, dataSet: dataSet,
                        source: source, target: target, seed: instance.cell["seed"]?.plainText, accuracy: record?.accuracy,
                        images: record?.images ?? 1))
            }
        }

        /// What is not learned, such as zero-shot CLIP, stands beside whatever is.
        private func tasks(of record: EvaluationRecord?, hasSource: Bool) -> [LearningTask] {
            if let record, hasSource || !record.learnedFrom.isEmpty { return [LearningTask(of: record, hasSource: hasSource)] }
            if hasSource { return [.singleSource] }
            return tasks.isEmpty ? [.leaveOneOut] : LearningTask.allCases.filter(tasks.contains)
        }

        private func only<Element>(_ set: Set<Element>) -> Element? { set.count == 1 ? set.first : nil }

        private static func name(of encoder: EvaluationRecord.Encoder, _ names: [Digest: String]) -> String {
            let name = names[encoder.key] ?? backboneName(of: encoder.name, dimension: encoder.dimension)
            // What was imported has the name that its features were given, which says nothing of the model.
            guard encoder.precision != nil else { return names[encoder.key] ?? "imported “\(encoder.name)”" }
            let precision = encoder.precision.flatMap { $0 == "float32" ? nil : $0 }
            let order = encoder.preprocessing.flatMap { $0.hasSuffix("RGB last") ? "RGB last" : nil }
            return ([name] + [precision, order].compactMap(\.self)).joined(separator: ", ")
        }
    }
}

extension LearningTask {
    /// What an evaluation of something learned was made for.
    /// - Parameter hasSource: whether its cell names the one domain that was learned from.
    init(of record: EvaluationRecord, hasSource: Bool) {
        if !record.learnedFrom.isEmpty, !record.learnedFrom.contains(record.dataSet) {
            self = .crossDataSet
        } else if hasSource {
            self = record.sawTarget ? .adaptation : .singleSource
        } else {
            self = .leaveOneOut
        }
    }
}
