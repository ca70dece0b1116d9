/// What a query may be before SQLite sees it: some pragmas do what they say while they are being prepared, and to the whole
/// process, whatever the connection may do.
enum QueryRules {
    /// Pragmas that only tell something. Those of `named` take the name of a table or an index, or a number of lines.
    private static let named: Set<String> = [
        "foreign_key_check", "foreign_key_list", "index_info", "index_list", "index_xinfo", "integrity_check", "quick_check",
        "table_info", "table_list", "table_xinfo",
    ]
    private static let silent: Set<String> = [
        "application_id", "collation_list", "compile_options", "data_version", "database_list", "encoding", "foreign_keys",
        "freelist_count", "function_list", "journal_mode", "module_list", "page_count", "page_size", "pragma_list",
        "schema_version", "synchronous", "user_version",
    ]

    /// - Throws: `StoreError.badQuery` for a pragma that sets something, in any of several statements.
    static func check(_ sql: String) throws(StoreError) {
        var words = Words(sql), statement: [String] = []
        while let word = words.next() {
            if word == ";" { statement = [] } else { statement.append(word) }
            guard let start = statement.firstIndex(of: "pragma"),
                ["", "explain", "explain query plan"].contains(statement[..<start].joined(separator: " "))
            else { continue }
            var rest: [String] = []
            while let word = words.next(), word != ";" { rest.append(word) }
            if rest.dropFirst().first == "." { rest.removeFirst(2) }
            let name = rest.first ?? ""
            guard silent.contains(name) && rest.count == 1 || named.contains(name) && !rest.contains("=") else {
                throw .badQuery("PRAGMA \(name) may set something, and a query only asks")
            }
            statement = []
        }
    }

    /// The words of a statement in small letters, and whatever else is none, sign by sign; comments are passed over.
    private struct Words {
        private var rest: Substring.UTF8View
        /// What ends a name that begins with a sign.
        private static let quotes: [UInt8: UInt8] = [
            UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "'"): UInt8(ascii: "'"), UInt8(ascii: "`"): UInt8(ascii: "`"),
            UInt8(ascii: "["): UInt8(ascii: "]"),
        ]

        init(_ text: String) { rest = text[...].utf8 }

        mutating func next() -> String? {
            while let byte = rest.first {
                if Self.isSpace(byte) {
                    rest = rest.dropFirst()
                } else if rest.starts(with: "--".utf8) {
                    rest = rest.drop { $0 != UInt8(ascii: "\n") }
                } else if rest.starts(with: "/*".utf8) {
                    rest = rest.dropFirst(2)
                    while !rest.isEmpty, !rest.starts(with: "*/".utf8) { rest = rest.dropFirst() }
                    rest = rest.dropFirst(2)
                } else {
                    break
                }
            }
            guard let first = rest.first else { return nil }
            // Names may stand in quotes.
            if let end = Self.quotes[first] {
                let word = rest.dropFirst().prefix { $0 != end }
                rest = rest.dropFirst(word.count + 2)
                return String(decoding: word, as: UTF8.self).lowercased()
            }
            let word = rest.prefix(while: Self.isLetter)
            guard word.isEmpty else {
                rest = rest.dropFirst(word.count)
                return String(decoding: word, as: UTF8.self).lowercased()
            }
            rest = rest.dropFirst()
            return String(decoding: [first], as: UTF8.self)
        }

        private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

        private static func isLetter(_ byte: UInt8) -> Bool {
            byte >= 0x80 || byte == UInt8(ascii: "_") || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        }
    }
}
