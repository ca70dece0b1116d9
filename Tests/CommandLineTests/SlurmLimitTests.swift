import ArtifactStore
import Foundation
import TestSupport
import Testing

/// Jobs that come to a limit, or give way to others, and a shared folder that fails.
@Suite(
    "On Slurm, jobs that want more go on", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: RealSlurm.isAsked, "make test-slurm runs it, as root, with slurm-wlm and munge"))
struct SlurmLimitTests {
    /// A pipeline of one command, whose file is `out`.
    private static func command(_ line: String) -> String {
        """
        pipeline: small
        dataset: {root: data, name: Small}
        encoder: {checkpoint: clip}
        stages:
          hungry: {uses: command, outputs: {done: done}, run: "\(line) && echo done > ${outputs.done}"}
        """
    }

    private static let jobs = "SELECT cause, resources ->> '$.memory', resources ->> '$.minutes' FROM jobs ORDER BY submitted"

    @Test("A task over its memory is told apart, and has twice as much the next time")
    func memory() async throws {
        let pipeline = try SlurmPipeline(
            "memory: 500 MB", text: Self.command("python3 -c 'import time; x = bytearray(700 << 20); time.sleep(4)'"))
        let run = try await pipeline.start().outcome()
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("ran out of memory") && run.errors.contains("again, 1 of 3"), "\(run.errors)")
        #expect(
            try pipeline.workplace.query(Self.jobs).rows == [
                [.text("out of memory"), .integer(500_000_000), .null], [.text("completed"), .integer(1_000_000_000), .null],
            ])
    }

    @Test("A task over its time ends before Slurm ends it, and has twice as much the next time")
    func time() async throws {
        let workplace = try TemporaryFolder(), mark = workplace.path("begun")
        let pipeline = try SlurmPipeline(
            "time: 1 min", text: Self.command("(test -e '\(mark)' || (touch '\(mark)'; exec sleep 300))"))
        let run = try await pipeline.start().outcome()
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("was at its time limit of 1 min; again, 1 of 3"), "\(run.errors)")
        #expect(
            try pipeline.workplace.query(Self.jobs).rows == [
                [.text("timeout"), .null, .integer(1)], [.text("completed"), .null, .integer(2)],
            ])
    }

    @Test("A job that gives way to another begins again, by itself or as a new one", arguments: ["main", "low"])
    func preemption(partition: String) async throws {
        let pipeline = try SlurmPipeline("partition: \(partition), cpus: 2", text: Self.command("sleep 5"))
        let cluster = pipeline.cluster, program = try pipeline.start()
        program.act(when: {
            usleep(100_000); return !pipeline.tasks(besides: program).stages.isEmpty
        }) { _ in
            _ = try? cluster.run(
                "sbatch", "--partition=urgent", "--nodes=3", "--ntasks-per-node=2", "--exclusive", "--output=/dev/null",
                "--wrap=sleep 1")
        }
        let run = try await program.outcome()
        #expect(run.status == 0, "\(run.errors)")
        // Jobs of the partition “main” are put back into the queue by Slurm, those of “low” are ended.
        let causes = try pipeline.workplace.query("SELECT cause FROM jobs ORDER BY submitted").rows
        #expect(causes == (partition == "main" ? [[.text("completed")]] : [[.text("preempted")], [.text("completed")]]))
    }

    /// How the shared folder fails and comes back; what it looks like meanwhile covers what it is.
    enum FolderFailure: String, CaseIterable {
        case full, readOnly, gone

        func fail(_ path: String) -> String {
            switch self {
            case .full: "dd if=/dev/zero of='\(path)/filler' bs=1k"
            case .readOnly: "mount --bind '\(path)' '\(path)' && mount -o remount,bind,ro '\(path)'"
            case .gone: "mount -t tmpfs none '\(path)'"
            }
        }

        func mend(_ path: String) -> String { self == .full ? "rm '\(path)/filler'" : "umount -l '\(path)'" }
    }

    @Test("A shared folder that is full, read-only or gone for a while is waited for", arguments: FolderFailure.allCases)
    func folder(failure: FolderFailure) async throws {
        let disk = try TemporaryFolder(), path = disk.url.path
        try RealSlurm.sh("mount -t tmpfs -o size=24m none '\(path)'")
        defer { try? RealSlurm.sh("umount -l '\(path)'; umount -l '\(path)'; true") }
        let pipeline = try SlurmPipeline("taskMinutes: 0, folder: '\(path)'")
        let program = try pipeline.start()
        program.act(when: {
            usleep(50_000); return !pipeline.tasks(besides: program).tasks.isEmpty
        }) { _ in
            try? RealSlurm.sh(
                "\(failure.fail(path)) > /dev/null 2>&1; sleep \(failure == .gone ? 20 : 6); \(failure.mend(path))")
        }
        let run = try await program.outcome()
        #expect(run.status == 0, "\(run.errors)")
        if failure == .gone { #expect(run.errors.contains("; trying again"), "\(run.errors)") }
        try await pipeline.expectAsLocal()
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/tasks").isEmpty)
    }
}
