import ArtifactStore
import CLIP
import Datasets
import Foundation
import Imaging
import Tensors

/// Where a domain's features come from. Part of the encoder's identity: features of another precision, or of another
/// program, are other features.
public enum FeatureOrigin: Hashable, Sendable {
    /// The checkpoint's image encoder, run here, on pictures that become RGB in an order.
    case computed(Precision, ColorOrder = .dassl)
    /// The same by PyTorch (`TorchExtraction`), whose sums are rounded in another order.
    case torch(Precision, ColorOrder = .dassl)
    /// An encoder that ran elsewhere; the name its features were imported under.
    case imported(String)
}

extension ArtifactStore {
    /// The identity of the encoder that a checkpoint makes: what its embeddings are filed under.
    ///
    /// Reads the checkpoint's files whole only if they have changed since they were last read. Without a vocabulary, the
    /// identity is that with the one that OpenAI published for such weights, or else names none: images need no tokenizer.
    /// - Parameters:
    ///   - origin: where the features come from.
    ///   - rereading: whether the files are read, whatever is remembered of them.
    /// - Throws: `CheckpointError`, `StoreError`; `DatasetError.unreadable`, naming the file.
    public func identity(
        of checkpoint: Checkpoint, origin: FeatureOrigin = .computed(.float32), rereading: Bool = false
    ) throws -> EncoderIdentity {
        let dimension = try checkpoint.featureCount(), preprocessing = checkpoint.preprocessing
        let digests = try digests(
            ofFiles: checkpoint.weightFiles.map(\.absoluteURL.standardizedFileURL.path), rereading: rereading)
        var parameters: [String: JSONValue] = [
            "weights": .weights(digests),
            "conventions": checkpoint.conventions.identity,
        ]
        parameters["tokenizer"] = try vocabulary(of: checkpoint, rereading: rereading).map(JSONValue.string)
        switch origin {
        case .computed(let precision, let order), .torch(let precision, let order):
            parameters["preprocessing"] = .string(order.identity)
            parameters["normalization"] = [
                "mean": .numbers(preprocessing.mean), "standardDeviation": .numbers(preprocessing.standardDeviation),
            ]
            if case .torch = origin {
                parameters["torchPrecision"] = .string(precision.rawValue)
                parameters["algorithmVersion"] = 1
            } else {
                parameters["precision"] = .string(precision.rawValue)
                parameters["algorithmVersion"] = 3
            }
            return EncoderIdentity(name: checkpoint.name, dimension: dimension, parameters: .object(parameters))
        case .imported(let name):
            parameters["imported"] = .string(name)
            return EncoderIdentity(name: name, dimension: dimension, parameters: .object(parameters))
        }
    }

    /// Reads the files that a checkpoint's identity is of, whatever is remembered of them, and remembers what they are.
    /// - Throws: `StoreError` if the store cannot be written, `DatasetError.unreadable`, naming the file.
    public func reread(_ checkpoint: Checkpoint) throws {
        let files = checkpoint.weightFiles + [try? checkpoint.tokenizerURL()].compactMap(\.self)
        _ = try digests(ofFiles: files.map(\.absoluteURL.standardizedFileURL.path), rereading: true)
    }

    private func vocabulary(of checkpoint: Checkpoint, rereading: Bool) throws -> String? {
        do {
            let file = try checkpoint.tokenizerURL().absoluteURL.standardizedFileURL
            return try digest(ofFile: file.path, rereading: rereading).description
        } catch CheckpointError.noTokenizer {
            return checkpoint.publishedVocabulary
        }
    }

    /// Loads a model of a checkpoint whose features are filed under an identity, in the identity's precision.
    /// - Parameter processor: what is to compute.
    /// - Throws: `UnsupportedPrecision`; `StageInputError` where the identity is another checkpoint's; what `load` throws.
    func loading<Model>(
        _ identity: EncoderIdentity, of checkpoint: Checkpoint, on processor: Processor = .current,
        _ load: (Precision) throws -> Model
    ) throws -> Model {
        try identity.precision.check(on: processor)
        return try Profile.measure(.model) {
            try confirm(identity, of: checkpoint)
            return try load(identity.precision)
        }
    }

    /// Makes sure that an identity has the digests of the very bytes that a model is about to be made of, which are read for
    /// that from first to last: what is encoded takes hours, and would stay under another's name for good. Digests that are
    /// remembered by stamps are as good as the file system's clock.
    /// - Throws: `StageInputError` where it has others. What was remembered of the files is forgotten.
    private func confirm(_ identity: EncoderIdentity, of checkpoint: Checkpoint) throws {
        let files = checkpoint.openFiles, digests = files.compactMap { try? Digest(of: $0) }
        guard digests.count < files.count || identity.parameters["weights"] != .weights(digests) else { return }
        try forgetDigests(ofFiles: checkpoint.weightFiles.map(\.absoluteURL.standardizedFileURL.path))
        throw StageInputError(
            "\(checkpoint.weightsURL.path) has changed since its digest was taken; run the same command again when nothing "
                + "writes to it")
    }

    /// Whether features of an encoder go with a checkpoint's text encoder: it made them, in whatever precision and order of
    /// colours, or they were imported as going with it.
    func encoder(_ key: Digest, goesWith checkpoint: Checkpoint) throws -> Bool {
        if case .imported(let name) = try encoder(key).origin {
            return try identity(of: checkpoint, origin: .imported(name)).key == key
        }
        return try Precision.allCases.contains { precision in
            try ColorOrder.allCases.flatMap { [FeatureOrigin.computed(precision, $0), .torch(precision, $0)] }
                .contains { try identity(of: checkpoint, origin: $0).key == key }
        }
    }
}

extension EncoderIdentity {
    /// Where its features come from.
    var origin: FeatureOrigin {
        if case .string(let name)? = parameters["imported"] { return .imported(name) }
        let torch = Precision.allCases.first { .string($0.rawValue) == parameters["torchPrecision"] }
        return torch.map { .torch($0, order) } ?? .computed(precision, order)
    }

    /// What images were encoded in, where they were encoded here.
    package var precision: Precision {
        Precision.allCases.first { .string($0.rawValue) == parameters["precision"] } ?? .float32
    }

    /// When images became RGB, where they were encoded here.
    var order: ColorOrder {
        ColorOrder.allCases.first { .string($0.identity) == parameters["preprocessing"] } ?? .dassl
    }
}

extension ColorOrder {
    /// As a part of an encoder's identity.
    fileprivate var identity: String {
        switch self {
        case .dassl: "CLIP: bicubic, short side, center crop"
        case .clip: "CLIP: bicubic, short side, center crop, RGB last"
        }
    }
}

extension ModelConventions {
    /// As a part of an encoder's identity.
    fileprivate var identity: JSONValue {
        [
            "imageNonlinearity": .string(imageNonlinearity.rawValue),
            "textNonlinearity": .string(textNonlinearity.rawValue),
            "imageHeadWidth": .number(Double(imageHeadWidth)), "textHeadWidth": .number(Double(textHeadWidth)),
        ]
    }
}

extension JSONValue {
    /// The digests of a checkpoint's files of weights, as a part of an encoder's identity.
    fileprivate static func weights(_ digests: some Sequence<Digest>) -> JSONValue {
        .string(digests.map(\.description).joined(separator: " "))
    }

    fileprivate static func numbers(_ vector: SIMD3<Double>) -> JSONValue {
        .array((0..<3).map { .number(vector[$0]) })
    }
}

/// A checkpoint given to a stage that does not belong to the features it is to work on.
public struct EncoderMismatch: Error, CustomStringConvertible {
    let checkpoint: String
    let encoder: String

    public var description: String {
        "The embeddings were made with the encoder “\(encoder)”, not with \(checkpoint). "
            + "Give the checkpoint they were made with, or extract embeddings with this one."
    }
}
