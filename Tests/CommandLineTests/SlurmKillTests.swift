import ArtifactStore
import Foundation
import TestSupport
import Testing

/// What is killed, cancelled or taken away while a pipeline runs on a Slurm loses nothing, makes nothing twice, and leaves nothing.
@Suite(
    "On Slurm, what is killed loses nothing", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: RealSlurm.isAsked, "make test-slurm runs it, as root, with slurm-wlm and munge"))
struct SlurmKillTests {
    /// Moments at which a run is killed that is giving a job to Slurm.
    enum Moment: String, CaseIterable {
        /// It has noted the job, and written what it is to do.
        case before
        /// Slurm has got it, and the run has not heard its number.
        case after
    }

    @Test(
        "A run that is killed in submitting leaves nothing behind, and what Slurm has got is taken up",
        arguments: Moment.allCases)
    func submission(moment: Moment) async throws {
        let pipeline = try SlurmPipeline(), folder = pipeline.workplace.url.appending(path: "programs")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let submits = moment == .after ? #""$real" "$@" > /dev/null;"# : ""
        try Data(
            """
            #!/bin/sh
            real=/usr/bin/sbatch
            case "$*" in *--test-only*) exec "$real" "$@";; esac
            \(submits) kill -9 $PPID

            """.utf8
        ).write(to: folder.appending(path: "sbatch"))
        chmod(folder.appending(path: "sbatch").path, 0o755)
        let killed = try await pipeline.start(shell: "export PATH='\(folder.path)':$PATH;").outcome()
        #expect(killed.status == -SIGKILL, "\(killed.errors)")
        #expect(try pipeline.workplace.count("SELECT count(*) FROM jobs WHERE job IS NULL") > 0)
        try await pipeline.run()
        try await pipeline.expectAsLocal()
        try pipeline.expectNothingTwice()
        let lost = try pipeline.workplace.count("SELECT count(*) FROM jobs WHERE cause = 'not submitted'")
        #expect(moment == .before ? lost > 0 : lost == 0)
    }

    @Test("A run that is killed again and again comes to the same end")
    func killedRuns() async throws {
        let pipeline = try SlurmPipeline()
        for turn in 0..<10 {
            let program = try pipeline.start()
            // 0.05 to 2 seconds after its start.
            let start = ContinuousClock.now, moment = Duration.milliseconds(50 + (7919 + turn * 977) % 1950)
            program.signal(SIGKILL) { .now - start > moment }
            if try await program.outcome().status == 0 { break }
        }
        try await pipeline.run()
        try await pipeline.expectAsLocal()
        try pipeline.expectNothingTwice()
    }

    @Test("The controller may die and come back, and machines' daemons, and a machine may be drained")
    func daemons() async throws {
        let pipeline = try SlurmPipeline(text: SlurmPipeline.slow), cluster = pipeline.cluster
        let program = try pipeline.start()
        program.act(when: {
            usleep(100_000); return pipeline.jobs("RUNNING") > 0
        }) { _ in
            _ = try? cluster.drain("n2")
            _ = try? cluster.kill("n0")
            _ = try? cluster.kill("slurmctld")
        }
        program.act(when: { program.errorsSoFar.contains("Slurm does not answer") }) { _ in
            _ = try? cluster.start("slurmctld")
            _ = try? cluster.start("n0")
        }
        let run = try await program.outcome()
        #expect(run.status == 0 && run.errors.contains("Slurm does not answer"), "\(run.errors)")
        try await pipeline.expectAsLocal()
        try pipeline.expectNothingTwice()
    }

    @Test("A machine that loses its power gives its jobs to others")
    func machine() async throws {
        let pipeline = try SlurmPipeline(text: SlurmPipeline.slow), cluster = pipeline.cluster
        let program = try pipeline.start()
        program.act(when: {
            usleep(100_000); return !pipeline.tasks(besides: program).stages.isEmpty
        }) { _ in
            for machine in ["n0", "n1"] { try? cluster.cutPower(of: machine) }
        }
        let run = try await program.outcome()
        try cluster.start("n0")
        try cluster.start("n1")
        #expect(run.status == 0, "\(run.errors)")
        try await pipeline.expectAsLocal()
    }

    @Test("A task that is killed is done again; a program that is killed gets more memory, as far as there is some")
    func tasks() async throws {
        let pipeline = try SlurmPipeline("taskMinutes: 0, memory: 3 GB", text: SlurmPipeline.slow)
        let program = try pipeline.start()
        program.act(when: {
            usleep(50_000); return !pipeline.tasks(besides: program).tasks.isEmpty
        }) { _ in
            for task in pipeline.tasks(besides: program).tasks { kill(task.identifier, SIGKILL) }
        }
        program.act(when: {
            usleep(50_000)
            return program.errorsSoFar.contains("again, 1 of 3") && !pipeline.tasks(besides: program).stages.isEmpty
        }) { _ in
            for stage in pipeline.tasks(besides: program).stages { kill(stage.identifier, SIGKILL) }
        }
        let run = try await program.outcome()
        #expect(run.status == 0, "\(run.errors)")
        try await pipeline.expectAsLocal()
        for cause in ["node failure", "out of memory"] {
            #expect(try pipeline.workplace.count("SELECT count(*) FROM jobs WHERE cause = '\(cause)'") > 0, "\(run.errors)")
        }
        // A machine has 4 GB.
        #expect(run.errors.contains("the next job gets no more than the last one"), "\(run.errors)")
    }

    @Test("What somebody cancels has failed, waiting or running, and is said to; the next run submits it")
    func cancelledBySomebody() async throws {
        let pipeline = try SlurmPipeline(text: SlurmPipeline.slow), cluster = pipeline.cluster
        try cluster.drain("n1,n2")
        let program = try pipeline.start()
        program.act(when: {
            usleep(100_000); return !pipeline.tasks(besides: program).stages.isEmpty
        }) { _ in
            _ = try? cluster.run("scancel", "--me")
        }
        let run = try await program.outcome()
        #expect(run.status == 1 && run.errors.contains("was cancelled"), "\(run.errors)")
        try? cluster.resume()
        let explanation = try await pipeline.workplace.run(
            "spg", "explain", "small.yaml", "features(domain oil)", shell: cluster.shell)
        #expect(explanation.output.contains("cancelled"), "\(explanation.output)")
        try await pipeline.run()
        try await pipeline.expectAsLocal()
    }

    @Test("Of two runs in one store one is killed; the other goes on")
    func twoRuns() async throws {
        let pipeline = try SlurmPipeline(text: SlurmPipeline.slow)
        let first = try pipeline.start(), second = try pipeline.start()
        first.signal(SIGKILL) {
            usleep(100_000); return pipeline.jobs("RUNNING") > 0
        }
        _ = try await first.outcome()
        let run = try await second.outcome()
        #expect(run.status == 0, "\(run.errors)")
        try await pipeline.expectAsLocal()
        try pipeline.expectNothingTwice()
    }
}
