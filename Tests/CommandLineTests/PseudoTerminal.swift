import Foundation
import Synchronization

/// A terminal for a program, with a test in the place of the person.
final class PseudoTerminal: Sendable {
    /// The end of the person.
    private let own: Int32
    /// The end of the program, kept open so that the terminal outlives it.
    private let other: Int32
    private let path: String
    private let written = Mutex<[UInt8]>([])

    init(columns: Int, rows: Int) throws {
        // What posix_openpt, unlockpt and ptsname do, which Swift does not see.
        own = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var lock: Int32 = 0, number: UInt32 = 0
        guard own >= 0, ioctl(own, 0x4004_5431, &lock) == 0, ioctl(own, 0x8004_5430, &number) == 0 else { throw Missing() }
        path = "/dev/pts/\(number)"
        other = open(path, O_RDWR | O_NOCTTY)
        guard other >= 0 else { throw Missing() }
        resize(columns: columns, rows: rows)
        Thread.detachNewThread { [self] in
            var bytes = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = read(own, &bytes, bytes.count)
                guard count > 0 else { return }
                written.withLock { $0 += bytes[..<count] }
            }
        }
    }

    /// Words of a shell that give what follows this terminal as its input and output.
    var shell: String { "exec < \(path) > \(path); TERM=xterm; export TERM; unset NO_COLOR;" }

    /// All that was written to it until now.
    var text: String { written.withLock { String(decoding: $0, as: UTF8.self) } }

    /// What was written since the screen was cleared or begun anew the last time.
    var page: String { text.components(separatedBy: "\u{1B}[H").last ?? "" }

    /// How often a program has taken the whole screen.
    var screens: Int { text.components(separatedBy: "\u{1B}[?1049h").count - 1 }

    func type(_ text: String) { _ = write(own, text, text.utf8.count) }

    func resize(columns: Int, rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(other, UInt(TIOCSWINSZ), &size)
    }

    /// Whether keys come one by one, whether they are shown, and whether Ctrl-C is a signal.
    var keyboard: (isCanonical: Bool, echoes: Bool, signals: Bool) {
        var settings = termios()
        tcgetattr(other, &settings)
        func has(_ flag: Int32) -> Bool { settings.c_lflag & tcflag_t(flag) != 0 }
        return (has(ICANON), has(ECHO), has(ISIG))
    }

    /// Whether it is as a shell expects it: keys as they were, the screen of before, a cursor, lines that break.
    var isRestored: Bool {
        keyboard == (true, true, true) && text.hasSuffix("\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l")
    }

    struct Missing: Error {}
}
