import ArtifactStore
import Foundation
import TestSupport
import Testing

/// Pipelines on a real Slurm of three machines, which are this one.
@Suite(
    "On Slurm", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: RealSlurm.isAsked, "make test-slurm runs it, as root, with slurm-wlm and munge"))
struct SlurmTests {
    /// The small pipeline with a task for each instance.
    private static func workplace(_ settings: String = "") throws -> Workplace {
        let workplace = try Workplace()
        try workplace.write(
            Workplace.pipeline + "\nexecutors: {slurm: {taskMinutes: 0\(settings.isEmpty ? "" : ", " + settings)}}\n")
        return workplace
    }

    private static let arguments = ["run", "small.yaml", "--executor", "slurm", "--threads", "1"]

    private static func start(_ workplace: Workplace, _ cluster: RealSlurm, _ more: String...) throws -> Program {
        try workplace.start("spg", arguments + more, shell: cluster.shell)
    }

    /// What is in the store is what a run on this machine makes; nothing is left in the shared folder, and no job is open.
    private static func expectAsLocal(_ workplace: Workplace, _ place: SourceLocation = #_sourceLocation) async throws {
        let local = try await workplace.run(
            "spg", "run", "small.yaml", "--threads", "1", "--jobs", "1", "--store", "local.sqlite")
        #expect(local.status == 0, sourceLocation: place)
        #expect(try workplace.contents() == workplace.contents(of: "local.sqlite"), sourceLocation: place)
        #expect(try workplace.count("SELECT count(*) FROM jobs WHERE ended IS NULL") == 0, sourceLocation: place)
        let left = try? FileManager.default.contentsOfDirectory(atPath: workplace.storePath + ".tasks/tasks")
        #expect((left ?? []).isEmpty, sourceLocation: place)
        try workplace.expectSound(place)
        #expect(try workplace.store.verify().damages.isEmpty, sourceLocation: place)
    }

    @Test("A pipeline has the same bytes as on one machine, each instance is made by one job, and a rerun makes nothing")
    func sameBytes() async throws {
        let cluster = try RealSlurm(), workplace = try Self.workplace()
        let run = try await Self.start(workplace, cluster).outcome()
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("SPG"))
        try await Self.expectAsLocal(workplace)
        #expect(try workplace.count("SELECT count(*) - count(DISTINCT key) FROM jobs") == 0)
        #expect(try workplace.count("SELECT count(*) FROM jobs WHERE cause <> 'completed'") == 0)
        #expect(try workplace.count("SELECT count(DISTINCT node) FROM jobs") > 1)
        #expect(
            try workplace.count("SELECT count(*) FROM attempts WHERE seconds > 0")
                == workplace.count("SELECT count(DISTINCT key) FROM jobs"))
        let again = try await Self.start(workplace, cluster).outcome()
        #expect(again.status == 0 && again.errors.contains("nothing is to run"))
    }

    @Test("Trials of values are jobs, too, and the same is chosen as on one machine")
    func tuning() async throws {
        let cluster = try RealSlurm(), workplace = try Workplace()
        let words = [
            "tune", "small.yaml", "--row", "spg", "--value", "stages.prompts.with.learningRate=[0.002, 0.2]", "--threads", "1",
        ]
        let tune = try workplace.start("spg", words + ["--executor", "slurm"], shell: cluster.shell)
        let chosen = try await tune.outcome()
        #expect(chosen.status == 0, "\(chosen.errors)")
        #expect(try workplace.count("SELECT count(*) - count(DISTINCT key) FROM jobs") == 0)
        let local = try await workplace.start("spg", words + ["--store", "local.sqlite"]).outcome()
        #expect(local.status == 0 && local.output == chosen.output, "\(local.errors)")
        #expect(try workplace.contents() == workplace.contents(of: "local.sqlite"))
    }

    @Test("spg cancel --trials ends the jobs of trials alone")
    func cancellingTrials() async throws {
        let cluster = try RealSlurm(), workplace = try Self.workplace()
        try cluster.run("scontrol", "update", "nodename=ALL", "state=drain", "reason=test")
        let tune = try workplace.start(
            "spg",
            [
                "tune", "small.yaml", "--row", "spg", "--value", "stages.prompts.with.learningRate=[0.002]", "--executor",
                "slurm",
            ], shell: cluster.shell)
        tune.signal(SIGINT) { tune.errorsSoFar.contains("submitted as job") }
        #expect(try await tune.outcome().status == 130)
        let wrong = try await workplace.run("spg", "cancel", "small.yaml", "--trials", "zero-shot", shell: cluster.shell)
        #expect(wrong.status == 64 && wrong.errors.contains("no trial of small.yaml makes “zero-shot”"), "\(wrong.errors)")
        let cancel = try await workplace.run("spg", "cancel", "small.yaml", "--trials", shell: cluster.shell)
        #expect(cancel.status == 0 && cancel.output.contains("is cancelled"), "\(cancel.errors)")
        #expect(try cluster.run("squeue", "--me", "--noheader") == "")
        let nothing = try await workplace.run("spg", "cancel", "small.yaml", "--trials", shell: cluster.shell)
        #expect(nothing.status == 0 && nothing.output.contains("No job is under way"))
    }

    @Test("Short instances share a task")
    func packing() async throws {
        let cluster = try RealSlurm(), workplace = try Workplace()
        let run = try await Self.start(workplace, cluster).outcome()
        #expect(run.status == 0, "\(run.errors)")
        try await Self.expectAsLocal(workplace)
        // One for the prompts, one for the generators, one for each evaluation's stage; images are encoded domain by domain.
        let tasks = "SELECT count(DISTINCT job) FROM jobs JOIN pipelines USING (key) WHERE stage"
        #expect(try workplace.count("\(tasks) = 'prompts'") == 1)
        #expect(try workplace.count("\(tasks) = 'generator'") == 1)
    }

    @Test("Ctrl-C leaves the jobs and says so; status tells of them; the next run takes up what they have made")
    func leaving() async throws {
        let cluster = try RealSlurm(), workplace = try Self.workplace()
        try cluster.run("scontrol", "update", "nodename=ALL", "state=drain", "reason=test")
        let program = try Self.start(workplace, cluster)
        program.signal(SIGINT) { program.errorsSoFar.contains("submitted as job") }
        let first = try await program.outcome()
        #expect(first.status == 130)
        #expect(first.errors.contains("go on without this command"), "\(first.errors)")
        let status = try await workplace.run("spg", "status", "small.yaml", shell: cluster.shell)
        #expect(status.output.contains("queued"), "\(status.output)")
        let jobs = try workplace.count("SELECT count(*) FROM jobs")
        #expect(jobs > 0)
        try cluster.run("scontrol", "update", "nodename=ALL", "state=resume")
        let second = try await Self.start(workplace, cluster).outcome()
        #expect(second.status == 0, "\(second.errors)")
        try await Self.expectAsLocal(workplace)
        #expect(try workplace.count("SELECT count(*) - count(DISTINCT key) FROM jobs") == 0)
    }

    @Test("With --cancel-on-exit Ctrl-C ends the jobs")
    func cancelling() async throws {
        let cluster = try RealSlurm(), workplace = try Self.workplace()
        try cluster.run("scontrol", "update", "nodename=ALL", "state=drain", "reason=test")
        let program = try Self.start(workplace, cluster, "--cancel-on-exit")
        program.signal(SIGINT) { program.errorsSoFar.contains("submitted as job") }
        #expect(try await program.outcome().status == 130)
        #expect(try cluster.run("squeue", "--me", "--noheader") == "")
        #expect(try workplace.count("SELECT count(*) FROM jobs WHERE cause = 'cancelled'") > 0)
        #expect(try workplace.count("SELECT count(*) FROM jobs WHERE ended IS NULL") == 0)
    }

    @Test("spg cancel ends a pipeline's jobs, and the next run submits them again")
    func cancelCommand() async throws {
        let cluster = try RealSlurm(), workplace = try Self.workplace()
        try cluster.run("scontrol", "update", "nodename=ALL", "state=drain", "reason=test")
        let program = try Self.start(workplace, cluster)
        program.signal(SIGKILL) { program.errorsSoFar.contains("submitted as job") }
        _ = try await program.outcome()
        let cancel = try await workplace.run("spg", "cancel", "small.yaml", shell: cluster.shell)
        #expect(cancel.status == 0 && cancel.output.contains("is cancelled"), "\(cancel.errors)")
        #expect(try cluster.run("squeue", "--me", "--noheader") == "")
        let nothing = try await workplace.run("spg", "cancel", "small.yaml", shell: cluster.shell)
        #expect(nothing.status == 0 && nothing.output.contains("No job is under way"))
        try cluster.run("scontrol", "update", "nodename=ALL", "state=resume")
        let run = try await Self.start(workplace, cluster).outcome()
        #expect(run.status == 0, "\(run.errors)")
        try await Self.expectAsLocal(workplace)
    }

    @Test("A job that somebody cancels has failed, and is said to; the next run submits it")
    func cancelledBySomebody() async throws {
        let cluster = try RealSlurm(), workplace = try Self.workplace()
        try cluster.run("scontrol", "update", "nodename=ALL", "state=drain", "reason=test")
        let program = try Self.start(workplace, cluster)
        program.act(when: { program.errorsSoFar.contains("submitted as job") }) { _ in
            _ = try? cluster.run("scancel", "--me")
        }
        let run = try await program.outcome()
        #expect(run.status == 1 && run.errors.contains("was cancelled"), "\(run.errors)")
        try cluster.run("scontrol", "update", "nodename=ALL", "state=resume")
        let explanation = try await workplace.run("spg", "explain", "small.yaml", "features(domain oil)", shell: cluster.shell)
        #expect(explanation.output.contains("cancelled"), "\(explanation.output)")
        #expect(try await Self.start(workplace, cluster).outcome().status == 0)
        try await Self.expectAsLocal(workplace)
    }

    @Test("Two runs in one store submit nothing twice")
    func twoRuns() async throws {
        let cluster = try RealSlurm(), workplace = try Self.workplace()
        let programs = try [Self.start(workplace, cluster), Self.start(workplace, cluster)]
        for program in programs {
            let outcome = try await program.outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        try await Self.expectAsLocal(workplace)
        #expect(try workplace.count("SELECT count(*) - count(DISTINCT key) FROM jobs") == 0)
    }

    @Test("A run that is killed again and again comes to the same end", arguments: [1, 2] as [UInt64])
    func killedRuns(seed: UInt64) async throws {
        let cluster = try RealSlurm(), workplace = try Self.workplace()
        for turn in 0..<12 {
            let program = try Self.start(workplace, cluster)
            // 0.05 to 2 seconds after its start.
            let start = ContinuousClock.now, moment = Duration.milliseconds(50 + (seed &* 7919 &+ UInt64(turn) &* 977) % 1950)
            program.signal(SIGKILL) { .now - start > moment }
            if try await program.outcome().status == 0 { break }
        }
        let run = try await Self.start(workplace, cluster).outcome()
        #expect(run.status == 0, "\(run.errors)")
        try await Self.expectAsLocal(workplace)
    }

    @Test("What Slurm does not know is an error at its line; what is not there is one line")
    func refusals() async throws {
        let cluster = try RealSlurm(machines: 1)
        func run(_ settings: String, shell: String = "") async throws -> Program.Outcome {
            let workplace = try Self.workplace(settings)
            let outcome = try await workplace.start("spg", Self.arguments, shell: cluster.shell + shell).outcome()
            #expect(try workplace.count("SELECT count(*) FROM jobs") == 0)
            return outcome
        }
        let partition = try await run("partition: nope")
        #expect(
            partition.status == 65 && partition.errors.contains("executors.slurm.partition: Slurm refuses it: "),
            "\(partition.errors)")
        let constraint = try await run("constraint: quantum")
        #expect(constraint.status == 65 && constraint.errors.contains("executors.slurm.constraint: "), "\(constraint.errors)")
        let missing = try await run("partition: main", shell: "export PATH=/nowhere;")
        #expect(
            missing.status == 74 && missing.errors.contains("Error: there is no sbatch on this machine"), "\(missing.errors)")
        try cluster.kill("munged")
        let munge = try await run("partition: main")
        #expect(munge.status == 74 && munge.errors.contains("munge does not run on this machine"), "\(munge.errors)")
        try cluster.start("munged")
        try cluster.kill("slurmctld")
        let controller = try await run("partition: main")
        #expect(controller.status == 74 && controller.errors.contains("Slurm does not answer"), "\(controller.errors)")
    }

    @Test("A task over its memory is told apart, and has twice as much the next time")
    func memory() async throws {
        let cluster = try RealSlurm(machines: 1), workplace = try Workplace()
        try workplace.write(
            """
            pipeline: small
            dataset: {root: data, name: Small}
            encoder: {checkpoint: clip}
            stages:
              hungry:
                uses: command
                outputs: [done]
                run: python3 -c 'import time; x = bytearray(700 << 20); time.sleep(4)' && echo done > ${outputs.done}
            executors: {slurm: {memory: 500 MB}}
            """)
        let run = try await Self.start(workplace, cluster).outcome()
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.errors.contains("ran out of memory") && run.errors.contains("again, 1 of 3"), "\(run.errors)")
        let causes = try workplace.query("SELECT cause, resources ->> '$.memory' FROM jobs ORDER BY submitted").rows
        #expect(causes == [[.text("out of memory"), .integer(500_000_000)], [.text("completed"), .integer(1_000_000_000)]])
    }

    @Test("With --detach the run is a job itself")
    func detached() async throws {
        let cluster = try RealSlurm(), workplace = try Self.workplace()
        let run = try await Self.start(workplace, cluster, "--detach").outcome()
        #expect(run.status == 0 && run.output.contains("The run is job "), "\(run.errors)")
        let deadline = ContinuousClock.now + .seconds(120)
        while try cluster.run("squeue", "--me", "--noheader", "--name=spg-run") != "", ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(300))
        }
        try await Self.expectAsLocal(workplace)
    }
}
