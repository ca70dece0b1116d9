import Foundation
import Tensors

/// What a checkpoint is, for people: the rows that `spg checkpoint inspect` prints.
public struct CheckpointDescription: Sendable {
    public struct Row: Sendable, Equatable {
        public let label: String
        public let value: String
    }

    public private(set) var rows: [Row] = []

    /// Reads a checkpoint as a model would be made of it.
    /// - Throws: what `Checkpoint.read` throws. A checkpoint without a fitting tokenizer is described, too.
    public init(of checkpoint: Checkpoint) throws(CheckpointError) {
        let (text, entries) = try checkpoint.read { reader in
            _ = VisionWeights(from: &reader)
            return (CLIPText.Weights(from: &reader), reader.entriesRead)
        }
        add("weights", checkpoint.weightsURL.path)
        add("format", Self.format(of: checkpoint))
        describe(checkpoint.architecture)
        describe(checkpoint.configuration, of: checkpoint.architecture)
        add("numbers", Self.elementTypes(of: entries))
        add("parameters", Self.grouped(Self.parameterCount(of: entries)))
        add("logit scale", String(format: "%.4g", text.logitScale))
        do {
            _ = try checkpoint.tokenizer()
            add("tokenizer", try checkpoint.tokenizerURL().path)
        } catch {
            add("tokenizer", "\(error)")
        }
    }

    /// One line for each row, values below each other.
    public var text: String {
        let width = rows.map(\.label.count).max() ?? 0
        return rows.map { $0.label.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.value }
            .joined(separator: "\n")
    }

    private mutating func add(_ label: String, _ value: String) {
        rows.append(Row(label: label, value: value))
    }
}

extension CheckpointDescription {
    private mutating func describe(_ architecture: Architecture) {
        add("model", architecture.name)
        add("image", "\(architecture.resolution)×\(architecture.resolution) pixels")
        switch architecture.imageTower {
        case .transformer(let patch, let layers):
            add(
                "image encoder",
                "vision transformer, width \(architecture.imageWidth), \(layers.counting("layer")), patch \(patch)")
        case .resNet(let blocks):
            add(
                "image encoder",
                "modified ResNet, width \(architecture.imageWidth), blocks "
                    + blocks.map(String.init).joined(separator: "-"))
        }
        add(
            "text encoder",
            "transformer, width \(architecture.textWidth), \(architecture.textLayers.counting("layer")), context "
                + "\(architecture.contextLength), \(Self.grouped(architecture.vocabularyCount)) tokens")
        add("embedding", "\(architecture.dimension) features")
    }

    private mutating func describe(_ configuration: ModelConfiguration, of architecture: Architecture) {
        let conventions = configuration.conventions
        add("activation", "\(conventions.activation) (\(configuration.assumption ?? configuration.modelFile))")
        func heads(_ width: Int, _ headWidth: Int) -> String { "\(width / max(1, headWidth)) of width \(headWidth)" }
        add(
            "heads",
            "image \(heads(architecture.imageAttentionWidth, conventions.imageHeadWidth)), "
                + "text \(heads(architecture.textWidth, conventions.textHeadWidth))")
        if configuration.mean != nil || configuration.standardDeviation != nil {
            add("normalization", "not OpenAI's; from \(configuration.files.last ?? configuration.modelFile)")
        }
    }

    private static func format(of checkpoint: Checkpoint) -> String {
        let scheme = checkpoint.weights.scheme
        let names = scheme.family == .openAI ? "OpenAI's names" : "Hugging Face's names"
        let prefix = scheme.prefix.isEmpty ? "" : " after \"\(scheme.prefix)\""
        return "\(checkpoint.weights.file.format), \(names)\(prefix)"
    }

    /// Such as “F16 (302 tensors), F32 (1 tensor)”.
    private static func elementTypes(of entries: [String: TensorEntry]) -> String {
        Dictionary(grouping: entries.values, by: \.elementType.rawValue).mapValues(\.count)
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.key) (\($0.value.counting("tensor")))" }.joined(separator: ", ")
    }

    /// The statistics of batch normalisations are no parameters.
    private static func parameterCount(of entries: [String: TensorEntry]) -> Int {
        entries.filter { !$0.key.contains(".running_") }.values.reduce(0) { $0 + $1.shape.reduce(1, *) }
    }

    /// 151277313 as 151,277,313.
    private static func grouped(_ number: Int) -> String {
        var digits = String(number)
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
            place -= 3
        }
        return digits
    }
}

extension Int {
    /// Such as “1 layer”, “12 layers”.
    func counting(_ thing: String) -> String { "\(self) \(thing)\(self == 1 ? "" : "s")" }
}
