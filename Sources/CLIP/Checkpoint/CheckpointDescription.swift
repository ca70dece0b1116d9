import Foundation
import Tensors

/// What a checkpoint is: what `spg checkpoint inspect` says, for people as rows.
public struct CheckpointDescription: Sendable {
    public struct Row: Sendable, Equatable {
        public let label: String
        public let value: String
    }

    let weights: String
    let format: String
    let architecture: Architecture
    let configuration: ModelConfiguration
    /// How many tensors there are of each number format.
    let elementTypes: [String: Int]
    let parameterCount: Int
    let logitScale: Float
    /// Its file, or else why there is none that fits.
    let tokenizer: Result<String, CheckpointError>

    /// Reads a checkpoint as a model would be made of it.
    /// - Throws: what `Checkpoint.read` throws. A checkpoint without a fitting tokenizer is described, too.
    public init(of checkpoint: Checkpoint) throws(CheckpointError) {
        let (text, entries) = try checkpoint.read { reader in
            _ = VisionWeights(from: &reader)
            return (CLIPText.Weights(from: &reader), reader.entriesRead)
        }
        (weights, format) = (checkpoint.weightsURL.path, Self.format(of: checkpoint))
        (architecture, configuration) = (checkpoint.architecture, checkpoint.configuration)
        elementTypes = Dictionary(grouping: entries.values, by: \.elementType.rawValue).mapValues(\.count)
        parameterCount = Self.parameterCount(of: entries)
        logitScale = text.logitScale
        tokenizer = Result { () throws(CheckpointError) in
            _ = try checkpoint.tokenizer()
            return try checkpoint.tokenizerURL().path
        }
    }

    public var rows: [Row] {
        func row(_ label: String, _ value: String) -> Row { Row(label: label, value: value) }
        let kept = configuration.mean == nil && configuration.standardDeviation == nil
        return [
            row("weights", weights), row("format", format), row("model", architecture.name),
            row("image", "\(architecture.resolution)×\(architecture.resolution) pixels"), row("image encoder", imageEncoder),
            row(
                "text encoder",
                "transformer, width \(architecture.textWidth), \(architecture.textLayers.counting("layer")), context "
                    + "\(architecture.contextLength), \(Self.grouped(architecture.vocabularyCount)) tokens"),
            row("embedding", "\(architecture.dimension) features"),
            row(
                "activation",
                "\(configuration.conventions.activation) (\(configuration.assumption ?? configuration.modelFile))"),
            row("heads", "image \(imageHeads.text), text \(textHeads.text)"),
            kept ? nil : row("normalization", "not OpenAI's; from \(configuration.files.last ?? configuration.modelFile)"),
            row("numbers", elementTypesText), row("parameters", Self.grouped(parameterCount)),
            row("logit scale", String(format: "%.4g", logitScale)), row("tokenizer", tokenizerText),
        ].compactMap(\.self)
    }

    private var tokenizerText: String {
        switch tokenizer {
        case .success(let path): path
        case .failure(let error): "\(error)"
        }
    }

    /// One line for each row, values below each other.
    public var text: String {
        let width = rows.map(\.label.count).max() ?? 0
        return rows.map { $0.label.padding(toLength: width + 2, withPad: " ", startingAt: 0) + $0.value }
            .joined(separator: "\n")
    }
}

extension CheckpointDescription {
    /// The heads of a tower's attention.
    struct Heads: Encodable {
        let heads: Int
        let headWidth: Int

        init(width: Int, headWidth: Int) { (heads, self.headWidth) = (width / max(1, headWidth), headWidth) }

        var text: String { "\(heads) of width \(headWidth)" }
    }

    var imageHeads: Heads {
        Heads(width: architecture.imageAttentionWidth, headWidth: configuration.conventions.imageHeadWidth)
    }

    var textHeads: Heads { Heads(width: architecture.textWidth, headWidth: configuration.conventions.textHeadWidth) }

    private var imageEncoder: String {
        switch architecture.imageTower {
        case .transformer(let patch, let layers):
            "vision transformer, width \(architecture.imageWidth), \(layers.counting("layer")), patch \(patch)"
        case .resNet(let blocks):
            "modified ResNet, width \(architecture.imageWidth), blocks " + blocks.map(String.init).joined(separator: "-")
        }
    }

    private static func format(of checkpoint: Checkpoint) -> String {
        let scheme = checkpoint.weights.scheme
        let names = scheme.family == .openAI ? "OpenAI's names" : "Hugging Face's names"
        let prefix = scheme.prefix.isEmpty ? "" : " after \"\(scheme.prefix)\""
        return "\(checkpoint.weights.file.format), \(names)\(prefix)"
    }

    /// Such as “F16 (302 tensors), F32 (1 tensor)”.
    private var elementTypesText: String {
        elementTypes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
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
