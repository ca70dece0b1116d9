import ArtifactStore
import Foundation
import Pipelines
import Synchronization
import TestSupport
import Testing

/// The executor without a Slurm: what it submits, what it makes of the answers, and how much of that it can do.
@Suite("With a stand-in for Slurm", .serialized) struct StandInSlurmTests {
    private static let arguments = ["run", "small.yaml", "--executor", "slurm", "--threads", "1"]

    @Test("A pipeline has the bytes of a local run; no array is longer than Slurm takes, and nothing is submitted twice")
    func pipeline() async throws {
        let slurm = try StandInSlurm(largest: 2), workplace = try Workplace()
        try slurm.set("DONE")
        try workplace.write(Workplace.pipeline + "\nexecutors: {slurm: {taskMinutes: 0}}\n")
        let run = try await workplace.start("spg", Self.arguments, shell: slurm.shell).outcome()
        try #require(run.status == 0, "\(run.errors)")
        let local = try await workplace.run(
            "spg", "run", "small.yaml", "--threads", "1", "--jobs", "1", "--store", "local.sqlite")
        #expect(local.status == 0 && local.output == run.output.replacing("store.sqlite", with: "local.sqlite"))
        #expect(try workplace.contents() == workplace.contents(of: "local.sqlite"))
        #expect(slurm.arrays.allSatisfy { $0 <= 2 } && slurm.arrays.contains(2))
        #expect(try workplace.count("SELECT count(*) FROM jobs") == slurm.arrays.reduce(0, +))
        #expect(try workplace.count("SELECT count(*) - count(DISTINCT key) FROM jobs") == 0)
        #expect(try workplace.count("SELECT count(*) FROM jobs WHERE cause IS NULL OR cause <> 'completed'") == 0)
    }

    /// How many instances there are: some, or what SPG_SCALE_JOBS says, such as 10000,50000.
    private static let counts = (ProcessInfo.processInfo.environment["SPG_SCALE_JOBS"] ?? "150").split(separator: ",")
        .compactMap { Int($0) }

    @Test("Many instances are submitted and left; the next run merges all that was made of them", arguments: counts)
    func many(count: Int) async throws {
        let slurm = try StandInSlurm(largest: max(100, count / 10)), workplace = try Workplace()
        try workplace.write(
            """
            pipeline: small
            dataset: {root: \(workplace.folder.path("data")), name: Small}
            encoder: {checkpoint: \(workplace.folder.path("clip"))}
            matrix: {seed: [\((1...count).map(String.init).joined(separator: ", "))]}
            stages: {nap: {uses: command, outputs: {done: done.txt}, run: "sleep 60; echo ${seed} > ${outputs.done}"}}
            executors: {slurm: {taskMinutes: 0, maxJobs: \(count)}}
            """)
        let first = try workplace.start("spg", Self.arguments, shell: slurm.shell), submitting = Usage(of: first)
        first.signal(SIGINT) { slurm.arrays.reduce(0, +) == count && first.errorsSoFar.contains("submitted as job") }
        let left = try await first.outcome()
        #expect(left.status == 130 && left.errors.contains("\(count) jobs wait in Slurm, which go on"), "\(left.errors)")
        #expect(slurm.arrays.reduce(0, +) == count)

        let status = try workplace.start("spg", ["status", "small.yaml"], shell: slurm.shell), looking = Usage(of: status)
        let queued = try await status.outcome()
        #expect(queued.status == 0 && queued.output.contains("queued"))

        try make(count, in: workplace)
        try slurm.set("COMPLETED")
        let second = try workplace.start("spg", Self.arguments, shell: slurm.shell), merging = Usage(of: second)
        let merged = try await second.outcome()
        #expect(merged.status == 0, "\(merged.errors)")
        #expect(slurm.arrays.reduce(0, +) == count, "nothing is submitted twice")
        #expect(try workplace.count("SELECT count(*) FROM artifacts WHERE kind = 'files'") == count)
        #expect(try workplace.count("SELECT count(*) FROM jobs WHERE cause = 'completed'") == count)
        #expect(TaskFolder(workplace.storePath + ".tasks").ids.isEmpty)
        for (what, outcome, usage) in [
            ("planned, submitted and left", left, submitting), ("looked at", queued, looking), ("merged", merged, merging),
        ] {
            print(
                "\(count) instances \(what) in \(outcome.seconds.formatted(.number.precision(.fractionLength(1)))) s, \(usage)")
        }
    }

    /// What the tasks in the shared folder would make, and the word of it.
    private func make(_ count: Int, in workplace: Workplace) throws {
        let recipes = Dictionary(uniqueKeysWithValues: try workplace.plan().instances.map { ($0.key, $0.recipe) })
        let folder = TaskFolder(workplace.storePath + ".tasks"), ids = folder.ids
        #expect(recipes.count == count && ids.count == count)
        let made = try ArtifactStore(path: workplace.folder.path("made.sqlite"))
        for id in ids {
            let place = folder.task(id)
            let task = try JSONDecoder().decode(
                TaskDescription.self, from: Data(contentsOf: place.appending(path: "task.json")))
            for work in task.work {
                let file = StoredFile(name: "done", fileName: "done.txt", content: Data(work.name.utf8))
                try made.write(#require(recipes[work.key]), .files([file]), seconds: 1)
                try made.writeSmallStore(of: [work.key], to: place.appending(path: "\(work.key).sqlite").path)
                let ending = TaskEnding(key: work.key, status: 0, summary: "it ended well", seconds: 60, node: "n0")
                try JSONEncoder().encode(ending).write(to: place.appending(path: "\(work.key).json"))
            }
        }
    }
}

/// What a process uses, as far as it is seen to while it runs.
private final class Usage: CustomStringConvertible, Sendable {
    private let folder: String
    private let seen = Mutex((kilobytes: 0, seconds: 0.0))

    init(of program: Program) {
        folder = "/proc/\(program.identifier)"
        program.act(when: look) { _ in }
    }

    /// - Returns: false, for it is to be called again.
    private func look() -> Bool {
        func words(_ file: String) -> [Substring] {
            ((try? String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)) ?? "").split(whereSeparator: \.isWhitespace)
        }
        let status = words("status"), ticks = words("stat").dropFirst(13).prefix(2).compactMap { Int($0) }.reduce(0, +)
        guard let place = status.firstIndex(of: "VmHWM:"), let kilobytes = Int(status[place + 1]), ticks > 0 else {
            return false
        }
        seen.withLock { $0 = (kilobytes, Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))) }
        return false
    }

    var description: String {
        let (kilobytes, seconds) = seen.withLock { $0 }
        return "\(seconds) s of processor time, \(kilobytes / 1024) MB at most"
    }
}
