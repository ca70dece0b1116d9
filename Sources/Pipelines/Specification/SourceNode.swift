import Foundation
import Yams

/// A node of a YAML file that knows where it stands, so that whoever reads it can say what is wrong with it.
struct SourceNode {
    let node: Node
    let file: String
    let path: [String]

    /// One member of a mapping: the key, where the key stands, and the value.
    struct Member {
        let name: String
        let key: SourceNode
        let value: SourceNode
    }

    /// Reads a whole file.
    /// - Throws: `SpecificationError` where the file cannot be read, is no YAML, or is empty.
    init(contentsOf url: URL) throws(SpecificationError) {
        let file = url.relativePath
        let data: Data
        do { data = try Data(contentsOf: url) } catch {
            throw SpecificationError("the file cannot be read: \(reason(error))", file: file)
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw SpecificationError("the file is not UTF-8 text", file: file)
        }
        try self.init(text: text, file: file)
    }

    init(text: String, file: String) throws(SpecificationError) {
        self.file = file
        path = []
        // The basic resolver leaves plain scalars as they are written: `on` stays a key, not YAML 1.1's true.
        do {
            guard let root = try Parser(yaml: text, resolver: .basic).singleRoot() else {
                throw SpecificationError("the file is empty; a pipeline has the keys \(Specification.keyList)", file: file)
            }
            node = root
        } catch let error as SpecificationError {
            throw error
        } catch let error as YamlError {
            throw SpecificationError(error, text: text, file: file)
        } catch {
            throw SpecificationError("the file is no YAML: \(error)", file: file)
        }
    }

    private init(node: Node, file: String, path: [String]) {
        self.node = node
        self.file = file
        self.path = path
    }

    var location: SourceLocation {
        SourceLocation(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    func error(_ message: String) -> SpecificationError {
        SpecificationError(message, at: location, keyPath: path.joined(separator: "."))
    }

    /// The node in words, for “expected …, found …”.
    var found: String {
        switch node {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        case .scalar(let scalar) where isNull: scalar.string.isEmpty ? "nothing" : "\(scalar.string)"
        case .scalar(let scalar): isPlain && plainNumber != nil ? "the number \(scalar.string)" : "“\(scalar.string)”"
        }
    }

    // MARK: Mappings and lists

    /// The members of a mapping, in the order of the file.
    func members(_ what: String) throws(SpecificationError) -> [Member] {
        guard case .mapping(let mapping) = node else { throw error("expected \(what), found \(found)") }
        var members: [Member] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                throw SourceNode(node: key, file: file, path: path).error("a key must be a word")
            }
            let path = path + [scalar.string]
            members.append(
                Member(
                    name: scalar.string, key: SourceNode(node: key, file: file, path: path),
                    value: SourceNode(node: value, file: file, path: path)))
        }
        return members
    }

    /// The members of a mapping that may have certain keys only.
    func members(_ what: String, among known: [String]) throws(SpecificationError) -> [Member] {
        let members = try members(what)
        if let odd = members.first(where: { !known.contains($0.name) }) {
            throw odd.key.error("unknown key\(suggestion(for: odd.name, among: known))")
        }
        return members
    }

    /// The elements of a list that has at least one.
    func elements(_ what: String) throws(SpecificationError) -> [SourceNode] {
        guard case .sequence(let sequence) = node else { throw error("expected \(what), found \(found)") }
        return sequence.enumerated().map { SourceNode(node: $1, file: file, path: path + ["\($0)"]) }
    }

    // MARK: Scalars

    private var scalar: Node.Scalar? {
        guard case .scalar(let scalar) = node else { return nil }
        return scalar
    }

    /// Written without quotes.
    var isPlain: Bool { scalar?.style == .plain }

    var isNull: Bool { isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar?.string ?? "") }

    /// The truth value that a plain scalar stands for (YAML 1.2: `yes` and `on` are words).
    var plainBool: Bool? {
        guard isPlain, let text = scalar?.string else { return nil }
        return ["true": true, "True": true, "false": false, "False": false][text]
    }

    /// The finite number that a plain scalar stands for.
    var plainNumber: Double? {
        guard isPlain, let text = scalar?.string, text.allSatisfy({ "0123456789.+-eE".contains($0) }),
            let number = Double(text), number.isFinite
        else { return nil }
        return number
    }

    /// The scalar's text as written, or nil for a mapping or a list.
    var scalarText: String? { scalar?.string }

    /// A name or a path: any scalar that is not empty.
    func text(_ what: String) throws(SpecificationError) -> String {
        guard let text = scalarText, !isNull, !text.isEmpty else { throw error("expected \(what), found \(found)") }
        return text
    }
}

extension [SourceNode.Member] {
    /// The member with a name.
    subscript(_ name: String) -> SourceNode.Member? { first { $0.name == name } }
}

extension SpecificationError {
    fileprivate init(_ error: YamlError, text: String, file: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let line = lines.indices.contains(mark.line - 1) ? lines[mark.line - 1] : ""
            let isTab = line.unicodeScalars.dropFirst(mark.column - 1).first == "\t"
            let detail = context.map { " \($0.text), from line \($0.mark.line) on" } ?? ""
            let hint = isTab ? "; YAML is indented with spaces, never with tabs" : ""
            self.init(
                "the file is no YAML: \(problem)\(detail)\(hint)",
                at: SourceLocation(file: file, line: mark.line, column: mark.column))
        case .duplicatedKeysInMapping(let names, let context):
            self.init(
                "the key \(names.map { "“\($0)”" }.joined(separator: ", ")) is given more than once; first here",
                at: SourceLocation(file: file, line: context.mark.line, column: context.mark.column))
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0)
            let line = before.count { $0.isNewline } + 1
            let column = before.reversed().prefix { !$0.isNewline }.count + 1
            self.init(
                "the file is no YAML: \(problem)", at: SourceLocation(file: file, line: line, column: column))
        default:
            self.init("the file is no YAML: \(error)", file: file)
        }
    }
}

/// What went wrong with a file, without Foundation's wrapping.
private func reason(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile: "there is no such file"
    case .fileReadNoPermission: "permission denied"
    default: (error as? CocoaError)?.underlying.map { "\($0)" } ?? "\(error.localizedDescription)"
    }
}
