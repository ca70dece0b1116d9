import ArgumentParser
import ArtifactStore
import CLIP
import CommandLineSupport
import Datasets
import Foundation
import Pipelines
import Stages

/// What every command of `spg` takes that is about one pipeline: its file and a store.
struct PipelineArguments: ParsableArguments {
    @Argument(help: "The pipeline file, such as Pipelines/desktop-icons.yaml.", completion: .pipelineFiles)
    var file: String

    @OptionGroup var planning: PlanningOptions

    /// Reads the file, looks at images and checkpoint, and plans.
    /// - Parameters:
    ///   - recording: whether the images are written to the store, as a run needs them.
    ///   - rereading: whether all files are read, whatever is remembered of them.
    func plan(recording: Bool = false, rereading: Bool = false) throws -> (plan: Plan, store: ArtifactStore) {
        let options = planning.storeOptions
        let store = try recording ? options.open() : options.openToLook()
        if recording { try store.beginWork() }
        return (try planning.plan(file, in: store, recording: recording, rereading: rereading), store)
    }
}

/// How pipeline files become plans.
struct PlanningOptions: ParsableArguments {
    @OptionGroup var storeOptions: StoreOptions
    @OptionGroup var progress: ProgressOptions

    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Change a value of the file for this command, such as stages.prompts.with.epochs=50; may be given several times.",
            valueName: "key.path=value"))
    var edits: [String] = []

    /// The values of the command line.
    func specificationEdits() throws(SpecificationError) -> [SpecificationEdit] {
        try edits.map { text throws(SpecificationError) in try SpecificationEdit(text) }
    }

    /// Reads a file, looks at images and checkpoint, and plans.
    /// - Parameters:
    ///   - file: the pipeline file.
    ///   - store: what is remembered of files.
    ///   - recording: whether the images are written to the store, as a run needs them.
    ///   - rereading: whether all files are read, whatever is remembered of them.
    ///   - recalling: whether images that are not there any more are taken as they were when the pipeline was last run.
    func plan(
        _ file: String, in store: ArtifactStore, recording: Bool = false, rereading: Bool = false, recalling: Bool = false
    ) throws -> Plan {
        let specification = try specification(file)
        progress.apply()
        let roots = ([specification.dataSet] + specification.targets).map(\.root)
        if recalling, !roots.allSatisfy({ FileManager.default.fileExists(atPath: $0) }) {
            let checkpoint = specification.checkpoint.value
            let recorded = try PlanInputs(
                recordedFor: specification, in: store,
                encoder: encoderKey(checkpoint, for: specification, in: store, rereading: rereading),
                model: model(checkpoint, for: specification))
            if let recorded {
                Console.standardError.warning(
                    "The images of \(specification.dataSet.name) are not at \(specification.dataSet.root) any more; "
                        + "they are taken as they were when the pipeline was last run.")
                return try Plan(specification, inputs: recorded)
            }
        }
        return try Plan(
            specification, inputs: inputs(for: specification, in: store, recording: recording, rereading: rereading))
    }

    /// Reads a file with the values of the command line.
    /// - Parameter further: changes besides those.
    func specification(_ file: String, _ further: [SpecificationEdit] = []) throws(SpecificationError) -> Specification {
        try Specification(
            contentsOf: URL(fileURLWithPath: file, relativeTo: nil), kinds: StageKind.all,
            edits: specificationEdits() + further)
    }

    /// Looks at images and checkpoint.
    /// - Parameters: as for a plan.
    func inputs(
        for specification: Specification, in store: ArtifactStore, recording: Bool, rereading: Bool = false
    ) throws -> PlanInputs {
        let line = ProgressLine("reading \(specification.dataSet.name)", unit: "new images")
        let inputs = try PlanInputs(
            for: specification, in: store,
            encoder: { try encoderKey($0, for: specification, in: store, rereading: rereading) },
            model: { try model($0, for: specification) },
            recording: recording, rereading: rereading, remark: { Console.standardError.warning($0) },
            progress: { line.update($0, of: $1) })
        Console.standardError.clearStatus()
        return inputs
    }

    private func encoderKey(
        _ path: String, for specification: Specification, in store: ArtifactStore, rereading: Bool
    ) throws -> Digest {
        let checkpoint = try Checkpoint(telling: path)
        try checkpoint.checkHeader(images: specification.importedEncoder == nil)
        return try encoder(checkpoint, for: specification, in: store, rereading: rereading).key
    }

    private func model(_ path: String, for specification: Specification) throws -> ModelOutline {
        try Checkpoint(contentsOf: URL(fileURLWithPath: path)).outline(images: specification.importedEncoder == nil)
    }

    /// What an explanation of a plan looks at besides it.
    func world(of plan: Plan, in store: ArtifactStore) -> PlanWorld {
        let specification = plan.specification
        return PlanWorld(
            manifest: { try specification.manifest(of: $0, store: store) }, encoder: { try encoder(of: plan, in: store) })
    }

    /// The encoder that a plan's features are made with.
    func encoder(of plan: Plan, in store: ArtifactStore) throws -> EncoderIdentity {
        try encoder(
            Checkpoint(contentsOf: URL(fileURLWithPath: plan.specification.checkpoint.value)), for: plan.specification,
            in: store)
    }

    private func encoder(
        _ checkpoint: Checkpoint, for specification: Specification, in store: ArtifactStore, rereading: Bool = false
    ) throws -> EncoderIdentity {
        try store.identity(of: checkpoint, origin: specification.origin, rereading: rereading)
    }
}

extension Plan {
    /// The sizes of the checkpoint's model.
    func architecture() throws -> Architecture {
        try Checkpoint(contentsOf: URL(fileURLWithPath: specification.checkpoint.value)).architecture
    }
}
