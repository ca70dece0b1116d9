import Foundation
import Synchronization

/// Lines for a person on standard error, and one line at the end that is rewritten in place where that is a terminal.
public final class Console: Sendable {
    /// Whether the last line can be rewritten. Elsewhere (a file, a pipe) every line stands by itself.
    public let isTerminal: Bool
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
        isTerminal: isatty(STDERR_FILENO) == 1, columns: { terminalColumns(STDERR_FILENO) },
        write: { try? FileHandle.standardError.write(contentsOf: Data($0.utf8)) })

    /// Writes a line that stays. A status line moves below it.
    public func line(_ text: String) {
        status.withLock { status in
            write(isTerminal && !status.isEmpty ? "\r\u{1B}[2K\(text)\n\(status)" : text + "\n")
        }
    }

    /// Shows a line in place of the last status line; off a terminal, writes it as it is.
    public func status(_ text: String) {
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
        line("warning: \(text)")
    }
}

private func terminalColumns(_ descriptor: Int32) -> Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
}
