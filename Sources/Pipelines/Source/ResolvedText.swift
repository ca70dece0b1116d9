import Foundation
import Yams

extension Specification {
    /// A pipeline file as it is read: with the values of the files that it extends and of the command line, and what they refer
    /// to. Comments are not in it.
    /// - Throws: if the file cannot be read, with the place of the first fault.
    public static func text(
        contentsOf url: URL, edits: [SpecificationEdit] = []
    ) throws(SpecificationError) -> String {
        var tree = try SourceTree(extending: url.relativePath)
        for edit in edits { tree = try tree.edited(edit) }
        tree = try tree.resolvingReferences()
        do {
            return try tree.yaml()
        } catch {
            throw SpecificationError("the file cannot be written out again: \(error)", file: url.relativePath)
        }
    }
}

extension SourceTree {
    /// As YAML's library writes it, with a line feed at its end.
    /// - Throws: `YamlError`.
    func yaml() throws -> String { try Yams.serialize(node: node, width: 120, allowUnicode: true) }

    /// The tree as YAML's library writes it: lists of single values in a line.
    private var node: Node {
        switch content {
        case .mapping(let entries):
            return .mapping(Node.Mapping(entries.map { (Node($0.name), $0.value.node) }))
        case .sequence(let elements):
            let isFlat = elements.allSatisfy { if case .scalar = $0.content { true } else { false } }
            return .sequence(Node.Sequence(elements.map(\.node), .implicit, isFlat ? .flow : .block))
        case .scalar(let text, let isPlain):
            // In several lines, or with quotes where it had some: it may look like a number.
            let style: Node.Scalar.Style = isPlain ? .plain : text.contains("\n") ? .literal : .doubleQuoted
            return .scalar(Node.Scalar(text, Tag(isPlain ? .implicit : .str), style))
        }
    }
}
