import Foundation

/// What can be done with the terminal that a descriptor leads to.
enum Terminal {
    /// Whether what was written can be written over: nowhere but on a terminal, and not on one that is `dumb` or unnamed.
    /// - Parameter environment: TERM says what the terminal can do.
    static func canRewrite(
        _ descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Bool {
        isatty(descriptor) == 1 && !["", "dumb"].contains(environment["TERM"] ?? "")
    }

    /// Whether colours are wanted where they can be shown (no-color.org).
    static func wantsColors(environment: [String: String] = ProcessInfo.processInfo.environment) -> Bool {
        (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// As it is now; nil where it is no terminal, or one of no size.
    static func size(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}
