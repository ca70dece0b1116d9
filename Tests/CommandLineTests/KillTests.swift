import ArtifactStore
import Foundation
import Tensors
import TestSupport
import Testing

/// Runs of real processes that are killed at random moments: fits, GANs, and pipelines, of which `spg run` alone, one stage
/// alone, or everything is killed.
@Suite("Killed at random moments, a run goes on to the same bits", .serialized)
struct KillTests {
    /// `make test-full` kills a pipeline a hundred times, and prints where.
    private static let isFull = ProcessInfo.processInfo.environment["SPG_FULL_TESTS"] == "1"

    /// What a series of kills met with.
    private struct Tally {
        /// Kills that found a checkpoint, from which the next run went on.
        var resumed = 0
        /// Kills that found an artifact made.
        var finished = 0
        /// Kills by who was killed, what ran at the moment, and what was found.
        var places: [String: Int] = [:]
        /// The longest that stages went on without `spg run`.
        var orphans = Duration.zero
    }

    /// Runs a program to its end in a store of its own, then again and again in others, killed once each time; compares.
    ///
    /// - Parameters:
    ///   - prepared: the store to begin with, a file in the workplace; nil for none.
    ///   - victim: which processes are killed.
    ///   - kills: the moments are spread over the whole run, one at random in each part of it: by turns in the time that
    ///     the first run took, and in the progress that the store shows, whatever else the machine does.
    ///   - progress: a query for that progress, and what it comes to in the end.
    private func killing(
        _ victim: Victim = .everything, of workplace: Workplace, _ name: String, _ arguments: [String],
        from prepared: String?, kills: Int, progress: (query: String, end: Int)
    ) async throws -> Tally {
        func reset() throws {
            for suffix in ["", "-wal", "-shm", "-claims"] {
                try? FileManager.default.removeItem(atPath: workplace.storePath + suffix)
            }
            if let prepared {
                try FileManager.default.copyItem(atPath: workplace.folder.path(prepared), toPath: workplace.storePath)
            }
        }
        try reset()
        let whole = try await workplace.start(name, arguments).outcome()
        #expect(whole.status == 0, "\(whole.errors)")
        let expected = try workplace.learned()
        #expect(try workplace.count("SELECT count(*) FROM checkpoint") == 0)

        var tally = Tally(), moments = RandomStream(seed: 4, purpose: "kills of \(name), \(victim.rawValue)")
        for kill in 0..<kills {
            let goesByTime = kill.isMultiple(of: 2)
            var moment = (Double(kill) + Double(moments.uniform())) / Double(kills)
            var killing: Program.Killing
            repeat {
                try reset()
                let start = ContinuousClock.now, seconds = moment * whole.seconds
                let count = max(1, Int(moment * Double(progress.end)))
                killing = try await workplace.start(name, arguments).killed(
                    victim, in: workplace.url, choice: Double(moments.uniform())
                ) {
                    goesByTime
                        ? .now - start >= .seconds(seconds) : (try? workplace.count(progress.query)) ?? 0 >= count
                }
                // It was over before.
                moment *= 0.7
            } while killing.outcome.status == 0
            if victim == .stage {
                #expect(killing.outcome.status == 1)
                #expect(killing.outcome.errors.contains("it was killed (signal 9)"), "\(killing.outcome.errors)")
            } else {
                #expect(killing.outcome.status == -SIGKILL)
            }
            #expect(killing.orphans < .seconds(5))

            // The store is whole, and says how far the training was; before there is a store, there is nothing to say.
            let hasStore = try workplace.hasStore
            if hasStore { try workplace.expectUndamaged() }
            let kept = hasStore ? try workplace.keptEpochs() : []
            let made = hasStore ? try workplace.times() : []
            let resumed = try await workplace.start(name, arguments).outcome()
            #expect(resumed.status == 0, "\(resumed.errors)")
            #expect(resumed.output.hasPrefix(whole.lines[0]))
            // It goes on after the epoch of each checkpoint, and from the beginning where there is none.
            let resumptions = resumed.errors.split(separator: "\n").filter { $0.contains("resumes after epoch") }
            #expect(resumptions.count == kept.count, "\(kept) \(resumed.errors)")
            for epoch in kept {
                #expect(resumptions.contains { $0.contains("resumes after epoch \(epoch) of ") }, "\(resumptions)")
            }
            // What was made is not made again, and what was learned is the same to the bit.
            #expect(try Set(made).isSubset(of: workplace.times()))
            #expect(try workplace.learned() == expected)
            #expect(try workplace.count("SELECT count(*) FROM checkpoint") == 0)
            try workplace.expectUndamaged()
            tally.resumed += kept.isEmpty ? 0 : 1
            tally.finished += made.isEmpty ? 0 : 1
            tally.orphans = max(tally.orphans, killing.orphans)
            let found =
                !hasStore ? "no store" : !kept.isEmpty ? "a checkpoint" : !made.isEmpty ? "artifacts" : "nothing made"
            tally.places["\(victim.rawValue) · \(killing.place) · \(found)", default: 0] += 1
        }
        if Self.isFull {
            for (place, count) in tally.places.sorted(by: { $0.key < $1.key }) { print("\(name): \(count) × \(place)") }
            print("\(name): stages ended at most \(tally.orphans) after what had started them")
        }
        return tally
    }

    /// A workplace whose store, kept as `prepared.sqlite`, has what a stage begins with.
    private func workplace(_ steps: [String]...) async throws -> Workplace {
        let workplace = try Workplace()
        for step in steps {
            let outcome = try await workplace.start(step[0], Array(step.dropFirst())).outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
        try FileManager.default.moveItem(
            atPath: workplace.storePath, toPath: workplace.folder.path("prepared.sqlite"))
        return workplace
    }

    private static let epoch = "SELECT max(progress ->> '$.epoch') FROM checkpoint"
    private static let extracting = ["spg-extract", "--data", "data", "--views", "1"]

    @Test func fit() async throws {
        let workplace = try await workplace(Self.extracting)
        let arguments = [
            "--embeddings", "ink", "--context", "", "--context-length", "2", "--batch-size", "8", "--epochs", "24",
            "--save-every", "0", "--threads", "1",
        ]
        let tally = try await killing(
            of: workplace, "spg-fit", arguments, from: "prepared.sqlite", kills: 8, progress: (Self.epoch, 24))
        #expect(tally.resumed >= 2)
    }

    @Test func cgan() async throws {
        let workplace = try await workplace(
            Self.extracting, ["spg-fit", "--embeddings", "ink"] + Workplace.fitting,
            ["spg-fit", "--embeddings", "oil"] + Workplace.fitting)
        let arguments = [
            "--embeddings", "ink", "--embeddings", "oil", "--prompts", "coop/ink/1", "--prompts", "coop/oil/1",
            "--batch-size", "8", "--epochs", "6", "--warm-up-epochs", "1", "--latent-dimension", "8", "--save-every", "0",
        ]
        let tally = try await killing(
            of: workplace, "spg-cgan", arguments, from: "prepared.sqlite", kills: 8, progress: (Self.epoch, 6))
        #expect(tally.resumed >= 2)
    }

    /// Trainings of more epochs than elsewhere, so that there is something to stop in.
    private static let pipeline = Workplace.pipeline
        .replacing("batchSize: 8, epochs: 3}", with: "batchSize: 8, epochs: 12}")
        .replacing("batchSize: 8, epochs: 3, warm", with: "batchSize: 8, epochs: 6, warm")
    private static let running = ["run", "small.yaml", "--save-every", "0"]

    @Test(arguments: Victim.allCases) func pipeline(_ victim: Victim) async throws {
        let workplace = try Workplace()
        try workplace.write(Self.pipeline)
        let tally = try await killing(
            victim, of: workplace, "spg", Self.running, from: nil, kills: Self.isFull ? 34 : 2,
            progress: ("SELECT count(*) FROM artifacts WHERE kind <> 'images'", 12))
        #expect(tally.finished >= 1)
    }

    @Test("Uninterrupted runs of two folders learn the same to the bit")
    func twice() async throws {
        let (one, other) = (try Workplace(), try Workplace())
        for workplace in [one, other] {
            try workplace.write(Self.pipeline)
            #expect(try await workplace.start("spg", Self.running).outcome().status == 0)
        }
        #expect(try other.learned() == one.learned())
    }

    @Test("A run that is begun as soon as another was killed takes over from that one's stages where they stopped")
    func relief() async throws {
        let workplace = try Workplace()
        try workplace.write(Workplace.pipeline.replacing("epochs: 3}\n", with: "epochs: 100000}\n"))
        let arguments = ["run", "small.yaml", "--until", "prompts(domain ink)", "--save-every", "0.1"]
        let first = try workplace.start("spg", arguments)
        first.signal(SIGKILL) { ((try? workplace.keptEpochs()) ?? []).isEmpty == false }
        #expect(try await first.outcome().status == -SIGKILL)
        let start = ContinuousClock.now, orphans = Set(FolderProcess.all(in: workplace.url).map(\.identifier))

        let second = try workplace.start("spg", arguments)
        // They do not even live to the first line of progress, after five seconds, which nobody would read.
        while !orphans.isDisjoint(with: FolderProcess.all(in: workplace.url).map(\.identifier)) { usleep(1000) }
        #expect(.now - start < .seconds(3))
        while !second.errors.contains("fit: resumes after epoch"), .now - start < .seconds(60) {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(FolderProcess.all(in: workplace.url).map(\.name).sorted() == ["spg", "spg-fit"], "\(second.errors)")
        second.signal(SIGINT) { true }
        #expect(try await second.outcome().status == 130)
        #expect(FolderProcess.all(in: workplace.url).isEmpty)
        try workplace.expectSound(without: .prompt)
    }
}

extension Workplace {
    /// Requires the store to be whole, and everything in it to be as it was written.
    fileprivate func expectUndamaged() throws {
        try expectSound()
        #expect(try store.verify().damages.isEmpty)
    }

    /// The epochs of the checkpoints that are kept.
    fileprivate func keptEpochs() throws -> [Int64] {
        try query("SELECT progress ->> '$.epoch' FROM checkpoint").rows.compactMap {
            if case .integer(let epoch)? = $0.first { epoch } else { nil }
        }
    }

    /// Which artifacts there are, and when each was made.
    fileprivate func times() throws -> [String] {
        try query("SELECT key || created FROM artifacts WHERE kind <> 'images'").rows.compactMap {
            if case .text(let text)? = $0.first { text } else { nil }
        }
    }

    /// Whether there is a store with its tables. Its making may have been cut off.
    fileprivate var hasStore: Bool {
        get throws {
            do {
                _ = try store
                return true
            } catch StoreError.noStore {
                return false
            } catch StoreError.cannotOpen(_, let reason) where reason.contains("older version") {
                return false
            }
        }
    }
}
