/// Lines with their headings, for a screen: long lists are cut, and say so.
struct Screen {
    private var lines: [String]

    init(title: String) { lines = [title] }

    var text: String { lines.joined(separator: "\n") }

    /// Adds a line under a heading; without one, a line under the last heading.
    mutating func add(_ heading: String, _ text: String) {
        let space = String(repeating: " ", count: max(1, 11 - heading.count))
        lines.append("  \(heading)\(space)\(text)")
    }

    /// Adds the first of some lines.
    mutating func add(_ heading: String, lines: [String], atMost limit: Int) {
        for (index, line) in lines.prefix(limit).enumerated() { add(index == 0 ? heading : "", line) }
        if lines.count > limit { add("", "… and \(lines.count - limit) more") }
    }

    /// Adds the last of some lines.
    mutating func add(_ heading: String, lines: [String], ofEnd limit: Int) {
        if lines.count > limit { add(heading, "… \(lines.count - limit) lines before; --log shows all") }
        for (index, line) in lines.suffix(limit).enumerated() {
            add(index == 0 && lines.count <= limit ? heading : "", line)
        }
    }

    /// Adds what changed, each cause with its files and where it first shows.
    mutating func add(_ causes: [Ancestry.Cause], atMost limit: Int = 6, filesAtMost files: Int = 5) {
        for (index, cause) in causes.prefix(limit).enumerated() {
            add(index == 0 ? "changed" : "", cause.what)
            add("", lines: cause.details.map { "  " + $0 }, atMost: files)
            guard !cause.places.isEmpty else { continue }
            let more = cause.places.count > 3 ? " and \(cause.places.count - 3) more" : ""
            add("", "  in " + cause.places.prefix(3).joined(separator: ", ") + more)
        }
        if causes.count > limit { add("", "… and \(causes.count - limit) changes more") }
    }
}
