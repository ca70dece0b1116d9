import ArtifactStore
import Datasets
import Reporting
import Stages

extension Plan {
    /// What the file consists of, as the store keeps it of pipelines that have been run.
    public var recordedInstances: [PipelineInstance] {
        let titles = Dictionary(evaluations.map { (Name($0.instance), $0.title) }) { first, _ in first }
        return instances.map {
            let dataSet = $0.kind.readsImages ? specification.dataSet(of: Name($0.cell[domainAxis].text)).dataSet.name : nil
            return PipelineInstance(
                stage: $0.stage, cell: $0.cell.json, key: $0.key, title: dataSet ?? titles[Name($0.name)],
                labels: $0.recordedLabels)
        }
    }

    /// The table of what has been evaluated so far; its columns are what the file says.
    /// - Parameter backbone: what published figures call the encoder; nil for none beside one's own.
    /// - Throws: `StoreError` if the store cannot be read.
    public func accuracyTable(in store: ArtifactStore, backbone: String? = nil) throws -> AccuracyTable {
        let evaluations = evaluations
        let records = try store.evaluationRecords(of: evaluations.map(\.key))
        let scores = evaluations.map { evaluation in
            let record = records[evaluation.key]
            return AccuracyTable.Score(
                method: evaluation.title, column: evaluation.column, seed: evaluation.seed, accuracy: record?.accuracy,
                images: record?.images ?? 0)
        }
        var table = AccuracyTable(scores, columns: columns, by: columnTitle)
        if let backbone { table.published = published(for: backbone) }
        return table
    }

    /// The published tables whose columns are what this file's are.
    private func published(for backbone: String) -> [PublishedTable] {
        let name = KnownDataSet(named: specification.dataSet.name)?.name ?? specification.dataSet.name
        let hasSources = evaluations.contains { $0.source != nil }
        switch specification.columns {
        case [targetAxis] where !hasSources && specification.targets.isEmpty:
            return PublishedTable.about(.leaveOneOut, dataSet: name, backbone: backbone)
        case [sourceAxis]: return PublishedTable.about(.singleSource, dataSet: name, backbone: backbone)
        case [sourceAxis, targetAxis]: return PublishedTable.about(.adaptation, dataSet: name, backbone: backbone)
        case [dataSetColumn] where name == "DomainNet":
            return PublishedTable.acrossDataSets(.crossDataSet, backbone: backbone)
        default: return []
        }
    }

    /// Every evaluation once, whatever columns it stands in.
    var differentEvaluations: [PlannedEvaluation] {
        var seen: Set<Name> = []
        return evaluations.filter { seen.insert(Name($0.instance)).inserted }
    }

    /// The accuracies on the classes of each target, from 0 to 1, in the targets' order.
    /// - Throws: `StoreError` if the store cannot be read.
    public func classTables(in store: ArtifactStore) throws -> [(target: String, table: AccuracyTable)] {
        let evaluations = differentEvaluations
        return try evaluations.map { Name($0.target) }.uniqued.map { target in
            let ofTarget = evaluations.filter { Name($0.target) == target }
            let made = try ofTarget.map { try store.contains($0.key) ? store.classAccuracies(of: $0.key) : nil }
            let classes = made.compactMap(\.self).first?.map(\.label) ?? []
            let scores = zip(ofTarget, made).flatMap { evaluation, made in
                classes.enumerated().map { place, name in
                    AccuracyTable.Score(
                        method: evaluation.title + (evaluation.source.map { ", from \($0)" } ?? ""), column: name,
                        seed: evaluation.seed, accuracy: made.map { Double($0[place].correct) / Double($0[place].images) })
                }
            }
            var table = AccuracyTable(scores, columns: classes, by: "class")
            table.averageTitle = "mean of classes"
            return (target.text, table)
        }
    }

    /// What each evaluation has cost.
    /// - Parameter model: the checkpoint's sizes, for what a training step and a prediction come to.
    /// - Throws: `StoreError` if the store cannot be read.
    public func costTable(in store: ArtifactStore, model: ModelSize) throws -> CostTable {
        let evaluations = differentEvaluations
        let costs = try store.costs(of: evaluations.map(\.key)), sizes = try StageSizes(of: self, in: store, model: model)
        let instances = Dictionary(instances.map { ($0.key, $0) }) { first, _ in first }
        func gigaflop(_ instance: Instance?) throws -> Double? {
            try instance.flatMap { instance in try instance.kind.work?(sizes.size(of: instance.recipe)).unitGigaflop }
        }
        return CostTable(
            try evaluations.map { evaluation in
                let instance = instances[evaluation.key]
                let learned = instance?.recipe.inputs.lazy.compactMap { instances[$0.key] }.first { $0.kind.trains }
                return .init(
                    method: evaluation.title, source: evaluation.source, target: evaluation.target, seed: evaluation.seed,
                    evaluation: evaluation.key, stepGigaflop: try gigaflop(learned), imageGigaflop: try gigaflop(instance),
                    cost: costs[evaluation.key])
            })
    }
}
