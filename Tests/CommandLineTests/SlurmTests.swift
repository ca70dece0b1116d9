import ArtifactStore
import Foundation
import TestSupport
import Testing

/// Pipelines on a real Slurm of three machines, which are this one.
@Suite(
    "On Slurm", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: RealSlurm.isAsked, "make test-slurm runs it, as root, with slurm-wlm and munge"))
struct SlurmTests {
    @Test("A pipeline has the same bytes as on one machine, each instance is made by one job, and a rerun makes nothing")
    func sameBytes() async throws {
        let pipeline = try SlurmPipeline(), workplace = pipeline.workplace
        let run = try await pipeline.start().outcome()
        #expect(run.status == 0, "\(run.errors)")
        #expect(run.output.contains("SPG"))
        try await pipeline.expectAsLocal()
        try pipeline.expectNothingTwice()
        #expect(try workplace.count("SELECT count(*) FROM jobs WHERE cause <> 'completed'") == 0)
        #expect(try workplace.count("SELECT count(DISTINCT node) FROM jobs") > 1)
        #expect(
            try workplace.count("SELECT count(*) FROM attempts WHERE seconds > 0")
                == workplace.count("SELECT count(DISTINCT key) FROM jobs"))
        let again = try await pipeline.start().outcome()
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
        let pipeline = try SlurmPipeline(), cluster = pipeline.cluster, workplace = pipeline.workplace
        try cluster.drain()
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
        #expect(try cluster.queue().isEmpty)
        let nothing = try await workplace.run("spg", "cancel", "small.yaml", "--trials", shell: cluster.shell)
        #expect(nothing.status == 0 && nothing.output.contains("No job is under way"))
    }

    @Test("With --force jobs make again what is there, and it comes in its place")
    func forced() async throws {
        let pipeline = try SlurmPipeline("taskMinutes: 10"), workplace = pipeline.workplace
        try await pipeline.run()
        let created = "SELECT created FROM artifacts WHERE kind IN ('prompt', 'generator', 'evaluation') ORDER BY created"
        let before = try workplace.query(created).rows
        let again = try await pipeline.start("--force").outcome()
        #expect(again.status == 0, "\(again.errors)")
        #expect(try workplace.query(created).rows.allSatisfy { !before.contains($0) })
        #expect(try workplace.count("SELECT count(*) FROM (SELECT key FROM jobs GROUP BY key HAVING count(*) <> 2)") == 0)
        #expect(try workplace.count("SELECT count(*) FROM jobs WHERE cause <> 'completed'") == 0)
        try await pipeline.expectAsLocal()
    }

    @Test("Short instances share a task")
    func packing() async throws {
        let pipeline = try SlurmPipeline("taskMinutes: 10")
        // What is ready at one time shares tasks.
        for stage in ["features", "prompts", "generator"] {
            #expect(try await pipeline.start("--until", stage).outcome().status == 0)
        }
        try await pipeline.run()
        try await pipeline.expectAsLocal()
        // One for the prompts, one for the generators, one for each evaluation's stage; images are encoded domain by domain.
        let tasks = "SELECT count(DISTINCT job) FROM jobs JOIN pipelines USING (key) WHERE stage"
        #expect(try pipeline.workplace.count("\(tasks) = 'prompts'") == 1)
        #expect(try pipeline.workplace.count("\(tasks) = 'generator'") == 1)
    }

    @Test("Ctrl-C leaves the jobs and says so; status tells of them; the next run takes up what they have made")
    func leaving() async throws {
        let pipeline = try SlurmPipeline()
        try pipeline.cluster.drain()
        let program = try pipeline.start()
        program.signal(SIGINT) { program.errorsSoFar.contains("submitted as job") }
        let first = try await program.outcome()
        #expect(first.status == 130)
        #expect(first.errors.contains("go on without this command"), "\(first.errors)")
        let status = try await pipeline.workplace.run("spg", "status", "small.yaml", shell: pipeline.cluster.shell)
        #expect(status.output.contains("queued"), "\(status.output)")
        #expect(try pipeline.workplace.count("SELECT count(*) FROM jobs") > 0)
        try pipeline.cluster.resume()
        try await pipeline.run()
        try await pipeline.expectAsLocal()
        try pipeline.expectNothingTwice()
    }

    @Test("With --cancel-on-exit Ctrl-C ends the jobs")
    func cancelling() async throws {
        let pipeline = try SlurmPipeline()
        try pipeline.cluster.drain()
        let program = try pipeline.start("--cancel-on-exit")
        program.signal(SIGINT) { program.errorsSoFar.contains("submitted as job") }
        #expect(try await program.outcome().status == 130)
        #expect(try pipeline.cluster.queue().isEmpty)
        #expect(try pipeline.workplace.count("SELECT count(*) FROM jobs WHERE cause = 'cancelled'") > 0)
        #expect(try pipeline.workplace.count("SELECT count(*) FROM jobs WHERE ended IS NULL") == 0)
    }

    @Test("spg cancel ends a pipeline's jobs, and the next run submits them again")
    func cancelCommand() async throws {
        let pipeline = try SlurmPipeline(), cluster = pipeline.cluster
        try cluster.drain()
        let program = try pipeline.start()
        program.signal(SIGKILL) { program.errorsSoFar.contains("submitted as job") }
        _ = try await program.outcome()
        let cancel = try await pipeline.workplace.run("spg", "cancel", "small.yaml", shell: cluster.shell)
        #expect(cancel.status == 0 && cancel.output.contains("is cancelled"), "\(cancel.errors)")
        #expect(try cluster.queue().isEmpty)
        let nothing = try await pipeline.workplace.run("spg", "cancel", "small.yaml", shell: cluster.shell)
        #expect(nothing.status == 0 && nothing.output.contains("No job is under way"))
        try cluster.resume()
        try await pipeline.run()
        try await pipeline.expectAsLocal()
    }

    @Test("Two runs in one store submit nothing twice")
    func twoRuns() async throws {
        let pipeline = try SlurmPipeline()
        for program in try [pipeline.start(), pipeline.start()] {
            let outcome = try await program.outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        try await pipeline.expectAsLocal()
        try pipeline.expectNothingTwice()
    }

    @Test("With --detach the run is a job itself")
    func detached() async throws {
        let pipeline = try SlurmPipeline()
        let run = try await pipeline.start("--detach").outcome()
        #expect(run.status == 0 && run.output.contains("The run is job "), "\(run.errors)")
        let deadline = ContinuousClock.now + .seconds(120)
        while try !pipeline.cluster.queue("%i", "--name=spg-run").isEmpty, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(300))
        }
        try await pipeline.expectAsLocal()
    }
}
