import CYaml

/// The places of a YAML text where a mapping has a key that is no scalar, but a list or a mapping, or an alias of one.
///
/// Yams composes a document whole, and compares each mapping's keys by all that they stand for: nested ten deep, a few
/// lines of aliases are ten billion values. The parser under it (CYaml, which is libyaml) says where keys stand without
/// putting anything together.
struct YAMLKeys {
    private var parser = yaml_parser_t()
    /// The collections that the parser is in, from the outermost.
    private var open: [Collection] = []
    /// What the anchors that are behind the parser stand for: whether that is a scalar.
    private var isScalar: [String: Bool] = [:]

    private struct Collection {
        let anchor: String?
        let isMapping: Bool
        /// How many nodes of it, keys and values alike, have begun.
        var count = 0
    }

    /// The first such place; nil where there is none before the text ends, or ceases to be YAML.
    static func firstCollection(in text: String) -> (line: Int, column: Int)? {
        var text = text
        return text.withUTF8 { bytes in
            var keys = YAMLKeys()
            yaml_parser_initialize(&keys.parser)
            defer { yaml_parser_delete(&keys.parser) }
            yaml_parser_set_encoding(&keys.parser, YAML_UTF8_ENCODING)
            yaml_parser_set_input_string(&keys.parser, bytes.baseAddress, bytes.count)
            return keys.firstCollection()
        }
    }

    private mutating func firstCollection() -> (line: Int, column: Int)? {
        var event = yaml_event_t()
        while yaml_parser_parse(&parser, &event) == 1 {
            defer { yaml_event_delete(&event) }
            let place = (line: event.start_mark.line + 1, column: event.start_mark.column + 1)
            switch event.type {
            case YAML_SCALAR_EVENT:
                _ = begin()
                note(Self.name(event.data.scalar.anchor), isScalar: true)
            case YAML_ALIAS_EVENT:
                let isScalar = Self.name(event.data.alias.anchor).flatMap { self.isScalar[$0] } ?? true
                if begin(), !isScalar { return place }
            case YAML_SEQUENCE_START_EVENT:
                if begin() { return place }
                open.append(Collection(anchor: Self.name(event.data.sequence_start.anchor), isMapping: false))
            case YAML_MAPPING_START_EVENT:
                if begin() { return place }
                open.append(Collection(anchor: Self.name(event.data.mapping_start.anchor), isMapping: true))
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
                note(open.removeLast().anchor, isScalar: false)
            case YAML_STREAM_END_EVENT:
                return nil
            default:
                break
            }
        }
        return nil
    }

    /// Counts one node more of the collection that the parser is in.
    /// - Returns: whether it is a mapping's key.
    private mutating func begin() -> Bool {
        guard let last = open.indices.last else { return false }
        defer { open[last].count += 1 }
        return open[last].isMapping && open[last].count.isMultiple(of: 2)
    }

    private mutating func note(_ anchor: String?, isScalar: Bool) {
        if let anchor { self.isScalar[anchor] = isScalar }
    }

    private static func name(_ anchor: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        anchor.map { String(cString: $0) }
    }
}
