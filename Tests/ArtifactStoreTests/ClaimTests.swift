import ArtifactStore
import Foundation
import Synchronization
import Testing

@Suite struct ClaimTests {
    private let key = Sample.manifest("tango").key
    private let other = Sample.manifest("oxygen").key

    @Test func nobodyHasClaimedAnythingAtFirst() throws {
        try withStore { store throws in
            #expect(try store.claimed(among: [key]).isEmpty)
        }
    }

    @Test func aClaimHoldsUntilItIsDropped() throws {
        try withStore { store in
            let claim = try store.claim(key)
            #expect(try store.claimed(among: [key, other]) == [key])
            withExtendedLifetime(claim) {}
        }
        try withStore { store in
            _ = try store.claim(key)
            #expect(try store.claimed(among: [key, other]).isEmpty)
        }
    }

    @Test func whoComesSecondWaitsAndIsToldSo() throws {
        try withFolder { folder in
            let path = folder + "/artifacts.sqlite"
            let first = try ArtifactStore(path: path)
            let held = Mutex<Claim?>(try first.claim(key))
            let order = Mutex<[String]>([])
            // The waiting one is told before the first lets go: only that can end its wait.
            let second = try ArtifactStore(path: path) { key in
                order.withLock { $0.append("waiting for \(key.short)") }
                Thread.detachNewThread {
                    usleep(20_000)
                    order.withLock { $0.append("let go") }
                    held.withLock { $0 = nil }
                }
            }
            let claim = try second.claim(key)
            #expect(order.withLock { $0 } == ["waiting for \(key.short)", "let go"])
            withExtendedLifetime(claim) {}
        }
    }

    @Test func aFolderThatCannotBeWrittenToIsSaid() throws {
        try withFolder { folder in
            let path = folder + "/artifacts.sqlite"
            let store = try ArtifactStore(path: path)
            // A folder in the place of the file of locks: nobody, not even root, can open it for writing.
            try FileManager.default.createDirectory(atPath: path + "-claims", withIntermediateDirectories: false)
            let error = #expect(throws: StoreError.self) { _ = try store.claim(key) }
            #expect(error?.description.contains("-claims") == true)
        }
    }
}

@Suite struct AttemptTests {
    @Test func theLastAttemptIsKept() throws {
        try withStore { store in
            let key = Sample.manifest("tango").key
            #expect(try store.attempt(at: key) == nil)
            try store.beginAttempt(at: key, threads: 2)
            let begun = try #require(try store.attempt(at: key))
            #expect(begun.cost == nil && begun.threads == 2 && begun.log == "")
            let cost = Attempt.Cost(seconds: 1.5, processorSeconds: 2.5, peakBytes: 3_000_000)
            try store.endAttempt(at: key, cost: cost, log: "one\ntwo")
            let ended = try #require(try store.attempt(at: key))
            #expect(ended.cost == cost && ended.log == "one\ntwo" && ended.started == begun.started)
            try store.beginAttempt(at: key, threads: 1)
            #expect(try store.attempt(at: key)?.cost == nil)
        }
    }

    @Test func earlierVersionsOfAPipelineAreRemembered() throws {
        try withStore { store in
            let keys = ["a", "b", "c"].map { Sample.manifest($0).key }
            func set(_ key: ArtifactKey) throws {
                try store.setPipeline("demo", to: [PipelineInstance(stage: "s", cell: ["seed": 1], key: key)])
            }
            for key in keys { try set(key) }
            try set(keys[0])
            let earlier = try store.earlierKeys(ofPipeline: "demo", stage: "s", cell: ["seed": 1], before: keys[0])
            #expect(earlier == [keys[2], keys[1]])
            #expect(try store.earlierKeys(ofPipeline: "demo", stage: "s", cell: ["seed": 2], before: keys[0]).isEmpty)
        }
    }
}
