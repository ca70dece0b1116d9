import ArtifactStore
import Foundation
import TestSupport
import Testing

/// The small pipeline on a Slurm, with a task for each instance.
struct SlurmPipeline: Sendable {
    let cluster: RealSlurm
    let workplace: Workplace
    private let text: String

    /// - Parameters:
    ///   - settings: what the file says under `executors.slurm`.
    ///   - text: the file up to there.
    ///   - cluster: otherwise one of its own.
    init(_ settings: String = "taskMinutes: 0", text: String = Workplace.pipeline, on cluster: RealSlurm? = nil) throws {
        self.cluster = try cluster ?? RealSlurm()
        self.text = text
        workplace = try Workplace()
        try configure(settings)
    }

    /// Writes the file anew.
    func configure(_ settings: String) throws {
        try workplace.write("\(text)\nexecutors: {slurm: {\(settings)}}\n")
    }

    /// The small pipeline with a stage that takes some seconds.
    static let slow = Workplace.pipeline.replacing(
        "  zero-shot:",
        with: "  slow: {uses: command, run: \"sleep 4; echo ${target} > ${outputs.note}\", outputs: {note: note}}\n  zero-shot:"
    )

    func start(_ more: String..., shell: String = "") throws -> Program {
        try workplace.start(
            "spg", ["run", "small.yaml", "--executor", "slurm", "--threads", "1"] + more, shell: cluster.shell + shell)
    }

    /// Runs to a good end.
    func run(_ place: SourceLocation = #_sourceLocation) async throws {
        let run = try await start().outcome()
        #expect(run.status == 0, "\(run.errors)", sourceLocation: place)
    }

    /// What is in the store is what a run on this machine makes; nothing is left in the shared folder, and no job is open.
    func expectAsLocal(_ place: SourceLocation = #_sourceLocation) async throws {
        let local = try await workplace.run(
            "spg", "run", "small.yaml", "--executor", "local", "--threads", "1", "--jobs", "4", "--store", "local.sqlite")
        #expect(local.status == 0, "\(local.errors)", sourceLocation: place)
        #expect(try workplace.contents() == workplace.contents(of: "local.sqlite"), sourceLocation: place)
        #expect(try workplace.count("SELECT count(*) FROM jobs WHERE ended IS NULL") == 0, sourceLocation: place)
        let left = try? FileManager.default.contentsOfDirectory(atPath: workplace.storePath + ".tasks/tasks")
        #expect((left ?? []).isEmpty, sourceLocation: place)
        try workplace.expectSound(place)
        #expect(try workplace.store.verify().damages.isEmpty, sourceLocation: place)
    }

    /// No instance was made by two jobs.
    func expectNothingTwice(_ place: SourceLocation = #_sourceLocation) throws {
        #expect(
            try workplace.count("SELECT count(*) - count(DISTINCT key) FROM jobs WHERE cause <> 'not submitted'") == 0,
            sourceLocation: place)
    }

    /// How many jobs of the run the store has in a state.
    func jobs(_ state: String) -> Int {
        (try? workplace.count("SELECT count(*) FROM jobs WHERE ended IS NULL AND state = '\(state)'")) ?? 0
    }

    /// The programs `spg task run` that run on the machines, and those that they have started.
    func tasks(besides program: Program) -> (tasks: [FolderProcess], stages: [FolderProcess]) {
        let all = FolderProcess.all(in: workplace.url).filter { $0.identifier != program.identifier }
        return (all.filter { $0.name == "spg" }, all.filter { $0.name.hasPrefix("spg-") })
    }
}
