import Foundation
import TestSupport
import Testing

/// What a command has started ends with it, and with whoever has started it, however that comes to its end.
@Suite("Commands that are stopped")
struct CommandEndingTests {
    /// Processes that heed no signal, one of them in another session, and a shell that waits for one.
    private static let stubborn = """
        trap '' TERM INT HUP
              setsid sleep 37 &
              (sleep 38 & sleep 39) &
              echo > ready
              sleep 40; echo > ${outputs.a}
        """

    private func workplace(_ command: String) throws -> Workplace {
        let workplace = try Workplace()
        try workplace.write(
            """
            pipeline: small
            dataset: {root: data, name: Small}
            encoder: {checkpoint: clip}
            stages:
              features: {uses: extract}
              work:
                uses: command
                from: {x: {stage: features, of: all}}
                run: |
                  \(command)
                outputs: {a: a.txt}
            """)
        try FileManager.default.createDirectory(
            at: workplace.url.appending(path: "temporary"), withIntermediateDirectories: true)
        return workplace
    }

    /// SIGQUIT may be ignored where the tests run, as in a shell's background.
    private static let surroundings = """
        export TMPDIR="$PWD/temporary"; ulimit -c 0; set -- env --default-signal=QUIT "$@";
        """

    private func start(_ workplace: Workplace) throws -> Program {
        try workplace.start("spg", ["run", "small.yaml"], shell: Self.surroundings)
    }

    private func folders(_ workplace: Workplace) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: workplace.folder.path("temporary"))) ?? []
    }

    /// What still runs there, after a time for it to end.
    private func rest(_ workplace: Workplace, within time: Duration) -> [FolderProcess] {
        let end = ContinuousClock.now + time
        while !FolderProcess.all(in: workplace.url).isEmpty, .now < end { usleep(5000) }
        return FolderProcess.all(in: workplace.url)
    }

    /// Who is sent which signal.
    static let endings: [(signal: Int32, victims: Set<String>)] = [
        (SIGINT, ["spg"]), (SIGTERM, ["spg"]), (SIGHUP, ["spg"]), (SIGKILL, ["spg"]), (SIGKILL, ["spg-command"]),
        (SIGKILL, ["spg", "spg-command"]), (SIGQUIT, ["spg"]), (SIGQUIT, ["spg-command"]),
    ]

    @Test("Nothing works on unseen, and no folder is left behind", arguments: endings.indices)
    func ending(_ index: Int) async throws {
        let (signal, victims) = Self.endings[index]
        let workplace = try workplace(Self.stubborn), run = try start(workplace)
        run.act(when: { FileManager.default.fileExists(atPath: workplace.folder.path("ready")) }) { _ in
            for process in FolderProcess.all(in: workplace.url) where victims.contains(process.name) {
                kill(process.identifier, signal)
            }
        }
        let outcome = try await run.outcome()
        if signal == SIGINT { #expect(outcome.status == 130, "\(outcome.errors)") }
        if signal == SIGQUIT, victims == ["spg"] { #expect(outcome.status == -SIGQUIT, "\(outcome.errors)") }
        if victims == ["spg-command"] {
            #expect(outcome.status == 1 && outcome.errors.contains("signal \(signal)"), "\(outcome.errors)")
        }
        let rest = rest(workplace, within: .seconds(10))
        #expect(rest.isEmpty, "\(rest)")
        for process in rest { kill(process.identifier, SIGKILL) }
        #expect(folders(workplace) == [])
    }

    @Test("What a command that ended well left running is ended; its outputs are kept")
    func leftovers() async throws {
        let workplace = try workplace("setsid sleep 37 & (trap '' TERM; sleep 38) & echo well > ${outputs.a}")
        let outcome = try await start(workplace).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(FolderProcess.all(in: workplace.url).isEmpty && folders(workplace) == [])
        #expect(try workplace.count("SELECT count(*) FROM files") == 1)
    }

    @Test("What is left where even the watchdog was killed is swept away by the next run")
    func sweep() async throws {
        let workplace = try workplace(Self.stubborn), run = try start(workplace)
        // A shell's child is a shell, too, until it has become what it is to run.
        run.act(when: { FolderProcess.all(in: workplace.url).count { $0.name.hasPrefix("sleep") } == 4 }) { _ in
            let all = FolderProcess.all(in: workplace.url)
            // The shells: the command's, its child, and the watchdog.
            for process in all where !process.name.hasPrefix("sleep") { kill(process.identifier, SIGSTOP) }
            for process in all where !process.name.hasPrefix("sleep") { kill(process.identifier, SIGKILL) }
        }
        func others() -> Bool { FolderProcess.all(in: workplace.url).contains { !$0.name.hasPrefix("sleep") } }
        while others() || !FileManager.default.fileExists(atPath: workplace.folder.path("ready")) { usleep(5000) }
        #expect(!FolderProcess.all(in: workplace.url).isEmpty && folders(workplace).count == 1)
        // Of a version before there were locks.
        try FileManager.default.createDirectory(
            atPath: workplace.folder.path("temporary/spg-command-old"), withIntermediateDirectories: true)
        try workplace.write(
            String(contentsOf: workplace.url.appending(path: "small.yaml"), encoding: .utf8)
                .replacing("sleep 40; echo", with: "kill -s KILL 0; echo"))
        _ = try await start(workplace).outcome()
        #expect(rest(workplace, within: .seconds(5)).isEmpty && folders(workplace) == [])
        _ = try await run.outcome()
    }
}
