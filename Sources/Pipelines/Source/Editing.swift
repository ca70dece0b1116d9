/// A change of a pipeline file that is made on the command line: `stages.generator.with.learningRate=2e-4`.
public struct SpecificationEdit: Hashable, Sendable {
    let path: [String]
    let value: SourceTree
    let location: SourceLocation

    /// - Parameter path: the keys that lead to the value.
    init(_ path: [String], _ value: SourceTree, at location: SourceLocation) {
        (self.path, self.value, self.location) = (path, value, location)
    }

    /// - Parameter argument: keys joined by full stops, `=`, and a value as YAML writes it.
    /// - Throws: `SpecificationError` where there is no key or no `=`, or where the value is no YAML.
    public init(_ argument: String) throws(SpecificationError) {
        let location = SourceLocation(argument: "--set \(argument)")
        guard let sign = argument.firstIndex(of: "=") else {
            throw SpecificationError("expected KEY.PATH=VALUE, such as stages.prompts.with.epochs=50", at: location)
        }
        let path = argument[..<sign].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard path[0] != "extends" else {
            throw SpecificationError("what a file extends is read before its values are set; set those values", at: location)
        }
        guard path.allSatisfy({ !$0.isEmpty }) else {
            throw SpecificationError("expected KEY.PATH=VALUE, such as stages.prompts.with.epochs=50", at: location)
        }
        let value = try SourceTree(argument: String(argument[argument.index(after: sign)...]), at: location)
        self.init(path, value, at: location)
    }
}

extension SpecificationEdit {
    /// A value of the key `tune` that an option gives: the same as in the file.
    /// - Parameters:
    ///   - key: under `tune`.
    ///   - value: as YAML writes it.
    ///   - option: as it was typed.
    /// - Throws: `SpecificationError` where the value is no YAML.
    public static func tuning(_ key: String, _ value: String, option: String) throws(SpecificationError) -> Self {
        let location = SourceLocation(argument: option)
        return Self(["tune", key], try SourceTree(argument: value, at: location), at: location)
    }

    /// What `--value` gives: a value to choose for a row.
    /// - Parameter argument: keys joined by full stops, `=`, and a list or a range as YAML writes it.
    /// - Throws: `SpecificationError` where there is no key or no `=`, or where what follows is no YAML.
    public static func choosing(_ argument: String, row: String) throws(SpecificationError) -> Self {
        let location = SourceLocation(argument: "--value \(argument)")
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else {
            throw SpecificationError(
                "expected KEY.PATH=[VALUE, …], such as stages.prompts.with.learningRate=[0.01, 0.1]", at: location)
        }
        let value = try SourceTree(argument: String(argument[argument.index(after: sign)...]), at: location)
        return Self(["tune", "rows", row, String(argument[..<sign])], value, at: location)
    }

    /// Refuses an edit of which a later one leaves nothing: one for the same value, or for all that it is a part of.
    static func checkOverlaps(of edits: [SpecificationEdit]) throws(SpecificationError) {
        for (index, edit) in edits.enumerated() {
            guard let earlier = edits[..<index].first(where: { $0.path.starts(with: edit.path) }) else { continue }
            throw SpecificationError(
                "this would undo \(earlier.location); leave one of the two out", at: edit.location,
                keyPath: edit.path.joined(separator: "."))
        }
    }
}

extension SourceTree {
    /// The tree with a value put in place of the one that is there, or added to the mapping that it belongs to.
    /// - Throws: `SpecificationError` at the edit's place where there is nothing that it could belong to.
    func edited(_ edit: SpecificationEdit) throws(SpecificationError) -> SourceTree {
        try replacing(edit.path[...], with: edit.value, above: [], at: edit.location)
    }

    /// What a file may leave out, and an edit may bring in with what is under it.
    private static func isOptional(_ path: [String]) -> Bool {
        ["with", "values", "matrix", "results"].contains(path.last) || path.first == "tune"
    }

    private func replacing(
        _ path: ArraySlice<String>, with value: SourceTree, above: [String], at location: SourceLocation
    ) throws(SpecificationError) -> SourceTree {
        guard let key = path.first else { return value }
        let rest = path.dropFirst(), here = above + [key]
        func error(_ message: String) -> SpecificationError {
            SpecificationError(message, at: location, keyPath: here.joined(separator: "."))
        }
        switch content {
        case .mapping(var entries):
            if let index = entries.firstIndex(where: { $0.name == key }) {
                entries[index].value = try entries[index].value.replacing(rest, with: value, above: here, at: location)
                if rest.isEmpty { entries[index].location = location }
            } else {
                guard rest.isEmpty || Self.isOptional(here) else {
                    throw error("unknown key\(suggestion(for: key, among: entries.map(\.name)))")
                }
                let empty = SourceTree(.mapping([]), at: location)
                entries.append(
                    Entry(
                        name: key, location: location,
                        value: try empty.replacing(rest, with: value, above: here, at: location)))
            }
            return SourceTree(.mapping(entries), at: self.location)
        case .sequence(var elements):
            guard let index = Int(key), elements.indices.contains(index) else {
                throw error("expected the number of one of the list's \(elements.count) elements, from 0")
            }
            elements[index] = try elements[index].replacing(rest, with: value, above: here, at: location)
            return SourceTree(.sequence(elements), at: self.location)
        case .scalar:
            throw error("“\(above.joined(separator: "."))” is a single value, with nothing under it")
        }
    }
}
