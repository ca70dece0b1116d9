import ArtifactStore
import Datasets

/// Which instances of a plan a person means: those of a stage, or of some of its cells, or the one with a key.
///
/// `prompts` are all prompts, `prompts(domain ink)` and `prompts/domain=ink` those of one domain, `prompts(quick)` those of a
/// named cell; `0d1f2e3c` is the one whose key begins so. A whole name as `spg status` prints it means that instance.
///
/// A value may hold whatever stands between parts, as a comma or a parenthesis: which parts a text has is seen beside an
/// instance. What is alike is alike byte by byte, as names of folders are.
public struct InstanceSelector: Sendable {
    public let text: String

    public init(_ text: String) { self.text = text }

    private var isKey: Bool { text.count >= 6 && text.allSatisfy { $0.isHexDigit } }

    /// How much of an instance a text says.
    enum Match {
        case part, whole
    }

    func match(_ instance: Instance) -> Match? {
        if isKey, instance.key.description.hasPrefix(text.lowercased()) { return .whole }
        guard text.utf8.starts(with: instance.stage.utf8) else { return nil }
        if text.utf8.elementsEqual(instance.name.utf8) { return .whole }
        let rest = text.utf8.dropFirst(instance.stage.utf8.count)
        switch rest.first {
        case nil: return .part
        case UInt8(ascii: "/"): return match(rest.dropFirst(), instance, joint: "=", separator: "/")
        case UInt8(ascii: "(") where rest.last == UInt8(ascii: ")"):
            return match(rest.dropFirst().dropLast(), instance, joint: " ", separator: ",")
        default: return nil
        }
    }

    /// Whether a text is some of an instance's labels and coordinates, in any order, each once, and nothing else.
    private func match(
        _ text: Substring.UTF8View, _ instance: Instance, joint: String, separator: Unicode.Scalar
    ) -> Match? {
        let coordinates = instance.cell.coordinates
        /// How many parts a text has; any separator may end one.
        func parts(_ text: Substring.UTF8View, among left: [Cell.Coordinate], _ labels: [String]) -> Int? {
            let text = separator == "," ? text.drop { $0 == UInt8(ascii: " ") } : text
            let ends = text.indices.filter { text[$0] == UInt8(ascii: separator) } + [text.endIndex]
            return ends.lazy.compactMap { end in
                let part = String(Substring(text[..<end]))
                var (left, labels) = (left, labels)
                if let index = left.firstIndex(where: { Self.says(part, $0, joint) }) {
                    // One of the labels says the same.
                    let said = left.remove(at: index)
                    labels.removeAll { Name($0) == Name("\(said.axis) \(said.value.text)") }
                } else if let index = labels.firstIndex(where: { Name($0) == Name(part) }) {
                    labels.remove(at: index)
                } else {
                    return nil
                }
                return end == text.endIndex ? 1 : parts(text[end...].dropFirst(), among: left, labels).map { $0 + 1 }
            }.max()
        }
        return parts(text, among: coordinates, instance.labels).map { $0 < coordinates.count ? .part : .whole }
    }

    private static func says(_ part: String, _ coordinate: Cell.Coordinate, _ joint: String) -> Bool {
        let start = coordinate.axis + joint
        guard part.utf8.starts(with: start.utf8) else { return false }
        return coordinate.value.means(String(Substring(part.utf8.dropFirst(start.utf8.count))))
    }

    /// What stands before the parts, where no stage's name holds a parenthesis or a slash.
    fileprivate var stage: String { String(text.prefix { $0 != "(" && $0 != "/" }) }
}

/// A name that no instance has, or more than the one that is asked for.
public struct SelectionError: Error, Hashable, CustomStringConvertible {
    public let description: String
}

extension Plan {
    /// The instances that a selector means, at least one.
    public func instances(_ selector: InstanceSelector) throws(SelectionError) -> [Instance] {
        let found = instances.compactMap { instance in selector.match(instance).map { (instance, $0) } }
        // A text that is the whole of one instance, and a part of another whose value holds a comma, means the first.
        let whole = found.filter { $0.1 == .whole }
        if !found.isEmpty { return (whole.isEmpty ? found : whole).map(\.0) }
        let stages = instances.map(\.stage).uniqued, stage = selector.stage
        guard stages.contains(stage) else {
            throw SelectionError(description: "there is no stage “\(stage)”\(suggestion(for: stage, among: stages))")
        }
        let names = instances.filter { $0.stage == stage }.map(\.name)
        throw SelectionError(description: "“\(selector.text)” is none of \(Self.excerpt(of: names))")
    }

    /// The one instance that a selector means.
    public func instance(_ selector: InstanceSelector) throws(SelectionError) -> Instance {
        let found = try instances(selector)
        guard found.count == 1 || found.allSatisfy({ $0.key == found[0].key }) else {
            throw SelectionError(description: "“\(selector.text)” may be any of \(Self.excerpt(of: found.map(\.name)))")
        }
        return found[0]
    }

    /// A few of many names.
    private static func excerpt(of names: [String]) -> String {
        names.prefix(6).joined(separator: "; ") + (names.count > 6 ? "; and \(names.count - 6) more" : "")
    }
}
