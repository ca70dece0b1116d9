import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("The store's file and log, copied at random moments of a run")
struct PowerCutTests {
    /// The processes that run in a folder: `spg` and the stages that it has started.
    private static func processes(in folder: URL) -> [pid_t] {
        let place = folder.resolvingSymlinksInPath().path
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { pid_t($0) } ?? []
        return all.filter {
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\($0)/cwd")) == place
        }
    }

    /// Calls `body` while none of the processes runs.
    private static func halting(_ folder: URL, _ body: () throws -> Void) throws {
        var halted: Set<pid_t> = []
        defer { for process in halted { kill(process, SIGCONT) } }
        // One that was not halted yet may have started another.
        while true {
            let running = Set(processes(in: folder)).subtracting(halted)
            guard !running.isEmpty else { break }
            for process in running { kill(process, SIGSTOP) }
            halted.formUnion(running)
            usleep(1000)
        }
        try body()
    }

    private struct Copy: Sendable {
        var name: String
        /// The instances that had been announced as finished.
        var announced: Int
    }

    /// Copies file and log at random moments of a program's run, 40 times at most. On a thread of its own: other tests may
    /// keep all threads that tasks run on busy.
    private static func copies(of name: String, while program: Program, in workplace: Workplace) async throws -> [Copy] {
        let copying = AsyncStream.makeStream(of: Result<[Copy], any Error>.self)
        Thread.detachNewThread {
            copying.continuation.yield(
                Result {
                    let path = workplace.folder.path(name)
                    var copies: [Copy] = []
                    var chance: UInt64 = 1
                    while program.isRunning, copies.count < 40 {
                        chance = chance &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                        usleep(5000 + UInt32(chance >> 48))
                        guard FileManager.default.fileExists(atPath: path) else { continue }
                        try halting(workplace.url) {
                            let announced = program.errorsSoFar.matches(of: #/(?m)^\d+/12  /#).count
                            let copy = Copy(name: "copy-\(copies.count).sqlite", announced: announced)
                            // As they are on the disk, what is in memory left out.
                            for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
                                try FileManager.default.copyItem(
                                    atPath: path + suffix, toPath: workplace.folder.path(copy.name) + suffix)
                            }
                            copies.append(copy)
                        }
                    }
                    return copies
                })
            copying.continuation.finish()
        }
        for await result in copying.stream { return try result.get() }
        return []
    }

    @Test("Every copy is sound and has all that was announced; from any of them the run goes on to the same results")
    func copies() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml", "--threads", "1").status == 0)
        let made = try workplace.contents()

        let program = try workplace.start(
            "spg", ["run", "small.yaml", "--threads", "1", "--jobs", "2", "--store", "cut.sqlite"])
        let copies = try await Self.copies(of: "cut.sqlite", while: program, in: workplace)
        let outcome = try await program.outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        try #require(copies.count >= 3, "\(outcome.seconds) s")

        for copy in copies {
            let store = try ArtifactStore(path: workplace.folder.path(copy.name))
            #expect(try store.verify().damages.isEmpty)
            let done = try store.query("SELECT count(*) FROM pipelines WHERE state = 'done'").rows[0][0]
            guard case .integer(let count) = done else { continue }
            #expect(Int(count) >= copy.announced, "\(copy)")
        }
        for copy in [copies[copies.count / 3], copies[2 * copies.count / 3]] {
            let again = try await workplace.run("spg", "run", "small.yaml", "--threads", "1", "--store", copy.name)
            #expect(again.status == 0, "\(again.errors)")
            #expect(try workplace.contents(of: copy.name) == made)
        }
    }
}
