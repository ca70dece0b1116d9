import Foundation

/// The last lines that a process wrote: enough to see what went wrong, however much it wrote.
struct LastLines: Sendable {
    private var lines: [String] = []
    private var isCut = false

    init() {}

    /// Those of a file; none where it cannot be read.
    init(of path: String) {
        guard let file = FileHandle(forReadingAtPath: path), let size = try? file.seekToEnd() else { return }
        let length: UInt64 = 1 << 16
        try? file.seek(toOffset: size > length ? size - length : 0)
        let text = String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
        // Of a line that is cut, the end says nothing.
        for line in text.split(separator: "\n").dropFirst(size > length ? 1 : 0) { append(String(line)) }
    }

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
        return start.map { lines[$0...].joined(separator: "\n") } ?? end
    }

    /// The last twenty of a program that a stage has run, and how the stage says that it ended, if it came to that.
    var wordsAndVerdict: (String, String?) {
        let start = "Error: "
        guard let index = lines.lastIndex(where: { $0.hasPrefix(start) }), index >= lines.count - 20 else { return (end, nil) }
        return (lines[..<index].suffix(20).joined(separator: "\n"), String(lines[index].dropFirst(start.count)))
    }

    /// The last twenty.
    var end: String { lines.suffix(20).joined(separator: "\n") }
}
