import ArtifactStore
import Stages

/// Reads a parameter under `with:`, which must have the type of its default. Where the default is nothing, any single
/// value will do.
struct ParameterReader {
    let matrix: [Specification.Axis]
    /// References of a command line that stay as they are written.
    var placeholders: Set<String> = []

    /// A command line in which references may stand.
    func command(_ node: SourceNode, _ text: String) throws(SpecificationError) -> Template {
        let command: ShellText
        do { command = try ShellText(text) } catch { throw node.error("\(error)") }
        let axes = Set(command.references.map(\.name)).subtracting(placeholders)
        try checkAxes(command.references.map(\.name).filter(axes.contains), node)
        return axes.isEmpty ? .constant(.string(text)) : .command(command, axes: axes)
    }

    /// - Parameter words: what may stand in place of a number.
    func template(
        _ node: SourceNode, like standard: JSONValue, words: Set<String> = []
    ) throws(SpecificationError) -> Template {
        if let text = node.scalarText, words.contains(text) { return .constant(.string(text)) }
        switch standard {
        case .array(let elements):
            var templates: [Template] = []
            for element in try node.elements("a list") {
                templates.append(try template(element, like: elements.first ?? .null))
            }
            return .array(templates)
        case .object(let members):
            var templates = members.mapValues(Template.constant)
            for member in try node.members("a mapping", among: members.keys.sorted()) {
                templates[member.name] = try template(member.value, like: members[member.name] ?? .null)
            }
            return .object(templates)
        case .null, .bool, .number, .integer, .string:
            return try scalar(node, like: standard, words: words)
        }
    }

    private func scalar(
        _ node: SourceNode, like standard: JSONValue, words: Set<String>
    ) throws(SpecificationError) -> Template {
        let type = standard == .null ? "a single value" : standard.typeName
        let expected = ([type] + words.sorted()).joined(separator: " or ")
        let mismatch = node.error("expected \(expected), found \(node.found)\(hint(node, for: standard))")
        guard let text = node.scalarText else { throw mismatch }
        if text.contains("${") { return try reference(node, text, like: standard, words: words) }
        switch standard {
        case .bool:
            guard let value = node.plainBool else { throw mismatch }
            return .constant(.bool(value))
        case .number:
            guard let value = node.plainNumber else { throw mismatch }
            return .constant(value)
        case .string:
            guard !node.isNull, node.plainBool == nil, node.plainNumber == nil else { throw mismatch }
            return .constant(.string(text))
        default:
            if node.isNull { return .constant(.null) }
            if let value = node.plainBool { return .constant(.bool(value)) }
            return .constant(node.plainNumber ?? .string(text))
        }
    }

    /// Quotes make a text; a text without quotes may read as something else.
    private func hint(_ node: SourceNode, for standard: JSONValue) -> String {
        guard let text = node.scalarText, !text.isEmpty else { return "" }
        switch standard {
        case .string: return "; write \"\(text)\" in quotes if it is meant as a text"
        case .number where !node.isPlain && Double(text) != nil, .bool where !node.isPlain && Bool(text) != nil:
            return "; leave the quotes out"
        default: return ""
        }
    }

    private func reference(
        _ node: SourceNode, _ text: String, like standard: JSONValue, words: Set<String> = []
    ) throws(SpecificationError) -> Template {
        guard case .success(let pieces) = Template.pieces(of: text) else {
            throw node.error("“${” without its “}”; an axis of the matrix is written ${seed}")
        }
        try checkAxes(pieces.compactMap { if case .reference(let axis) = $0 { axis } else { nil } }, node)
        if pieces.count == 1, case .reference(let axis) = pieces[0] {
            if case .string = standard { return .reference(axis: axis, asText: true) }
            try check(axis, at: node, like: standard, words: words)
            return .reference(axis: axis, asText: false)
        }
        switch standard {
        case .string, .null: return .text(pieces)
        default: throw node.error("expected \(standard.typeName), found the text “\(text)”; write the axis alone")
        }
    }

    private func checkAxes(_ names: [String], _ node: SourceNode) throws(SpecificationError) {
        let axes = matrix.map(\.name) + [domainAxis]
        if let name = names.first(where: { $0.contains(".") }) {
            throw node.error("the stage has no “\(name)”\(suggestion(for: name, among: placeholders))")
        }
        if let axis = names.first(where: { !axes.contains($0) }) {
            throw node.error("the matrix has no axis “\(axis)”\(suggestion(for: axis, among: axes))")
        }
    }

    /// Every value of an axis must have the type of the parameter that it is put into.
    private func check(
        _ axis: String, at node: SourceNode, like standard: JSONValue, words: Set<String>
    ) throws(SpecificationError) {
        guard standard != .null else { return }
        let values = matrix.first { $0.name == axis }?.values.map(\.value.json) ?? [.string(domainAxis)]
        if let odd = values.first(where: { $0.typeName != standard.typeName && !words.contains($0.plainText) }) {
            throw node.error("expected \(standard.typeName), but the axis “\(axis)” has the value \(odd.canonicalText)")
        }
    }
}
