import Foundation

/// The validated header of a safetensors file.
struct SafetensorsHeader {
    /// The bytes before the first number: the length field and the JSON text.
    let byteCount: Int
    let entries: [String: Safetensors.Entry]
    /// What the file says about itself.
    let metadata: [String: String]

    /// The most JSON the format allows.
    private static let longestText = 100_000_000
    /// The most tensors that are read: parsing a list takes time, and models have some hundreds.
    private static let mostTensors = 1 << 16

    /// Reads the header of a whole file and checks it against the file's size.
    /// - Precondition: `file.startIndex` is 0.
    init(decoding file: Data) throws(TensorFileError.Problem) {
        guard file.count >= 8 else { throw .truncated("it has \(file.count) bytes, fewer than its length field") }
        let length = file.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard length <= Self.longestText else {
            throw .malformed("its header claims \(length) bytes; the format allows \(Self.longestText)")
        }
        guard Int(length) <= file.count - 8 else {
            throw .truncated("its header claims \(length) bytes and \(file.count - 8) follow")
        }
        byteCount = 8 + Int(length)
        let text = file[8..<byteCount]
        guard text.first == UInt8(ascii: "{") else { throw .malformed("its header is not a JSON object") }
        // Each tensor's entry is an object inside the list's.
        guard text.count(where: { $0 == UInt8(ascii: "{") }) <= Self.mostTensors + 1 else {
            throw .refused("it has more than \(Self.mostTensors) tensors, which no model has")
        }
        do {
            let listing = try JSONDecoder().decode(SafetensorsListing.self, from: text)
            (entries, metadata) = (listing.entries, listing.metadata)
        } catch {
            throw .malformed("its header cannot be parsed: \(Self.explanation(of: error))")
        }
        try validate(available: file.count - byteCount)
    }

    /// Every tensor has the size its shape claims, and together they fill the rest of the file, without gap or overlap.
    private func validate(available: Int) throws(TensorFileError.Problem) {
        let ordered = entries.sorted {
            ($0.value.byteRange.lowerBound, $0.value.byteRange.upperBound, $0.key)
                < ($1.value.byteRange.lowerBound, $1.value.byteRange.upperBound, $1.key)
        }
        var end = 0
        var previous: String?
        for (name, entry) in ordered {
            let range = entry.byteRange
            guard let claimed = entry.elementType.byteCount(of: entry.shape), claimed == range.count else {
                throw .malformed(
                    "tensor \"\(name)\" of shape \(entry.shape) and type \(entry.elementType.rawValue) cannot have "
                        + "\(range.count) bytes")
            }
            guard range.upperBound <= available else {
                throw .truncated("tensor \"\(name)\" ends at byte \(range.upperBound) of \(available) there are")
            }
            if range.lowerBound < end, let previous {
                throw .malformed("tensors \"\(previous)\" and \"\(name)\" overlap")
            }
            guard range.lowerBound == end else {
                throw .malformed("bytes \(end) to \(range.lowerBound), before tensor \"\(name)\", belong to no tensor")
            }
            (end, previous) = (range.upperBound, name)
        }
        guard end == available else { throw .malformed("its last \(available - end) bytes belong to no tensor") }
    }

    private static func explanation(of error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "\(path(context)) has no \"\(key.stringValue)\""
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context):
            "\(path(context)): \(context.debugDescription)"
        default:
            "\(error)"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }
        return path.isEmpty ? "header" : "\"" + path.joined(separator: "/") + "\""
    }
}

extension Safetensors.Entry: Codable {
    private enum CodingKeys: String, CodingKey {
        case elementType = "dtype", shape, byteRange = "data_offsets"
    }

    /// Reads an entry of the header.
    /// - Throws: a `DecodingError` if a field is missing, the element type is unknown, an extent is negative, or the
    ///   offsets are no range of bytes.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let type = try fields.decode(String.self, forKey: .elementType)
        guard let elementType = ElementType(rawValue: type) else {
            throw DecodingError.dataCorruptedError(
                forKey: .elementType, in: fields, debugDescription: "\"\(type)\" is not a known element type")
        }
        self.elementType = elementType
        shape = try fields.decode([Int].self, forKey: .shape)
        guard shape.allSatisfy({ $0 >= 0 }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .shape, in: fields, debugDescription: "\(shape) has a negative extent")
        }
        let offsets = try fields.decode([Int].self, forKey: .byteRange)
        guard offsets.count == 2, 0 <= offsets[0], offsets[0] <= offsets[1] else {
            throw DecodingError.dataCorruptedError(
                forKey: .byteRange, in: fields, debugDescription: "\(offsets) is not a range of bytes")
        }
        byteRange = offsets[0]..<offsets[1]
    }

    /// Writes an entry of the header.
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(elementType, forKey: .elementType)
        try fields.encode(shape, forKey: .shape)
        try fields.encode([byteRange.lowerBound, byteRange.upperBound], forKey: .byteRange)
    }
}

/// The JSON object itself: tensors by name, and perhaps one entry of free text about the file.
struct SafetensorsListing: Codable {
    var entries: [String: Safetensors.Entry] = [:]
    var metadata: [String: String] = [:]

    /// The entry of free text.
    static let metadataName = "__metadata__"

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(_ entries: [String: Safetensors.Entry], metadata: [String: String]) {
        (self.entries, self.metadata) = (entries, metadata)
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Name.self)
        for (name, entry) in entries { try object.encode(entry, forKey: Name(stringValue: name)) }
        if !metadata.isEmpty { try object.encode(metadata, forKey: Name(stringValue: Self.metadataName)) }
    }

    init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Name.self)
        for name in object.allKeys {
            if name.stringValue == Self.metadataName {
                metadata = try object.decode([String: String].self, forKey: name)
            } else {
                entries[name.stringValue] = try object.decode(Safetensors.Entry.self, forKey: name)
            }
        }
    }
}
