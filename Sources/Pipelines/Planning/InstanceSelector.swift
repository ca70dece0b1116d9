import ArtifactStore
import Datasets

/// Which instances of a plan a person means: those of a stage, or of some of its cells, or the one with a key.
///
/// `prompts` are all prompts, `prompts(domain ink)` and `prompts/domain=ink` those of one domain, `prompts(quick)` those of a
/// named cell; `0d1f2e3c` is the one whose key begins so. A whole name as `spg status` prints it means that instance.
public struct InstanceSelector: Sendable {
    public let text: String
    private let stage: String
    /// Of each coordinate, its axis and value, or a name alone; an instance may have others besides.
    private let parts: [(axis: String, value: String?)]

    public init(_ text: String) {
        self.text = text
        if let open = text.firstIndex(of: "("), text.hasSuffix(")") {
            stage = String(text[..<open])
            parts = text[text.index(after: open)...].dropLast().split(separator: ",").map { Self.part($0, separator: " ") }
        } else {
            let words = text.split(separator: "/", omittingEmptySubsequences: false)
            stage = String(words[0])
            parts = words.dropFirst().map { Self.part($0, separator: "=") }
        }
    }

    private static func part(_ text: Substring, separator: Character) -> (axis: String, value: String?) {
        let words = text.drop { $0 == " " }.split(separator: separator, maxSplits: 1).map(String.init)
        return (words.first ?? "", words.count > 1 ? words[1] : nil)
    }

    private var isKey: Bool { text.count >= 6 && text.allSatisfy { $0.isHexDigit } }

    func matches(_ instance: Instance) -> Bool {
        if Name(instance.name) == Name(text) { return true }
        if isKey, instance.key.description.hasPrefix(text.lowercased()) { return true }
        return instance.stage == stage && parts.allSatisfy { axis, value in
            guard let value else { return instance.labels.contains { Name($0) == Name(axis) } }
            return instance.cell.value(on: axis)?.means(value) == true
        }
    }
}

/// A name that no instance has, or more than the one that is asked for.
public struct SelectionError: Error, Hashable, CustomStringConvertible {
    public let description: String
}

extension Plan {
    /// The instances that a selector means, at least one.
    public func instances(_ selector: InstanceSelector) throws(SelectionError) -> [Instance] {
        let found = instances.filter(selector.matches)
        if !found.isEmpty { return found }
        let stages = instances.map(\.stage).uniqued
        let stage = selector.text.prefix { $0 != "(" && $0 != "/" }
        guard stages.contains(String(stage)) else {
            throw SelectionError(description: "there is no stage “\(stage)”\(suggestion(for: String(stage), among: stages))")
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
