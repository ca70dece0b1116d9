import Foundation
import TestSupport
import Testing

/// A Slurm with accounting, which knows of jobs that its controller has forgotten, and who may have how many.
@Suite(
    "On Slurm with accounting", .serialized, .timeLimit(.minutes(10)),
    .enabled(
        if: RealSlurm.isAsked && RealSlurm.hasAccounting,
        "make test-slurm runs it, as root, where slurmdbd and mariadb-server are installed"))
struct SlurmAccountingTests {
    @Test("How jobs ended that the controller has forgotten is asked of the accounting")
    func past() async throws {
        let pipeline = try SlurmPipeline(
            "taskMinutes: 0, account: lab", text: SlurmPipeline.slow, on: RealSlurm(machines: 2, withAccounting: true))
        let cluster = pipeline.cluster, program = try pipeline.start()
        program.signal(SIGKILL) {
            usleep(100_000)
            return pipeline.jobs("RUNNING") > 0
        }
        _ = try await program.outcome()
        // The first is cancelled, the others are done.
        let first = try pipeline.workplace.text("SELECT job FROM jobs JOIN pipelines USING (key) WHERE stage = 'slow'")
        try cluster.run("scancel", first)
        // What the controller has not told the accounting yet it would tell nobody.
        func accounted() throws -> Int {
            try cluster.run("sacct", "--noheader", "--parsable2", "--allocations", "--format=State").split(separator: "\n")
                .count { $0 == "COMPLETED" || $0.hasPrefix("CANCELLED") }
        }
        let jobs = try pipeline.workplace.count("SELECT count(*) FROM jobs"), deadline = ContinuousClock.now + .seconds(60)
        while try accounted() < jobs, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(300)) }
        try cluster.forgetJobs()
        #expect(try cluster.queue("%i", "--states=all").isEmpty)
        try await pipeline.run()
        try await pipeline.expectAsLocal()
        #expect(try pipeline.workplace.text("SELECT cause FROM jobs WHERE job = '\(first)' ORDER BY submitted") == "cancelled")
        #expect(try pipeline.workplace.count("SELECT count(*) FROM jobs WHERE cause NOT IN ('cancelled', 'completed')") == 0)
    }

    @Test("An account that does not exist is an error at its line; one that has no room now is waited for")
    func accounts() async throws {
        let cluster = try RealSlurm(machines: 1, withAccounting: true)
        let wrong = try SlurmPipeline("account: nobody", on: cluster), refused = try await wrong.start().outcome()
        #expect(
            refused.status == 65 && refused.errors.contains("executors.slurm.account: Slurm refuses it: "), "\(refused.errors)")
        #expect(try wrong.workplace.count("SELECT count(*) FROM jobs") == 0)
        let narrow = try SlurmPipeline("account: narrow, maxJobs: 1", on: cluster)
        try cluster.run("sbatch", "--account=narrow", "--output=/dev/null", "--wrap=sleep 3")
        let run = try await narrow.start("--until", "features(domain oil)").outcome()
        #expect(run.status == 0 && run.errors.contains("Slurm takes no more jobs now"), "\(run.errors)")
        #expect(try narrow.workplace.count("SELECT count(*) FROM artifacts WHERE kind = 'embeddings'") == 1)
    }
}
