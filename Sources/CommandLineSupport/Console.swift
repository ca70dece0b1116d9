import Foundation
import Synchronization

/// Lines for a person on standard error, and one line at the end that is rewritten in place where that is a terminal.
public final class Console: Sendable {
    /// Whether the last line can be rewritten. Elsewhere (a file, a pipe) every line stands by itself.
    public let isTerminal: Bool
    /// Whether notes and status lines are left out, so that only what has to be read is there.
    private let isQuiet = Mutex(false)
    private let write: @Sendable (String) -> Void
    private let columns: @Sendable () -> Int
    /// The line that the next one will overwrite; empty for none.
    private let status = Mutex("")

    /// - Parameters:
    ///   - columns: how wide the terminal is now.
    ///   - write: gets text as it is to appear.
    public init(
        isTerminal: Bool, columns: @escaping @Sendable () -> Int = { 80 }, write: @escaping @Sendable (String) -> Void
    ) {
        self.isTerminal = isTerminal
        self.columns = columns
        self.write = write
    }

    public static let standardError = Console(
        isTerminal: Terminal.canRewrite(STDERR_FILENO), columns: { Terminal.size(STDERR_FILENO)?.columns ?? 80 },
        write: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) })

    /// Writes a line that stays and that is to be read: a result, an error. A status line moves below it.
    public func line(_ text: String) {
        status.withLock { status in
            write(isTerminal && !status.isEmpty ? "\r\u{1B}[2K\(text)\n\(status)" : text + "\n")
        }
    }

    /// Leaves out notes and status lines from now on.
    public func quieten() { isQuiet.withLock { $0 = true } }

    /// Writes a line that stays and that nobody has to read, such as how far the work is.
    public func note(_ text: String) {
        if !isQuiet.withLock({ $0 }) { line(text) }
    }

    /// Shows a note in place of the last status line; off a terminal, writes it as it is.
    public func status(_ text: String) {
        guard !isQuiet.withLock({ $0 }) else { return }
        guard isTerminal else { return line(text) }
        status.withLock { status in
            status = String(text.prefix(max(1, columns() - 1)))
            write("\r\u{1B}[2K\(status)")
        }
    }

    /// Takes the status line away.
    public func clearStatus() {
        status.withLock { status in
            if isTerminal, !status.isEmpty { write("\r\u{1B}[2K") }
            status = ""
        }
    }

    /// Says that something is amiss without being an error. Whoever runs the program shows such a line in any case.
    public func warning(_ text: String) {
        line("Warning: \(text)")
    }
}
