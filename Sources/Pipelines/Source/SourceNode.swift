import ArtifactStore

/// A value of a pipeline file together with the keys that lead to it, so that whoever reads it can say what is wrong with it.
struct SourceNode {
    let tree: SourceTree
    let path: [String]

    /// One member of a mapping: the key, where the key stands, and the value.
    struct Member {
        let name: String
        let key: SourceNode
        let value: SourceNode
    }

    init(_ tree: SourceTree, path: [String] = []) {
        self.tree = tree
        self.path = path
    }

    var location: SourceLocation { tree.location }

    func error(_ message: String) -> SpecificationError {
        SpecificationError(message, at: location, keyPath: path.joined(separator: "."))
    }

    /// The node in words, for “expected …, found …”.
    var found: String {
        switch tree.content {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar(let text, _) where isNull: text.isEmpty ? "nothing" : text
        case .scalar(let text, _): isPlain && plainNumber != nil ? "the number \(text)" : "“\(text)”"
        }
    }

    // MARK: Mappings and lists

    /// The members of a mapping, in the order of the file.
    func members(_ what: String) throws(SpecificationError) -> [Member] {
        guard case .mapping(let entries) = tree.content else { throw error("expected \(what), found \(found)") }
        return entries.map { entry in
            let path = path + [entry.name]
            let key = SourceTree(.scalar(entry.name, isPlain: true), at: entry.location)
            return Member(
                name: entry.name, key: SourceNode(key, path: path), value: SourceNode(entry.value, path: path))
        }
    }

    /// The members of a mapping that may have certain keys only.
    func members(_ what: String, among known: [String]) throws(SpecificationError) -> [Member] {
        let members = try members(what)
        if let odd = members.first(where: { !known.contains($0.name) }) {
            throw odd.key.error("unknown key\(suggestion(for: odd.name, among: known))")
        }
        return members
    }

    /// The elements of a list.
    func elements(_ what: String) throws(SpecificationError) -> [SourceNode] {
        guard case .sequence(let elements) = tree.content else { throw error("expected \(what), found \(found)") }
        return elements.enumerated().map { SourceNode($1, path: path + ["\($0)"]) }
    }

    // MARK: Scalars

    /// The scalar's text as written, or nil for a mapping or a list.
    var scalarText: String? { if case .scalar(let text, _) = tree.content { text } else { nil } }

    /// Written without quotes.
    var isPlain: Bool { if case .scalar(_, true) = tree.content { true } else { false } }

    var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(scalarText ?? "") }

    /// The truth value that a plain scalar stands for (YAML 1.2: `yes` and `on` are words).
    var plainBool: Bool? {
        guard isPlain, let text = scalarText else { return nil }
        return ["true": true, "True": true, "false": false, "False": false][text]
    }

    /// The finite number that a plain scalar stands for.
    var plainNumber: JSONValue? {
        guard isPlain, let text = scalarText, text.allSatisfy({ "0123456789.+-eE".contains($0) }) else { return nil }
        return JSONValue(number: text)
    }

    /// A whole number.
    func whole(_ what: String, in range: ClosedRange<Int>) throws(SpecificationError) -> Int {
        guard let number = plainNumber?.number, let whole = Int(exactly: number), range.contains(whole) else {
            throw error("expected a whole number of \(what) from \(range.lowerBound) to \(range.upperBound), found \(found)")
        }
        return whole
    }

    /// A name or a path: any scalar that is not empty. The values of axes are not known where it stands.
    func text(_ what: String) throws(SpecificationError) -> String {
        guard let text = scalarText, !isNull, !text.isEmpty else { throw error("expected \(what), found \(found)") }
        guard !text.contains("${") else {
            throw error("expected \(what), found “\(text)”: only a stage's parameters can name an axis of the matrix")
        }
        return text
    }
}

extension [SourceNode.Member] {
    /// The member with a name.
    subscript(_ name: String) -> SourceNode.Member? { first { $0.name == name } }
}
