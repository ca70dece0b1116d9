import ArgumentParser
import ArtifactStore
import CLIP
import CommandLineSupport
import Foundation
import Pipelines
import Reporting
import Stages

/// What every command of `spg` takes: a pipeline file and a store.
struct PipelineArguments: ParsableArguments {
    @Argument(help: "The pipeline file, such as Pipelines/desktop-icons.yaml.", completion: .file(extensions: ["yaml"]))
    var file: String

    @OptionGroup var storeOptions: StoreOptions

    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Change a value of the file for this command, such as stages.prompts.with.epochs=50; repeat.",
            valueName: "key.path=value"))
    var edits: [String] = []

    /// Reads the file, looks at images and checkpoint, and plans.
    /// - Parameter recording: whether the images are written to the store, as a run needs them.
    func plan(recording: Bool = false) throws -> (plan: Plan, store: ArtifactStore) {
        let specification = try Specification(
            contentsOf: URL(fileURLWithPath: file, relativeTo: nil), kinds: StageKind.all,
            edits: edits.map { text throws(SpecificationError) in try SpecificationEdit(text) })
        let store = try storeOptions.open()
        let progress = ProgressLine("reading \(specification.dataSet.name)", unit: "new images")
        let inputs = try PlanInputs(
            for: specification, in: store,
            encoder: {
                try Self.encoder($0, for: specification, in: store).key
            },
            recording: recording, remark: { Console.standardError.warning($0) },
            progress: { progress.update($0, of: $1) })
        Console.standardError.clearStatus()
        return (try Plan(specification, inputs: inputs), store)
    }

    /// What an explanation of a plan looks at besides it.
    func world(of plan: Plan, in store: ArtifactStore) -> PlanWorld {
        let specification = plan.specification
        return PlanWorld(
            manifest: { try specification.manifest(of: $0, store: store) },
            encoder: { try Self.encoder(specification.checkpoint.value, for: specification, in: store) })
    }

    private static func encoder(
        _ path: String, for specification: Specification, in store: ArtifactStore
    ) throws -> EncoderIdentity {
        let checkpoint = try Checkpoint(contentsOf: URL(fileURLWithPath: path))
        let origin = specification.importedEncoder.map(FeatureOrigin.imported)
        return try store.identity(of: checkpoint, origin: origin ?? .computed(specification.precision.value))
    }
}

extension Plan {
    /// The table of what has been evaluated so far.
    func accuracyTable(in store: ArtifactStore) throws -> AccuracyTable {
        let results = try results(in: store)
        let scores = evaluations.map { evaluation in
            let result = results[evaluation.key]
            return AccuracyTable.Score(
                method: evaluation.title, column: evaluation.column, seed: evaluation.seed, accuracy: result?.accuracy,
                images: result?.images ?? 0)
        }
        return AccuracyTable(scores, columns: columns, by: columnTitle)
    }
}
