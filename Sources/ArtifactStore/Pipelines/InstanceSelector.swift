import Datasets

/// Which instances a person means: those of a stage, or of some of its cells, or the one with a key.
///
/// `prompts` are all prompts, `prompts(domain ink)` and `prompts/domain=ink` those of one domain, `prompts(quick)` those of a
/// named cell; `0d1f2e3c` is the one whose key begins so. A whole name as `spg status` prints it means that instance. The
/// pipeline may stand before all but keys: `sketches/prompts(domain ink)`.
///
/// A value may hold whatever stands between parts, as a comma or a parenthesis: which parts a text has is seen beside an
/// instance. What is alike is alike byte by byte, as names of folders are.
public struct InstanceSelector: Sendable {
    public let text: String

    public init(_ text: String) { self.text = text }

    /// What stands before the parts, where no stage's name holds a parenthesis or a slash.
    public var stage: String { String(text.prefix { $0 != "(" && $0 != "/" }) }

    /// Those of some instances that are meant: all that the text says a part of, or the one that it says more of. A text that
    /// is the whole of one instance, and a part of another whose value holds a comma, means the first.
    /// - Parameters:
    ///   - instances: those to choose from.
    ///   - named: an instance's pipeline, name and key.
    /// - Returns: those that are meant, in their order; none where the text means none.
    public func instances<Instance>(
        among instances: [Instance], _ named: (Instance) -> (pipeline: String, name: InstanceName, key: ArtifactKey)
    ) -> [Instance] {
        var best: [Instance] = [], most: Match?
        for instance in instances {
            let (pipeline, name, key) = named(instance)
            guard let match = match(name, key, of: pipeline), match >= most ?? match else { continue }
            if match != most { best = [] }
            most = match
            best.append(instance)
        }
        return best
    }

    /// How much of an instance a text says.
    private enum Match: Comparable {
        /// Some of its values; all of them; its name to the letter, in any order.
        case part, whole, name
    }

    private func match(_ name: InstanceName, _ key: ArtifactKey, of pipeline: String) -> Match? {
        if isKey, key.description.hasPrefix(text.lowercased()) { return .name }
        let own = match(text.utf8[...], name)
        guard own == nil, text.utf8.starts(with: pipeline.utf8) else { return own }
        let rest = text.utf8.dropFirst(pipeline.utf8.count)
        return rest.first == UInt8(ascii: "/") ? match(rest.dropFirst(), name) : nil
    }

    private var isKey: Bool { text.utf8.count >= 6 && text.allSatisfy { $0.isHexDigit } }

    private func match(_ text: Substring.UTF8View, _ name: InstanceName) -> Match? {
        guard text.starts(with: name.stage.utf8) else { return nil }
        if text.elementsEqual(name.text.utf8) { return .name }
        let rest = text.dropFirst(name.stage.utf8.count)
        switch rest.first {
        case nil: return .part
        case UInt8(ascii: "/"): return match(rest.dropFirst(), name, joint: "=", separator: "/")
        case UInt8(ascii: "(") where rest.last == UInt8(ascii: ")"):
            return match(rest.dropFirst().dropLast(), name, joint: " ", separator: ",")
        default: return nil
        }
    }

    /// Whether a text is some of an instance's labels and coordinates, in any order, each once, and nothing else.
    private func match(
        _ text: Substring.UTF8View, _ name: InstanceName, joint: String, separator: Unicode.Scalar
    ) -> Match? {
        /// How much a text says of what is left to be said; any separator may end a part of it.
        func match(_ text: Substring.UTF8View, _ left: [Coordinate], _ labels: [String], isName: Bool) -> Match? {
            let text = separator == "," ? text.drop { $0 == UInt8(ascii: " ") } : text
            let ends = text.indices.filter { text[$0] == UInt8(ascii: separator) } + [text.endIndex]
            return ends.lazy.compactMap { end in
                let part = String(Substring(text[..<end]))
                var (left, labels) = (left, labels)
                let isName = isName && labels.contains { Name($0) == Name(part) }
                if let index = left.firstIndex(where: { Self.says(part, $0, joint) }) {
                    // One of the labels says the same.
                    let said = left.remove(at: index)
                    labels.removeAll { Name($0) == Name(said.text) || Name($0) == Name(part) }
                } else if let index = labels.firstIndex(where: { Name($0) == Name(part) }) {
                    labels.remove(at: index)
                } else {
                    return nil
                }
                guard end == text.endIndex else { return match(text[end...].dropFirst(), left, labels, isName: isName) }
                return isName && labels.isEmpty ? .name : left.isEmpty ? .whole : .part
            }.max()
        }
        return match(text, name.coordinates, name.labels, isName: true)
    }

    private static func says(_ part: String, _ coordinate: Coordinate, _ joint: String) -> Bool {
        let start = coordinate.axis + joint
        guard part.utf8.starts(with: start.utf8) else { return false }
        return coordinate.value.means(String(Substring(part.utf8.dropFirst(start.utf8.count))))
    }
}
