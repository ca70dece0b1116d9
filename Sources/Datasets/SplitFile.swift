import Foundation

/// A domain's images in parts, in the form in which SPG's authors share theirs: a JSON object
/// `{"train": [[path, label, domain, class], …], "val": […], "test": […]}`.
public struct SplitFile: Hashable, Sendable {
    public struct Item: Hashable, Sendable {
        /// Begins with the data set's folder: `PACS/images/art_painting/dog/pic_065.jpg`.
        public var path: String
        /// The class's place among the data set's classes.
        public var label: Int
        /// The domain's place among the data set's domains.
        public var domain: Int
        public var className: String

        public init(path: String, label: Int, domain: Int, className: String) {
            self.path = path
            self.label = label
            self.domain = domain
            self.className = className
        }
    }

    public var train: [Item]
    /// `val` in the file.
    public var validation: [Item]
    /// Empty where the file has none. The authors' files repeat `val`.
    public var test: [Item]

    public init(train: [Item], validation: [Item], test: [Item]) {
        self.train = train
        self.validation = validation
        self.test = test
    }

    /// Reads a file.
    /// - Throws: `DatasetError` with the place of the first item that is none.
    public init(contentsOf path: String) throws(DatasetError) {
        let bytes = Data(try TextFile.text(of: path).utf8)
        do {
            self = try JSONDecoder().decode(SplitFile.self, from: bytes)
        } catch {
            throw .badSplit(path: path, reason: Self.reason(error))
        }
    }

    /// The names that the file of a domain may have.
    public static func names(of domain: String, letter: String?) -> [String] {
        [letter, domain].compactMap(\.self).map { "\($0)_train_val_split.json" }
    }

    private static func reason(_ error: any Error) -> String {
        let (path, problem): ([any CodingKey], String) =
            switch error {
            case DecodingError.keyNotFound(let key, _): ([], "the part “\(key.stringValue)” is missing")
            case DecodingError.typeMismatch(_, let context) where context.codingPath.count > 1,
                DecodingError.valueNotFound(_, let context) where context.codingPath.count > 1:
                (context.codingPath, "expected is [path, label, domain, class]")
            case is DecodingError: ([], "it is not JSON of the form {\"train\": […], \"val\": […]}")
            default: ([], "\(error)")
            }
        let place = path.prefix(2).map { key in key.intValue.map { "item \($0 + 1)" } ?? "“\(key.stringValue)”" }
        return (place + [problem]).joined(separator: ", ")
    }
}

extension SplitFile: Codable {
    private enum CodingKeys: String, CodingKey {
        case train, validation = "val", test
    }

    /// A split file's JSON; `test` may be left out.
    /// - Throws: `DecodingError`, which says which item is none.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        train = try container.decode([Item].self, forKey: .train)
        validation = try container.decode([Item].self, forKey: .validation)
        test = try container.decodeIfPresent([Item].self, forKey: .test) ?? []
    }
}

extension SplitFile.Item: Codable {
    /// A list of path, label, domain and class name.
    /// - Throws: `DecodingError` for any other list.
    public init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        path = try container.decode(String.self)
        label = try container.decode(Int.self)
        domain = try container.decode(Int.self)
        className = try container.decode(String.self)
    }

    /// A list of path, label, domain and class name.
    /// - Throws: `EncodingError`, where the encoder takes no list.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(path)
        try container.encode(label)
        try container.encode(domain)
        try container.encode(className)
    }
}

extension SplitFile {
    /// The file's bytes, laid out as the authors' are, so that the two can be compared line by line.
    public var encoded: Data {
        func list(_ items: [Item]) -> String {
            guard !items.isEmpty else { return "[]" }
            let lines = items.map { item in
                let values = [Self.quoted(item.path), "\(item.label)", "\(item.domain)", Self.quoted(item.className)]
                return "        [\n" + values.map { "            \($0)" }.joined(separator: ",\n") + "\n        ]"
            }
            return "[\n" + lines.joined(separator: ",\n") + "\n    ]"
        }
        let parts = [("train", train), ("val", validation), ("test", test)]
        return Data(("{\n" + parts.map { "    \"\($0)\": \(list($1))" }.joined(separator: ",\n") + "\n}").utf8)
    }

    /// A JSON text in ASCII.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for unit in text.utf16 {
            switch unit {
            case 0x22: quoted += "\\\""
            case 0x5c: quoted += "\\\\"
            case 0x20...0x7e: quoted.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
            default:
                let digits = String(unit, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return quoted + "\""
    }
}
