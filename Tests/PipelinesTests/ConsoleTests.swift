import ArtifactStore
import CommandLineSupport
import Foundation
import Reporting
import Synchronization
import Testing

/// What a console wrote.
private final class Screen: Sendable {
    private let written = Mutex("")
    var text: String { written.withLock { $0 } }
    func write(_ text: String) { written.withLock { $0 += text } }
    func console(isTerminal: Bool, columns: Int = 80) -> Console {
        Console(isTerminal: isTerminal, columns: { columns }, write: { self.write($0) })
    }
}

/// A clock that stands still until it is set.
private final class StoppedClock: Sendable {
    private let start = ContinuousClock.now
    private let elapsed = Mutex(Duration.zero)
    var now: ContinuousClock.Instant { start + elapsed.withLock { $0 } }
    func set(_ seconds: Double) { elapsed.withLock { $0 = .seconds(seconds) } }
}

@Suite("Console and progress")
struct ConsoleTests {
    @Test("Off a terminal, progress is whole lines, one in five seconds, with rate and time left")
    func plain() {
        let screen = Screen()
        let clock = StoppedClock()
        let progress = ProgressLine("extract oil", unit: "images", console: screen.console(isTerminal: false)) {
            clock.now
        }
        for (seconds, done) in [(0.1, 100), (2, 120), (6, 220), (8, 230), (12, 340)] {
            clock.set(seconds)
            progress.update(done, of: 1000)
        }
        clock.set(75)
        progress.finish(1000, of: 1000, note: "3 skipped")
        // A hundred were there at the first report: then 120 in 5.9 seconds, 240 in 11.9, 900 in 74.9.
        #expect(
            screen.text == """
                extract oil: 220/1000 images, 20.3/s, 38 s left
                extract oil: 340/1000 images, 20.2/s, 33 s left
                extract oil: 1000/1000 images, 12.0/s, in 1:15, 3 skipped

                """)
    }

    @Test("On a terminal, one line is rewritten and cut to the width; other lines go above it")
    func terminal() {
        let screen = Screen()
        let clock = StoppedClock()
        let console = screen.console(isTerminal: true, columns: 24)
        let progress = ProgressLine("fit", unit: "epochs", console: console) { clock.now }
        progress.update(0, of: 50)
        clock.set(0.5)
        progress.update(2, of: 50)
        console.warning("odd")
        clock.set(0.55)
        progress.update(3, of: 50)
        clock.set(10)
        progress.finish(50, of: 50)
        let erase = "\r\u{1B}[2K"
        #expect(
            screen.text == erase + "fit: 2/50 epochs, 4.0/s" + erase + "Warning: odd\nfit: 2/50 epochs, 4.0/s" + erase
                + "fit: 50/50 epochs, 5.0/s, in 10 s\n")
    }

    @Test("A quiet console leaves out progress and notes; what is to be read stays", arguments: [false, true])
    func quiet(isTerminal: Bool) {
        let screen = Screen()
        let clock = StoppedClock()
        let console = screen.console(isTerminal: isTerminal)
        let progress = ProgressLine("fit", unit: "epochs", console: console) { clock.now }
        console.note("before")
        console.quieten()
        clock.set(9)
        progress.update(1, of: 2)
        console.note("a note")
        console.warning("odd")
        progress.finish(2, of: 2)
        console.line("Error: bad")
        #expect(screen.text == "before\nWarning: odd\nError: bad\n")
    }

    @Test("What takes longer than a second is timed one by one, from the first report on")
    func slow() {
        let screen = Screen()
        let clock = StoppedClock()
        let progress = ProgressLine("cgan", unit: "epochs", console: screen.console(isTerminal: false)) { clock.now }
        for epoch in 1...3 {
            clock.set(Double(epoch) * 20)
            progress.update(epoch, of: 10)
        }
        #expect(
            screen.text == """
                cgan: 1/10 epochs
                cgan: 2/10 epochs, 20 s each, 2:40 left
                cgan: 3/10 epochs, 20 s each, 2:20 left

                """)
    }

    @Test("Nothing done says nothing of a rate")
    func noRate() {
        let screen = Screen()
        let clock = StoppedClock()
        let progress = ProgressLine("fit", unit: "epochs", console: screen.console(isTerminal: false)) { clock.now }
        clock.set(9)
        progress.update(0, of: 50)
        #expect(screen.text == "fit: 0/50 epochs\n")
    }

    @Test("Times read as people write them")
    func times() {
        #expect(
            [0.04, 9.96, 59.4, 59.6, 3599, 3725, .infinity].map(clockTime)
                == ["0.0 s", "10.0 s", "59 s", "1:00", "59:59", "1:02:05", "?"])
    }

    @Test("Exit statuses: bad input, the machine's side, an interrupt")
    func statuses() {
        #expect(ExitStatus(for: StoreError.diskFull(path: "x")) == .inputOutput)
        #expect(ExitStatus(for: StoreError.notADatabase(path: "x")) == .badData)
        #expect(ExitStatus(for: CocoaError(.fileReadNoSuchFile)) == .inputOutput)
        #expect(ExitStatus(for: CancellationError()) == .interrupted)
    }
}
