import Foundation
import Reporting
import Stages
import Synchronization

/// The terminal as a page that a program rewrites in place, until somebody leaves it. What the terminal showed before comes
/// back at the end, however the program ends: SIGINT, SIGTERM and SIGHUP included.
///
/// The page is on standard output. Keys are read from standard input where that is a terminal, too.
public final class FullScreen: Sendable {
    /// What ends a wait.
    public enum Event: Hashable, Sendable {
        case key(Character)
        /// The terminal has another size, or shows this program again after it was stopped.
        case changed
        case timeout
        /// Nobody is at the keyboard any more.
        case closed
    }

    private struct State {
        var isShown = false
        /// How the keyboard was set before.
        var keyboard: termios?
        /// What is shown: the same is not written again.
        var page = ""
    }

    private let hasColors: Bool
    private let hasKeyboard: Bool
    private let state = Mutex(State())

    /// Nil where standard output is no terminal, or one that cannot be rewritten.
    /// - Parameter environment: TERM says what the terminal can do, NO_COLOR that it is to show no colours.
    public init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
        guard Terminal.canRewrite(STDOUT_FILENO, environment: environment) else { return nil }
        hasColors = Terminal.wantsColors(environment: environment)
        hasKeyboard = isatty(STDIN_FILENO) == 1
    }

    /// Takes the terminal for as long as `body` runs.
    /// - Throws: what `body` throws, when the terminal is as it was.
    public func shown(_ body: () throws -> Void) throws {
        Self.pipe.watch()
        Interruption.watch()
        try Interruption.handled(by: { [self] number in
            leave()
            Interruption.end(by: number)
        }) {
            enter()
            defer { leave() }
            try body()
        }
    }

    /// As it is now.
    public var size: (columns: Int, rows: Int) { Terminal.size(STDOUT_FILENO) ?? (80, 24) }

    /// Shows lines from the top on, in place of what was shown; what is too long is cut.
    public func show(_ lines: [ScreenLine]) {
        let columns = size.columns
        let text = lines.map { line in
            let text = line.text.printable.fitting(columns)
            return (hasColors ? line.emphasis.sequence + text + (line.emphasis == .none ? "" : "\u{1B}[0m") : text) + "\u{1B}[K"
        }
        state.withLock { state in
            let page = text.joined(separator: "\r\n")
            guard state.isShown, page != state.page else { return }
            state.page = page
            write("\u{1B}[H\(page)\u{1B}[J")
        }
    }

    /// Waits for a key, or for the terminal to change, no longer than a time.
    public func wait(for time: Duration) -> Event {
        let deadline = ContinuousClock.now + time
        while true {
            let left = max(.zero, deadline - .now)
            var sources = [pollfd(fd: Self.pipe.reading, events: Int16(POLLIN), revents: 0)]
            if hasKeyboard { sources.append(pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)) }
            let count = poll(&sources, nfds_t(sources.count), Int32(min(86_400_000, (left / .milliseconds(1)).rounded(.up))))
            if count < 0 { continue }
            if count == 0 { return .timeout }
            if sources[0].revents != 0, let event = handledSignal() { return event }
            guard sources.count > 1, sources[1].revents != 0 else { continue }
            var byte: UInt8 = 0
            guard read(STDIN_FILENO, &byte, 1) == 1 else { return .closed }
            return .key(Character(Unicode.Scalar(byte)))
        }
    }

    /// Stops this program as Ctrl-Z asks it to, with the terminal as it was, and goes on when it is continued.
    private func handledSignal() -> Event? {
        var number: UInt8 = 0
        guard read(Self.pipe.reading, &number, 1) == 1 else { return nil }
        switch Int32(number) {
        case SIGTSTP:
            leave()
            kill(getpid(), SIGSTOP)
            return nil
        case SIGCONT:
            leave()
            enter()
            return .changed
        default:
            // What a terminal makes of its old lines is its own affair.
            state.withLock { $0.page = "" }
            return .changed
        }
    }

    /// Another screen, no cursor, no line breaks of the terminal's own.
    private func enter() {
        state.withLock { state in
            if hasKeyboard {
                var settings = termios()
                tcgetattr(STDIN_FILENO, &settings)
                state.keyboard = settings
                // Keys come one by one and are not shown; Ctrl-C and Ctrl-Z stay what they are.
                settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
                tcsetattr(STDIN_FILENO, TCSADRAIN, &settings)
            }
            (state.isShown, state.page) = (true, "")
            write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l\u{1B}[H\u{1B}[2J")
        }
    }

    private func leave() {
        state.withLock { state in
            guard state.isShown else { return }
            state.isShown = false
            write("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l")
            if var settings = state.keyboard { tcsetattr(STDIN_FILENO, TCSADRAIN, &settings) }
        }
    }

    /// Whole, and past the buffer of standard output. A terminal that is gone is none to write to.
    private func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return }
        }
    }

    private static let pipe = SignalPipe([SIGWINCH, SIGTSTP, SIGCONT])
}

/// Signals as bytes that can be waited for together with other input.
private struct SignalPipe: Sendable {
    private let signals: [Int32]
    let reading: Int32
    private static let writing = Atomic<Int32>(-1)

    init(_ signals: [Int32]) {
        self.signals = signals
        guard let ends = privatePipe() else {
            reading = -1
            return
        }
        reading = ends.reading
        Self.writing.store(ends.writing, ordering: .sequentiallyConsistent)
    }

    /// From now on the signals come through the pipe; without one they are what they were.
    func watch() {
        guard reading >= 0 else { return }
        for number in signals {
            signal(number) { number in
                let error = errno
                var byte = UInt8(truncatingIfNeeded: number)
                Glibc.write(SignalPipe.writing.load(ordering: .sequentiallyConsistent), &byte, 1)
                errno = error
            }
        }
    }
}

extension ScreenLine.Emphasis {
    fileprivate var sequence: String {
        switch self {
        case .none: ""
        case .strong: "\u{1B}[1m"
        case .alarm: "\u{1B}[31m"
        case .quiet: "\u{1B}[2m"
        }
    }
}

extension String {
    /// The text without what a terminal takes for a command.
    package var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }

    /// As much of the text as a terminal has columns for; what is cut ends with `…`.
    package func fitting(_ columns: Int) -> String {
        var width = 0, fits = startIndex
        for index in indices {
            let own = self[index].columns
            guard width + own <= columns else { return self[..<fits] + "…" }
            width += own
            // There is to be room for the sign.
            if width < columns { fits = self.index(after: index) }
        }
        return self
    }
}

extension Character {
    /// How many columns a terminal gives it: two for those of East Asian scripts and for pictures.
    fileprivate var columns: Int {
        guard let value = unicodeScalars.first?.value else { return 0 }
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6,
            0x1F300...0x1FAFF, 0x20000...0x3FFFD,
        ]
        return wide.contains { $0.contains(value) } ? 2 : 1
    }
}
