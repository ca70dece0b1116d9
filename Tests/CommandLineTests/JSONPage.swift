import ArtifactStore
import Foundation

/// Docs/json.md: what each command's document has, and an example of it.
struct JSONPage {
    /// What a member may be.
    indirect enum Kind {
        case text, integer, number, boolean, map, anything
        case list(Kind), optional(Kind), object(String)

        /// Reads such as `list of [instance](#instance) or null`.
        init?(_ text: String) {
            if let rest = text.without(suffix: " or null") {
                guard let kind = Kind(rest) else { return nil }
                self = .optional(kind)
            } else if let rest = text.without(prefix: "list of ") {
                guard let kind = Kind(rest) else { return nil }
                self = .list(kind)
            } else if let link = text.wholeMatch(of: #/\[([a-z ]+)\]\(#([a-z-]+)\)/#) {
                guard link.1.replacing(" ", with: "-") == link.2 else { return nil }
                self = .object(String(link.1))
            } else {
                let known: [String: Kind] = [
                    "text": .text, "integer": .integer, "number": .number, "boolean": .boolean, "map": .map, "any": .anything,
                ]
                guard let kind = known[text] else { return nil }
                self = kind
            }
        }
    }

    /// By heading, such as `spg status` or `instance`; one for each variant of an object.
    private(set) var objects: [String: [[String: Kind]]] = [:]
    private(set) var examples: [String: JSONValue] = [:]
    /// The headings of commands.
    var commands: [String] { objects.keys.filter { $0.hasPrefix("spg ") } }

    struct Unreadable: Error { let line: Substring }

    init() throws {
        let url = URL(filePath: #filePath).appending(path: "../../../Docs/json.md").standardizedFileURL
        var heading = "", example: [Substring]?, variants: [String: [String: Kind]] = [:]
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false) {
            if let lines = example, line == "```" {
                examples[heading] = try JSONValue(parsing: lines.joined(separator: "\n"))
                example = nil
            } else if example != nil {
                example?.append(line)
            } else if line == "```json" {
                example = []
            } else if let title = line.prefixMatch(of: #/##+ /#) {
                heading = String(line[title.range.upperBound...]).replacing("`", with: "")
                variants = [:]
            } else if line.hasPrefix("| `") {
                let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
                let name = cells[0].replacing("`", with: "")
                guard let kind = Kind(cells[1]), variants[cells.count == 4 ? cells[2] : "", default: [:]][name] == nil else {
                    throw Unreadable(line: line)
                }
                variants[cells.count == 4 ? cells[2] : "", default: [:]][name] = kind
                objects[heading] = Array(variants.values)
            }
        }
        // Of every document, not only of those that say so.
        for command in commands {
            objects[command]?[0]["schema"] = .integer
            objects[command]?[0]["command"] = .text
        }
    }

    /// What is wrong with a value, each with its path; what is there and what is not null is noted.
    /// - Parameter seen: members, as `instance.cell`, that had a value.
    func faults(in value: JSONValue, of heading: String, at path: String = "", seen: inout Set<String>) -> [String] {
        guard case .object(let members) = value, let variants = objects[heading] else { return ["\(path): no \(heading)"] }
        guard let kinds = variants.first(where: { Set($0.keys) == Set(members.keys) }) else {
            let documented = variants.map { Set($0.keys) }.min { a, b in
                a.symmetricDifference(members.keys).count < b.symmetricDifference(members.keys).count
            }
            let difference = documented.map { $0.symmetricDifference(members.keys).sorted() } ?? []
            return ["\(path): members of \(heading) are not those of the page: \(difference)"]
        }
        var faults: [String] = []
        for (name, member) in members {
            guard let kind = kinds[name] else { continue }
            if member != .null, member != .array([]) { seen.insert("\(heading).\(name)") }
            faults += self.faults(in: member, of: kind, at: "\(path).\(name)", seen: &seen)
        }
        return faults
    }

    private func faults(in value: JSONValue, of kind: Kind, at path: String, seen: inout Set<String>) -> [String] {
        switch (kind, value) {
        case (.optional, .null), (.anything, _), (.text, .string), (.boolean, .bool), (.map, .object): return []
        case (.number, _) where value.number != nil: return []
        case (.integer, _) where value.number.map { $0 == $0.rounded() } == true: return []
        case (.optional(let kind), _): return faults(in: value, of: kind, at: path, seen: &seen)
        case (.object(let heading), .object): return faults(in: value, of: heading, at: path, seen: &seen)
        case (.list(let kind), .array(let elements)):
            return elements.enumerated().flatMap { faults(in: $1, of: kind, at: "\(path)[\($0)]", seen: &seen) }
        default: return ["\(path): \(value.canonicalText.prefix(60)) is no \(kind)"]
        }
    }
}

extension String {
    fileprivate func without(prefix: String) -> String? { hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil }
    fileprivate func without(suffix: String) -> String? { hasSuffix(suffix) ? String(dropLast(suffix.count)) : nil }
}
