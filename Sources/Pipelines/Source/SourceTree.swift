import Datasets
import Foundation
import Yams

/// A YAML document as values that know where they stand. Unlike Yams' own nodes they can be put together from several files
/// and from the command line, and each keeps its place.
struct SourceTree: Hashable, Sendable {
    indirect enum Content: Hashable, Sendable {
        case mapping([Entry])
        case sequence([SourceTree])
        case scalar(String, isPlain: Bool)
    }

    struct Entry: Hashable, Sendable {
        var name: String
        var location: SourceLocation
        var value: SourceTree
    }

    var content: Content
    var location: SourceLocation

    init(_ content: Content, at location: SourceLocation) {
        self.content = content
        self.location = location
    }

    /// Reads a whole file.
    /// - Throws: `SpecificationError` where the file cannot be read, is no YAML, or is empty.
    init(contentsOf url: URL) throws(SpecificationError) {
        let file = url.relativePath
        let data: Data
        do { data = try Data(contentsOf: url) } catch {
            throw SpecificationError("the file cannot be read: \(reason(error))", file: file)
        }
        let text: String
        do { text = try TextFile.text(data) } catch {
            throw SpecificationError("the file cannot be read: \(error)", file: file)
        }
        try self.init(text: text, file: file)
    }

    init(text: String, file: String) throws(SpecificationError) {
        guard let root = try Self.compose(text, file: file) else {
            let message = "the file is empty; a pipeline has the keys \(Specification.keyList)"
            throw SpecificationError(message, file: file)
        }
        var budget = SourceBudget()
        try self.init(root, &budget) { node in
            SourceLocation(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        }
    }

    /// Reads a value that was given on the command line. All of it stands at one place.
    init(argument text: String, at location: SourceLocation) throws(SpecificationError) {
        do {
            guard let root = try Self.compose(text, file: location.file) else {
                self.init(.scalar("", isPlain: true), at: location)
                return
            }
            var budget = SourceBudget()
            try self.init(root, &budget) { _ in location }
        } catch {
            throw SpecificationError("“\(text)” is not a valid YAML value", at: location)
        }
    }

    private static func collectionAsKey(at location: SourceLocation) -> SpecificationError {
        SpecificationError("a key must be a word, not a list, a mapping or an alias of one", at: location)
    }

    private static func compose(_ text: String, file: String) throws(SpecificationError) -> Node? {
        if let (line, column) = YAMLKeys.firstCollection(in: text) {
            throw collectionAsKey(at: SourceLocation(file: file, line: line, column: column))
        }
        // The basic resolver leaves plain scalars as they are written: `on` stays a key, not YAML 1.1's true.
        do {
            return try Parser(yaml: text, resolver: .basic).singleRoot()
        } catch let error as YamlError {
            throw SpecificationError(error, text: text, file: file)
        } catch {
            throw SpecificationError("the file is not valid YAML: \(error)", file: file)
        }
    }

    private init(
        _ node: Node, _ budget: inout SourceBudget, location: (Node) -> SourceLocation
    ) throws(SpecificationError) {
        self.location = location(node)
        try budget.spendValue(at: self.location)
        switch node {
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                guard case .scalar(let scalar) = key else { throw Self.collectionAsKey(at: location(key)) }
                guard scalar.string != "<<" else {
                    throw SpecificationError(
                        "YAML's merge key “<<” is not supported; put what is shared in a separate file and use "
                            + "“extends: FILE”, or put it under “values” and use ${values.NAME}", at: location(key))
                }
                entries.append(
                    Entry(
                        name: scalar.string, location: location(key),
                        value: try SourceTree(value, &budget, location: location)))
            }
            content = .mapping(entries)
        case .sequence(let sequence):
            var elements: [SourceTree] = []
            for element in sequence { elements.append(try SourceTree(element, &budget, location: location)) }
            content = .sequence(elements)
        case .scalar(let scalar):
            content = .scalar(scalar.string, isPlain: try Self.isPlain(scalar, at: self.location))
        case .alias: throw SpecificationError("this alias refers to no anchor", at: self.location)
        }
    }
}

extension SourceTree {
    /// Whether a scalar is read as the number, truth value or nothing that it looks like: where it has no quotes, unless a tag
    /// says otherwise.
    private static func isPlain(_ scalar: Node.Scalar, at location: SourceLocation) throws(SpecificationError) -> Bool {
        switch scalar.tag.description.split(separator: ":").last {
        case nil: scalar.style == .plain
        case "str", "!": false
        case "int", "float", "bool", "null": true
        case let tag?:
            throw SpecificationError(
                "the tag “\(tag)” has no meaning here; numbers are written plainly, texts in quotes", at: location)
        }
    }

    /// The members of a mapping; none for anything else.
    var entries: [Entry] { if case .mapping(let entries) = content { entries } else { [] } }

    /// The value of a mapping's member, or the element of a list by its number from 0.
    subscript(_ name: String) -> SourceTree? {
        switch content {
        case .mapping(let entries): entries.first { $0.name == name }?.value
        case .sequence(let elements): Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        case .scalar: nil
        }
    }

    /// `~`, `null` or nothing.
    var isNull: Bool { SourceNode(self).isNull }
}

/// What went wrong with a file, without Foundation's wrapping.
func reason(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile: "there is no such file"
    case .fileReadNoPermission: "permission denied"
    default: (error as? CocoaError)?.underlying.map { "\($0)" } ?? "\(error.localizedDescription)"
    }
}
