import ArtifactStore
import Datasets
import Stages

/// A parameter's value as written in a pipeline file: `${axis}` in it stands for the cell's value on that axis.
indirect enum Template: Hashable, Sendable {
    case constant(JSONValue)
    /// `${axis}` alone: the value itself, or its text where the parameter is a text.
    case reference(axis: String, asText: Bool)
    /// Text with references in it.
    case text([Piece])
    /// A command line with references to axes in it, and others that stay.
    case command(ShellText, axes: Set<String>)
    case array([Template])
    case object([String: Template])
    /// Another value for each value of an axis, by its text; nothing for a value that is not listed.
    case choice(axis: String, [Name: Template])
    /// Other values in some cells.
    case overrides(Overrides, otherwise: Template)

    enum Piece: Hashable, Sendable {
        case literal(String)
        case reference(axis: String)
    }

    /// The axes that the value depends on.
    var axes: Set<String> {
        switch self {
        case .constant: []
        case .reference(let axis, _): [axis]
        case .text(let pieces):
            Set(pieces.compactMap { if case .reference(let axis) = $0 { axis } else { nil } })
        case .command(_, let axes): axes
        case .array(let elements): elements.reduce(into: []) { $0.formUnion($1.axes) }
        case .object(let members): members.values.reduce(into: []) { $0.formUnion($1.axes) }
        case .choice(let axis, let choices): choices.values.reduce(into: [axis]) { $0.formUnion($1.axes) }
        case .overrides(let overrides, let otherwise): overrides.axes.union(otherwise.axes)
        }
    }

    /// The value in one cell of the matrix, which has a value on each of `axes`.
    func value(in cell: Cell) -> JSONValue {
        switch self {
        case .constant(let value): value
        case .reference(let axis, let asText):
            asText ? .string(cell[axis].text) : cell[axis].json
        case .text(let pieces):
            .string(
                pieces.map {
                    switch $0 {
                    case .literal(let text): text
                    case .reference(let axis): cell[axis].text
                    }
                }.joined())
        case .command: .string((try? command(in: cell).get()) ?? "")
        case .array(let elements): .array(elements.map { $0.value(in: cell) })
        case .object(let members): .object(members.mapValues { $0.value(in: cell) })
        case .choice(let axis, let choices): choices[Name(cell[axis].text)]?.value(in: cell) ?? .null
        case .overrides(let overrides, let otherwise):
            (overrides.last(in: cell)?.template ?? otherwise).value(in: cell)
        }
    }

    /// A command line in one cell, or why one of the cell's values cannot stand in it. Nothing for any other template.
    func command(in cell: Cell) -> Result<String, ShellTextError> {
        guard case .command(let text, let axes) = self else { return .success("") }
        return Result { () throws(ShellTextError) in try text.filled { axes.contains($0) ? cell[$0].text : nil } }
    }

    /// Where the value of one cell is written, if not with the parameter.
    func location(in cell: Cell) -> SourceLocation? {
        guard case .overrides(let overrides, _) = self else { return nil }
        return overrides.last(in: cell)?.location
    }
}

extension Template {
    /// The pieces of a text, or what is wrong with it.
    static func pieces(of text: String) -> Result<[Piece], MalformedReference> {
        var pieces: [Piece] = []
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { return .failure(MalformedReference()) }
            if start.lowerBound > rest.startIndex { pieces.append(.literal(String(rest[..<start.lowerBound]))) }
            pieces.append(.reference(axis: String(rest[start.upperBound..<end])))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { pieces.append(.literal(String(rest))) }
        return .success(pieces)
    }

    /// The first reference of a text that stands inside another and has none inside itself; nil where there is none.
    static func innerReference(of text: String) -> (name: String, range: Range<String.Index>)? {
        var rest = text.startIndex, open: [Range<String.Index>] = []
        while rest < text.endIndex {
            if text[rest...].hasPrefix("${") {
                open.append(rest..<text.index(rest, offsetBy: 2))
                rest = text.index(rest, offsetBy: 2)
                continue
            }
            let end = text.index(after: rest)
            if text[rest] == "}", let start = open.popLast(), !open.isEmpty {
                return (String(text[start.upperBound..<rest]), start.lowerBound..<end)
            }
            rest = end
        }
        return nil
    }

    /// A `${` that no `}` closes.
    struct MalformedReference: Error {}
}

extension JSONValue {
    /// The value's type in words.
    var typeName: String {
        switch self {
        case .null: "nothing"
        case .bool: "true or false"
        case .number, .integer: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "a mapping"
        }
    }
}
