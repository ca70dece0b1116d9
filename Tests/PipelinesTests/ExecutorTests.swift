import ArtifactStore
import Foundation
import Pipelines
import Synchronization
import Testing

@Suite("Executing a plan", .timeLimit(.minutes(5)))
struct ExecutorTests {
    @Test("Everything is made, inputs before what takes them, and a second run makes nothing")
    func order() async throws {
        let workshop = try Workshop(plan())
        let outcome = try await workshop.run()
        #expect(outcome.finished.count == 19)
        #expect(outcome.failures.isEmpty && outcome.skipped.isEmpty && !outcome.isInterrupted)
        let log = workshop.log
        for instance in workshop.plan.instances {
            let start = try #require(log.firstIndex(of: "start \(instance.name)"))
            for case .instance(let input) in instance.sources {
                #expect(try #require(log.firstIndex(of: "end \(input)")) < start)
            }
        }
        #expect(outcome.sums.map(\.made).reduce(0, +) == 19)
        workshop.clearLog()
        #expect(try await workshop.run().finished.isEmpty)
        #expect(workshop.log == [])
    }

    @Test("As many processes as jobs run at a time, and never more")
    func parallel() async throws {
        // Each of two waits for the other: they finish only if both run at once.
        func meeting(_ mine: String, _ other: String) -> String {
            "touch flags/\(mine); i=0; "
                + "while test ! -e flags/\(other) && test $i -lt 200; do sleep 0.05; i=$((i+1)); done; "
                + "test -e flags/\(other) && make"
        }
        let bodies = ["features(domain chalk)": meeting("a", "b"), "features(domain ink)": meeting("b", "a")]
        let workshop = try Workshop(plan(), bodies: bodies)
        #expect(try await workshop.run(jobs: 2).finished.count == 19)
        func most(_ log: [String]) -> Int {
            var running = 0
            var most = 0
            for line in log {
                if line.hasPrefix("start") { running += 1 } else if line.hasPrefix("end") { running -= 1 }
                most = max(most, running)
            }
            return most
        }
        #expect(most(workshop.log) == 2)
        let single = try Workshop(plan())
        #expect(try await single.run(jobs: 1).finished.count == 19)
        #expect(most(single.log) == 1)
    }

    @Test("When an instance fails, what depends on it is skipped and everything else is made; a rerun goes on")
    func failure() async throws {
        let body = "echo 'epoch 1/50' >&2; echo 'error: the disk is full' >&2; echo 'make room' >&2; exit 65"
        let workshop = try Workshop(plan(), bodies: ["prompts(domain oil, seed 1)": body])
        let outcome = try await workshop.run()
        #expect(outcome.failures.map(\.instance.name) == ["prompts(domain oil, seed 1)"])
        #expect(
            outcome.failures.first?.failure.description
                == "it exited with status 65\nerror: the disk is full\nmake room")
        // Oil is a source where ink is the target.
        #expect(outcome.skipped.map(\.name) == ["generator(target ink, seed 1)", "spg(target ink, seed 1)"])
        #expect(outcome.finished.count == 16)
        #expect(workshop.log.contains("prompts(domain oil, seed 1): epoch 1/50"))
        #expect(workshop.log.contains("skip spg(target ink, seed 1) because of prompts(domain oil, seed 1)"))
        try workshop.order("prompts(domain oil, seed 1)", "make")
        #expect(
            try await workshop.run().finished.map(\.instance.name)
                == ["prompts(domain oil, seed 1)", "generator(target ink, seed 1)", "spg(target ink, seed 1)"])
    }

    @Test("Told not to go on, nothing more is begun after a failure; what is under way comes to its end")
    func notGoingOn() async throws {
        let workshop = try Workshop(plan(), bodies: ["features(domain chalk)": "exit 65"])
        let outcome = try await workshop.run(jobs: 1, keepsGoing: false)
        #expect(outcome.failures.count == 1 && outcome.finished.isEmpty && outcome.skipped.count == 18)
    }

    @Test("Memory and threads are shared out: what does not fit beside the others waits; what fits nowhere runs alone")
    func sharing() async throws {
        func most(_ share: ProcessShare) async throws -> Int {
            let workshop = try Workshop(plan(), threads: share.threads)
            let outcome = try await workshop.run(jobs: 4, share: { _ in share })
            #expect(outcome.finished.count == 19)
            var running = 0, most = 0
            for line in workshop.log {
                if line.hasPrefix("start") { running += 1 } else if line.hasPrefix("end") { running -= 1 }
                most = max(most, running)
            }
            return most
        }
        // The machine has 100 bytes and 12 threads.
        #expect(try await most(ProcessShare(threads: 3, memory: 60)) == 1)
        #expect(try await most(ProcessShare(threads: 3, memory: 50)) == 2)
        #expect(try await most(ProcessShare(threads: 5, memory: 0)) == 2)
        #expect(try await most(ProcessShare(threads: 99, memory: 999)) == 1)
    }

    @Test("Programs are told their threads, for whatever library they are built on")
    func environment() async throws {
        let body = "echo $OMP_NUM_THREADS $OPENBLAS_NUM_THREADS $MKL_NUM_THREADS >&2; make"
        let workshop = try Workshop(plan(), bodies: ["features(domain ink)": body])
        _ = try await workshop.run()
        #expect(workshop.log.contains("features(domain ink): 3 3 3"))
    }

    @Test("What another run is making is waited for and used; what that run leaves unmade is made here")
    func claimed() async throws {
        let workshop = try Workshop(plan())
        let ink = try #require(workshop.plan.instances.first { $0.name == "features(domain ink)" })
        let oil = try #require(workshop.plan.instances.first { $0.name == "features(domain oil)" })
        let claims = Mutex<Set<ArtifactKey>>([ink.key, oil.key])
        // The other run makes one of the two, and gives the other up, as soon as this one waits.
        let outcome = try await workshop.run(isClaimed: { key in
            guard workshop.log.contains("wait for features(domain oil)") else { return claims.withLock { $0.contains(key) } }
            _ = FileManager.default.createFile(
                atPath: workshop.folder.appendingPathComponent("made/\(ink.key)").path, contents: nil)
            claims.withLock { $0 = [] }
            return false
        })
        #expect(outcome.found.map(\.name) == ["features(domain ink)"])
        #expect(outcome.finished.count == 18)
        let log = workshop.log
        #expect(log.contains("wait for features(domain ink)") && log.contains("found features(domain ink)"))
        #expect(!log.contains("start features(domain ink)") && log.contains("start features(domain oil)"))
    }

    @Test("What a program says it has found is found, not made, and what looking cost is not what making costs")
    func foundByProgram() async throws {
        let workshop = try Workshop(
            plan(),
            bodies: [
                // Another run made it while this program started.
                "features(domain ink)": "make > /dev/null; echo found $key; echo $key",
                "features(domain oil)": "echo found $key; exit 3",
            ])
        let outcome = try await workshop.run()
        #expect(outcome.found.map(\.name) == ["features(domain ink)"])
        #expect(outcome.failures.map(\.instance.name) == ["features(domain oil)"])
        #expect(workshop.log.contains("found features(domain ink)") && !workshop.log.contains("end features(domain ink)"))
        let features = try #require(outcome.sums.first { $0.stage == "features" })
        #expect(features.made == 1 && features.found == 1)
        #expect(workshop.costs == outcome.finished.map(\.instance.name).sorted() + ["features(domain oil)"])
    }

    /// Runs with one instance's program replaced, and returns what is said of it.
    private func failure(of body: String) async throws -> String? {
        let workshop = try Workshop(plan(), bodies: ["features(domain ink)": body])
        return try await workshop.run().failures.first { $0.instance.name == "features(domain ink)" }?.failure
            .description
    }

    @Test("A program that ends well but has not made what was planned has failed")
    func wrongArtifact() async throws {
        let key = try plan().instances.first { $0.name == "features(domain ink)" }?.key.description ?? ""
        #expect(
            try await failure(of: "echo cafe") == "it printed “cafe” where the plan has the key \(key)\n"
                + "Its images, a file or the checkpoint may have changed since the run was planned: run the same command again. "
                + "If it says so once more, the executable and spg disagree on the recipe: build them together.")
        #expect(try await failure(of: "true")?.hasPrefix("it printed “” where") == true)
        #expect(try await failure(of: "echo $key") == "it ended well, but the store does not have \(key)")
    }

    @Test("A program that a signal ends has failed, with the end of what it wrote")
    func signal() async throws {
        #expect(
            try await failure(of: "for i in $(seq 30); do echo line $i >&2; done; kill -SEGV $$")
                == "it was ended by signal 11 (Segmentation fault)\n"
                + (11...30).map { "line \($0)" }.joined(separator: "\n"))
        #expect(try await failure(of: "kill -KILL $$")?.hasPrefix("it was killed (signal 9)") == true)
    }

    @Test("An executable that is not there is named")
    func missingExecutable() async throws {
        let plan = try Plan(specification(kinds: sampleKinds(executable: "spg-nothing")), inputs: sampleInputs())
        let workshop = try Workshop(plan)
        let failure = try await workshop.run().failures.first?.failure.description
        #expect(
            failure?.hasSuffix(
                "Fixtures/pipelines/spg-nothing cannot be started: No such file or directory\n"
                    + "Build the package, so that the program is in the same folder as spg.") == true)
    }

    @Test("Much output on both channels neither blocks nor is lost")
    func output() async throws {
        let body = "seq 100000; seq 100000 >&2; printf 'progress 1\\rprogress 2\\r' >&2; printf tail >&2; make"
        let workshop = try Workshop(plan(), bodies: ["features(domain ink)": body])
        #expect(try await workshop.run().finished.count == 19)
        let lines = workshop.log.filter { $0.hasPrefix("features(domain ink): ") }
        #expect(lines.count == 100_003)
        #expect(lines.suffix(3).map { $0.dropFirst(22) } == ["progress 1", "progress 2", "tail"])
    }

    @Test("A program that leaves a process behind is not waited for beyond its own end")
    func leftBehind() async throws {
        let workshop = try Workshop(plan(), bodies: ["features(domain ink)": "sleep 290 & make"])
        let start = ContinuousClock.now
        #expect(try await workshop.run().finished.count == 19)
        #expect(.now - start < .seconds(280))
    }

    @Test("Cancelling ends the processes and their own children; a rerun makes what is left")
    func cancellation() async throws {
        let bodies = [
            "features(domain ink)": "touch flags/waiting; sleep 290; make",
            "features(domain oil)": "touch flags/waiting-too; exec sleep 290",
        ]
        let workshop = try Workshop(plan(), bodies: bodies)
        let task = Task { try await workshop.run() }
        for flag in ["waiting", "waiting-too"] {
            let path = workshop.folder.appendingPathComponent("flags/\(flag)").path
            while !FileManager.default.fileExists(atPath: path) { try await Task.sleep(for: .milliseconds(10)) }
        }
        let start = ContinuousClock.now
        task.cancel()
        let outcome = try await task.value
        #expect(.now - start < .seconds(280))
        #expect(outcome.isInterrupted && outcome.failures.isEmpty)
        #expect(outcome.finished.map(\.instance.name) == ["features(domain chalk)"])
        for domain in ["ink", "oil"] { try workshop.order("features(domain \(domain))", "make") }
        #expect(try await workshop.run().finished.count == 18)
    }

    @Test("A line of any length is read in one go over its bytes, and its beginning is kept")
    func longLine() throws {
        let child = try ChildProcess(
            executable: "/bin/sh",
            arguments: [
                "-c", "head -c 20000000 /dev/zero | tr '\\0' x >&2; echo >&2; printf 'b\\rc\\n\\nd' >&2",
            ])
        var lines: [String] = []
        let start = ContinuousClock.now
        _ = child.wait { lines.append($0) }
        #expect(lines.dropFirst() == ["b", "c", "d"] && lines[0].utf8.count == 8192 + "…".utf8.count)
        // In quadratic time it took more than a minute.
        #expect(.now - start < .seconds(60))
    }

    @Test("A process that heeds no interrupt is killed after its time of grace")
    func stubborn() async throws {
        let child = try ChildProcess(
            executable: "/bin/sh", arguments: ["-c", "trap '' INT; echo ready >&2; while :; do sleep 1; done"],
            grace: .milliseconds(300))
        let outcome = child.wait { line in if line == "ready" { child.interrupt() } }
        #expect(outcome.ending == .killed(signal: SIGKILL))
    }

    @Test(
        "Parameters become options: kebab case, flags for truth values, repeated options for lists, nothing for nothing"
    )
    func arguments() throws {
        let plan = try plan()
        let features = try #require(plan.instances.first)
        #expect(
            features.arguments(for: plan.specification, store: "a b.sqlite", threads: 2) == [
                "--store=a b.sqlite", "--threads=2", "--checkpoint=Models/sample", "--data=Data/sample",
                "--dataset=Sample",
                "--domain=chalk", "--on-bad-image=fail", "--precision=float32", "--policy=crop-flip", "--views=4",
            ])
        let prompt = try #require(plan.instances.first { $0.stage == "prompts" })
        #expect(
            prompt.arguments(for: plan.specification, store: "s", threads: 1) == [
                "--store=s", "--threads=1", "--checkpoint=Models/sample", "--embeddings=\(features.key)",
                "--no-balanced",
                "--betas=0.9", "--betas=0.999", "--context=an icon of a", "--epochs=50", "--learning-rate=0.002",
                "--seed=1",
            ])
    }
}
