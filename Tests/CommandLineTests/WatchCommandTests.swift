import ArtifactStore
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("spg watch", .timeLimit(.minutes(5)))
struct WatchCommandTests {
    private static let watch = ["watch", "small.yaml"]

    @Test("On a terminal it stays until q; keys, screen and cursor are then as they were")
    func leaving() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        let terminal = try PseudoTerminal(columns: 100, rows: 40)
        let program = try workplace.start("spg", Self.watch, shell: terminal.shell)
        program.act(when: { terminal.page.contains("q leaves") }) { _ in
            #expect(terminal.keyboard == (false, false, true))
            terminal.type("xq")
        }
        let outcome = try await program.outcome()
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(terminal.isRestored)
        let text = terminal.text
        #expect(text.hasPrefix("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"))
        #expect(text.contains("\u{1B}[1msmall: all 12 made\u{1B}[0m") && text.contains("   3 of  3  ████"), "\(text)")
        #expect(text.contains("validation accuracy") && text.contains("discriminator loss"))
    }

    @Test("Ctrl-C, SIGTERM and SIGHUP restore the terminal and end it as signals do", arguments: [SIGINT, SIGTERM, SIGHUP])
    func signals(number: Int32) async throws {
        let workplace = try Workplace(), terminal = try PseudoTerminal(columns: 100, rows: 40)
        let program = try workplace.start("spg", Self.watch, shell: terminal.shell)
        program.signal(number) { terminal.page.contains("q leaves") }
        #expect(try await program.outcome().status == -number)
        #expect(terminal.isRestored && terminal.text.contains("small has never been run with this store"))
    }

    @Test("Ctrl-Z gives the terminal back until the program goes on")
    func stopping() async throws {
        let workplace = try Workplace(), terminal = try PseudoTerminal(columns: 100, rows: 40)
        let program = try workplace.start("spg", Self.watch, shell: terminal.shell)
        program.act(when: { terminal.page.contains("q leaves") }) { process in
            kill(process, SIGTSTP)
            program.act(when: { terminal.isRestored && Self.isStopped(process) }) { process in
                kill(process, SIGCONT)
                program.act(when: { terminal.screens == 2 && terminal.page.contains("q leaves") }) { _ in
                    #expect(terminal.keyboard == (false, false, true))
                    terminal.type("q")
                }
            }
        }
        #expect(try await program.outcome().status == 0)
        #expect(terminal.isRestored && terminal.screens == 2)
    }

    private static func isStopped(_ process: pid_t) -> Bool {
        let state = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
        return state.components(separatedBy: ") ").last?.hasPrefix("T") == true
    }

    @Test("A window that changes is filled anew at once; what no longer fits is counted")
    func resizing() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml", "--until", "features").status == 0)
        let terminal = try PseudoTerminal(columns: 100, rows: 40)
        let program = try workplace.start("spg", Self.watch, shell: terminal.shell)
        program.act(when: { terminal.page.contains("q leaves") }) { process in
            #expect(!terminal.page.contains("… and"))
            terminal.resize(columns: 30, rows: 6)
            kill(process, SIGWINCH)
            program.act(when: { terminal.page.contains("… and 3 stages") }) { _ in terminal.type("q") }
        }
        #expect(try await program.outcome().status == 0)
        let lines = terminal.page.components(separatedBy: "\u{1B}[K")
        #expect(lines.count == 7 && lines[0].hasSuffix("small: 3 of 12 made, nothing …\u{1B}[0m"), "\(lines)")
    }

    @Test("NO_COLOR: no colours; a terminal that cannot be rewritten gets lines, and the program ends")
    func plainTerminals() async throws {
        let workplace = try Workplace(), terminal = try PseudoTerminal(columns: 100, rows: 40)
        let program = try workplace.start("spg", Self.watch, shell: terminal.shell + "NO_COLOR=1; export NO_COLOR;")
        program.act(when: { terminal.page.contains("q leaves") }) { _ in terminal.type("q") }
        #expect(try await program.outcome().status == 0)
        #expect(terminal.text.firstMatch(of: #/\e\[\d+m/#) == nil && terminal.isRestored)
        let dumb = try PseudoTerminal(columns: 100, rows: 40)
        let lines = try await workplace.start("spg", Self.watch, shell: dumb.shell + "TERM=dumb;").outcome()
        #expect(lines.status == 0 && dumb.text == "small has never been run with this store\r\n", "\(dumb.text)")
    }

    @Test("It waits for a run, sees it to its end, and changes nothing of it")
    func waiting() async throws {
        let workplace = try Workplace(), terminal = try PseudoTerminal(columns: 100, rows: 40)
        let program = try workplace.start("spg", Self.watch, shell: terminal.shell)
        let started = Task {
            // Whatever the run meets, the watch ends.
            defer { program.act(when: { terminal.page.contains("small: all 12 made") }) { _ in terminal.type("q") } }
            return try await workplace.run("spg", "run", "small.yaml")
        }
        let run = try await started.value
        #expect(run.status == 0 && run.errors.contains("12/12"), "\(run.errors)")
        #expect(try await program.outcome().status == 0)
        #expect(terminal.isRestored && terminal.text.contains("never been run"))
    }

    @Test("Elsewhere it prints what happens, with a training's epochs and losses, and ends when nothing is at work")
    func lines() async throws {
        let workplace = try Workplace()
        let run = try workplace.start(
            "spg",
            [
                "run", "small.yaml", "--until", "prompts(domain ink)", "--save-every", "0", "--set",
                "stages.prompts.with.epochs=100000",
            ])
        let store = workplace.storePath
        // The training has kept a state.
        let training = Mutex<Program?>(nil)
        run.act(when: { Self.checkpoints(in: store) > 0 }) { process in
            guard let watch = try? workplace.start("spg", Self.watch) else { return }
            training.withLock { $0 = watch }
            watch.act(when: { watch.outputSoFar.contains("loss") }) { _ in kill(process, SIGINT) }
        }
        let ended = try await run.outcome()
        #expect(ended.status == 130, "\(ended.errors)")
        let outcome = try await #require(training.withLock { $0 }).outcome()
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        let first = try #require(outcome.lines.first)
        #expect(first.hasPrefix("small: 1 of 12 made, 1 running"), "\(first)")
        #expect(
            outcome.lines.contains {
                $0.wholeMatch(
                    of:
                        #/prompts\(domain ink, seed 1\)  running: epoch \d+ of 100000, .*, loss \d.*, validation accuracy \d\.\d+/#
                )
                    != nil
            }, "\(outcome.output)")
        #expect(outcome.lines.last?.contains("prompts(domain ink, seed 1)  stopped after epoch ") == true, "\(outcome.output)")
        #expect(try await workplace.run("spg", "watch", "small.yaml").output.contains("1 stopped, nothing at work: spg run "))
    }

    private static func checkpoints(in store: String) -> Int {
        guard let store = try? ArtifactStore(path: store, readOnly: true),
            case .integer(let count)? = try? store.query("SELECT count(*) FROM checkpoint").rows.first?.first
        else { return 0 }
        return Int(count)
    }

    @Test("A pipeline that was never run: said, and no store is made; a file that is none, a store that is none: refused")
    func badInput() async throws {
        let workplace = try Workplace()
        let never = try await workplace.run("spg", "watch", "small.yaml")
        #expect(never.status == 0 && never.output == "small has never been run with this store\n", "\(never.errors)")
        #expect(!FileManager.default.fileExists(atPath: workplace.storePath))
        #expect(try await workplace.run("spg", "watch", "other.yaml").status != 0)
        try Data("no store".utf8).write(to: URL(filePath: workplace.storePath))
        let none = try await workplace.run("spg", "watch", "small.yaml")
        #expect(none.status != 0 && none.errors.hasPrefix("Error: "), "\(none.errors)")
    }
}
