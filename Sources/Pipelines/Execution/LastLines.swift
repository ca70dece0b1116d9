/// The last lines that a process wrote: enough to see what went wrong, however much it wrote.
struct LastLines: Sendable {
    private var lines: [String] = []
    private var isCut = false

    mutating func append(_ line: String) {
        lines.append(line.count > 2000 ? line.prefix(2000) + "…" : line)
        if lines.count > 4000 {
            lines.removeFirst(2000)
            isCut = true
        }
    }

    /// All of them.
    var text: String { ((isCut ? ["…"] : []) + lines).joined(separator: "\n") }

    /// From the last line that begins an error message on, or the last twenty lines where none does.
    var error: String {
        let start = lines.lastIndex { $0.lowercased().hasPrefix("error:") || $0.lowercased().hasPrefix("fatal error:") }
        return lines[(start ?? max(0, lines.count - 20))...].joined(separator: "\n")
    }
}
