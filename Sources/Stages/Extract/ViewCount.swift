import PromptLearning

/// How many random crops of each image there are to train on.
public enum ViewCount: Hashable, Sendable {
    /// As many, encoded once; a step draws one of them for each image.
    case count(Int)
    /// A fresh one in every epoch, encoded by the training that comes to it first.
    case everyEpoch

    /// What `everyEpoch` is called.
    static let everyEpochName = "everyEpoch"

    /// How many are encoded beforehand.
    var encoded: Int { if case .count(let count) = self { count } else { 0 } }
}

extension ViewCount: CustomStringConvertible {
    public var description: String {
        switch self {
        case .count(let count): "\(count)"
        case .everyEpoch: Self.everyEpochName
        }
    }
}

extension ViewCount: Codable {
    /// Reads a number, or the word `everyEpoch`.
    /// - Throws: a `DecodingError` for anything else.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let count = try? value.decode(Int.self) {
            self = .count(count)
            return
        }
        guard try value.decode(String.self) == Self.everyEpochName else {
            throw DecodingError.dataCorruptedError(in: value, debugDescription: "no number, and not everyEpoch")
        }
        self = .everyEpoch
    }

    /// Writes the number, or the word `everyEpoch`.
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .count(let count): try value.encode(count)
        case .everyEpoch: try value.encode(Self.everyEpochName)
        }
    }
}

extension ViewCount: ParameterValue {
    public static var form: ParameterForm { .whole(orWords: [everyEpochName]) }
}
