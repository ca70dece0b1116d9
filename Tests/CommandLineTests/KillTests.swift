import ArtifactStore
import Foundation
import Tensors
import TestSupport
import Testing

/// Runs of real processes that are killed at random moments, twenty in all: eight fits, eight GANs, four pipelines.
@Suite("Killed at random moments, a run goes on to the same bits", .serialized)
struct KillTests {
    /// What a series of kills met with.
    private struct Tally {
        /// Kills that found a checkpoint, from which the next run went on.
        var resumed = 0
        /// Kills that found an artifact made.
        var finished = 0
    }

    /// Runs a program to its end in a store of its own, then again and again in others, killed once each time; compares.
    ///
    /// - Parameters:
    ///   - prepared: the store to begin with, a file in the workplace; nil for none.
    ///   - kills: the moments are spread over the whole run, one at random in each part of it: by turns in the time that
    ///     the first run took, and in the progress that the store shows, whatever else the machine does.
    ///   - progress: a query for that progress, and what it comes to in the end.
    private func killing(
        _ workplace: Workplace, _ name: String, _ arguments: [String], from prepared: String?, kills: Int,
        progress: (query: String, end: Int)
    ) async throws -> Tally {
        func reset() throws {
            for suffix in ["", "-wal", "-shm"] {
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

        var tally = Tally(), moments = RandomStream(seed: 4, purpose: "kills of \(name)")
        for kill in 0..<kills {
            var moment = (Double(kill) + Double(moments.uniform())) / Double(kills)
            var killed: Program.Outcome
            repeat {
                try reset()
                let start = ContinuousClock.now, seconds = moment * whole.seconds
                let count = max(1, Int(moment * Double(progress.end)))
                killed = try await workplace.start(name, arguments).killed(in: workplace.url) {
                    kill.isMultiple(of: 2)
                        ? .now - start >= .seconds(seconds) : (try? workplace.count(progress.query)) ?? 0 >= count
                }
                // It was over before.
                moment *= 0.7
            } while killed.status == 0
            #expect(killed.status == -SIGKILL)

            // The store is whole, and says how far the training was; before there is a store, there is nothing to say.
            let hasStore = try workplace.hasStore
            if hasStore { try workplace.expectSound() }
            let kept = hasStore ? try workplace.keptEpochs() : []
            let made = hasStore ? try workplace.times() : []
            let resumed = try await workplace.start(name, arguments).outcome()
            #expect(resumed.status == 0, "\(resumed.errors)")
            #expect(resumed.output.hasPrefix(whole.lines[0]))
            // It goes on after the epoch of the checkpoint, and from the beginning where there is none.
            let resumptions = resumed.errors.split(separator: "\n").filter { $0.contains("goes on after epoch") }
            #expect(resumptions.count == kept.count, "\(kept) \(resumed.errors)")
            for epoch in kept {
                #expect(resumptions.contains { $0.contains("goes on after epoch \(epoch) of ") }, "\(resumptions)")
            }
            // What was made is not made again, and what was learned is the same to the bit.
            #expect(try Set(made).isSubset(of: workplace.times()))
            #expect(try workplace.learned() == expected)
            #expect(try workplace.count("SELECT count(*) FROM checkpoint") == 0)
            try workplace.expectSound()
            tally.resumed += kept.isEmpty ? 0 : 1
            tally.finished += made.isEmpty ? 0 : 1
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
            workplace, "spg-fit", arguments, from: "prepared.sqlite", kills: 8, progress: (Self.epoch, 24))
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
            workplace, "spg-cgan", arguments, from: "prepared.sqlite", kills: 8, progress: (Self.epoch, 6))
        #expect(tally.resumed >= 2)
    }

    @Test func pipeline() async throws {
        let workplace = try Workplace()
        let tally = try await killing(
            workplace, "spg", ["run", "small.yaml"], from: nil, kills: 4,
            progress: ("SELECT count(*) FROM artifacts WHERE kind <> 'images'", 12))
        #expect(tally.finished >= 1)
        // Another uninterrupted run, in another folder, makes the same.
        let another = try Workplace()
        #expect(try await another.run("spg", "run", "small.yaml").status == 0)
        #expect(try another.learned() == workplace.learned())
    }
}

extension Program {
    /// Kills the process, and whatever processes it has started, as soon as a condition holds; waits for the end of all.
    /// - Parameter folder: where it and its own run, and nothing else does.
    func killed(in folder: URL, when condition: @escaping @Sendable () -> Bool) async throws -> Outcome {
        signal(SIGKILL, when: condition)
        let outcome = try await outcome()
        // Stages run in process groups of their own, and would go on.
        while case let others = Self.processes(in: folder), !others.isEmpty {
            for process in others { kill(process, SIGKILL) }
            usleep(1000)
        }
        return outcome
    }

    /// The processes whose current folder is this one.
    private static func processes(in folder: URL) -> [pid_t] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { pid_t($0) }.filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/cwd")) == folder.path
        }
    }
}

extension Workplace {
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
