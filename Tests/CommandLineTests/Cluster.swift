import ArtifactStore
import CLIP
import CommandLineSupport
import Datasets
import Foundation
import Pipelines
import Stages
import TestSupport
import Testing

/// A workplace whose pipeline is done as tasks in a shared folder, each by `spg task run`: what a cluster does, on one machine.
struct Cluster: Sendable {
    let workplace: Workplace
    let folder: TaskFolder
    var shared: URL { workplace.url.appending(path: "shared") }

    init(_ tree: PictureTree = PictureTree()) throws {
        workplace = try Workplace(tree)
        folder = TaskFolder(workplace.url.appending(path: "shared").path)
        // Planning here and programs there have other current folders.
        try workplace.write(
            Workplace.pipeline.replacing("{root: data", with: "{root: \(workplace.folder.path("data"))")
                .replacing("checkpoint: clip", with: "checkpoint: \(workplace.folder.path("clip"))"))
    }

    func plan() throws -> Plan { try workplace.plan() }

    /// The work of instances that are not made and whose inputs are.
    func ready(_ plan: Plan, parts: Int = 1, options: [String] = []) throws -> [TaskDescription.Work] {
        let store = try workplace.store
        return try plan.work.filter { instance in
            try !store.contains(instance.key) && instance.recipe.inputs.allSatisfy { try store.contains($0.key) }
        }.flatMap {
            try folder.work($0, of: plan.specification, options: $0.kind.trains ? options : [], parts: parts, from: store)
        }
    }

    func write(_ work: [TaskDescription.Work], as id: String, sideBySide: Int = 1, version: String? = nil) throws {
        try folder.write(
            TaskDescription(version: version ?? Version.text, threads: 1, sideBySide: sideBySide, work: work), as: id)
    }

    /// Starts a task on a machine of its own.
    /// - Parameter node: the name of a folder, the machine's disk.
    func start(_ id: String, on node: String = "node", saveEvery: Double = 30, shell: String = "") throws -> Program {
        let disk = workplace.folder.path(node)
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        return try Program(
            "spg", ["task", "run", "shared/tasks/\(id)", "--save-every", "\(saveEvery)"], in: workplace.url,
            shell: "export TMPDIR='\(disk)'; unset SLURM_TMPDIR; \(shell)")
    }

    /// Runs a task to its end, which is a good one.
    func run(_ id: String, _ place: Testing.SourceLocation = #_sourceLocation) async throws {
        let outcome = try await start(id).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: place)
    }

    @discardableResult
    func merge(_ ids: String...) throws -> [TaskEnding] {
        try folder.merge(ids, into: ArtifactStore(path: workplace.storePath))
    }

    /// Encodes the images of all domains, where the store is.
    func extract(_ plan: Plan) async throws {
        for instance in plan.instances where instance.kind.name == "extract" {
            let arguments = instance.arguments(for: plan.specification, store: "store.sqlite", threads: 1)
            #expect(try await Program(instance.kind.executable, arguments, in: workplace.url).outcome().status == 0)
        }
    }

    /// A plan whose features are made, and a fit of it that takes some seconds.
    func longFit() async throws -> TaskDescription.Work {
        let file = try String(contentsOf: workplace.url.appending(path: "small.yaml"), encoding: .utf8)
        try workplace.write(file.replacing("batchSize: 8, epochs: 3}", with: "batchSize: 8, epochs: 600}"))
        let plan = try plan()
        try await extract(plan)
        let work = try ready(plan, options: ["--save-every=0"]).filter { $0.program == "spg-fit" }
        return try #require(work.first)
    }

    /// What a program makes without tasks, in a store of its own.
    func expected(_ work: TaskDescription.Work) async throws -> [QueryResult] {
        try FileManager.default.copyItem(
            atPath: workplace.storePath, toPath: workplace.folder.path("whole.sqlite"))
        let outcome = try await Program(
            work.program, work.arguments + ["--store=whole.sqlite", "--threads=1"], in: workplace.url
        ).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try workplace.contents(of: "whole.sqlite")
    }

    /// Whether a training on a machine has kept a checkpoint there.
    func hasCheckpoint(on node: String) -> Bool {
        let disk = workplace.url.appending(path: node)
        let folders = (try? FileManager.default.contentsOfDirectory(at: disk, includingPropertiesForKeys: nil)) ?? []
        return folders.contains { folder in
            let store = try? ArtifactStore(path: folder.appending(path: "store.sqlite").path, readOnly: true)
            return (try? store?.query("SELECT key FROM checkpoint").rows.isEmpty) == false
        }
    }

    /// Whether a machine has a store of the inputs of a task.
    func hasStore(on node: String) -> Bool {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: workplace.folder.path(node))) ?? []
        return folders.contains { FileManager.default.fileExists(atPath: workplace.folder.path("\(node)/\($0)/store.sqlite")) }
    }

    /// The names of what lies in a task's folder.
    func names(_ id: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.task(id).path)) ?? []).sorted()
    }
}

extension Workplace {
    /// The plan of the pipeline's file, its images recorded in the store. Paths in the file are whole ones.
    func plan() throws -> Plan {
        let store = try ArtifactStore(path: storePath)
        func checkpoint(_ path: String) throws -> Checkpoint { try Checkpoint(contentsOf: URL(filePath: path)) }
        let specification = try Specification(contentsOf: url.appending(path: "small.yaml"), kinds: StageKind.all)
        let inputs = try PlanInputs(
            for: specification, in: store, encoder: { try store.identity(of: checkpoint($0)).key },
            model: { try checkpoint($0).outline(images: true) }, recording: true)
        return try Plan(specification, inputs: inputs)
    }
}
