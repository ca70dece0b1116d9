import ArtifactStore
import CLIP
import Datasets
import PromptLearning
import Tensors

/// What a bundle says of its model besides tensors: the JSON in its metadata.
struct BundleFacts: Codable {
    /// Such as `spg 0.9.0`.
    var program: String
    /// What pipeline files call the way it classifies.
    var kind: String
    var parameters: JSONValue
    /// What the store calls the method that learned.
    var method: String
    var seed: Int?
    var classes: [String]
    /// The classes that it has vectors of their own for; nil where it takes any.
    var ownClasses: [String]?
    /// What tensors do not tell, such as the words of prompts.
    var facts: [String: JSONValue]
    var encoder: Encoder
    var provenance: JSONValue

    struct Encoder: Codable {
        var name: String
        var dimension: Int
        /// Weights, preprocessing, precision, vocabulary: what embeddings are filed under.
        var identity: JSONValue
    }

    init(_ parts: ModelParts, program: String) {
        self.program = program
        (kind, parameters) = (parts.kind, parts.parameters)
        (method, seed, facts) = (parts.learned.method, parts.learned.seed, parts.learned.facts)
        classes = parts.classes.map(\.text)
        ownClasses = parts.learned.classes?.map(\.text)
        encoder = Encoder(
            name: parts.encoder.name, dimension: parts.encoder.dimension, identity: parts.encoder.parameters)
        provenance = parts.provenance
    }

    /// - Throws: `ModelError` for a text that is not such JSON, which says where.
    init(parsing text: String) throws {
        do {
            self = try JSONValue(parsing: text).decoded()
        } catch let error as DecodingError {
            throw ModelError("its description, the JSON in “model”, \(error.problem)")
        }
    }

    /// Equal models have equal texts.
    var text: String {
        get throws { try JSONValue(encoding: self).canonicalText }
    }

    /// - Throws: `ModelError` where this is of a newer version or makes no sense; `UnfitParameter`.
    func parts(learned tensors: [String: Tensor], source: String) throws -> ModelParts {
        guard let way = Methods.evaluations.first(where: { $0.kind.name == kind }) else {
            throw ModelError("it classifies by “\(kind)”, which this program does not know; use a newer program")
        }
        // Of an earlier program, which did not have all parameters of today.
        let parameters = way.kind.completed(parameters)
        _ = try way.kind.check(parameters)
        guard (2...ModelBundle.mostClasses).contains(classes.count), Set(classes.map { Name($0) }).count == classes.count else {
            throw ModelError("it has \(classes.count) classes; expected are two or more, each once")
        }
        guard (1...1 << 20).contains(encoder.dimension) else {
            throw ModelError("it has features of \(encoder.dimension) numbers")
        }
        return ModelParts(
            method: way, parameters: parameters,
            learned: LearnedParts(
                method: method, seed: seed, source: source, tensors: tensors, facts: facts,
                classes: ownClasses?.map { Name($0) }),
            classes: classes.map { Name($0) },
            encoder: EncoderIdentity(name: encoder.name, dimension: encoder.dimension, parameters: encoder.identity),
            provenance: provenance)
    }
}

/// What an encoder's identity says of it besides the weights.
struct EncoderFacts {
    var conventions = ModelConventions()
    let mean: SIMD3<Double>, deviation: SIMD3<Double>

    /// - Throws: `ModelError` where it does not say it.
    init(_ identity: EncoderIdentity) throws {
        func unknown(_ name: String) -> ModelError { ModelError("the encoder's identity has no \(name) that is known here") }
        func channels(_ name: String) throws -> SIMD3<Double> {
            guard let values = try? identity.parameters["normalization"]?[name]?.decoded(as: [Double].self), values.count == 3,
                values.allSatisfy({ $0.isFinite && abs($0) < 1e6 })
            else { throw unknown(name) }
            return SIMD3(values[0], values[1], values[2])
        }
        (mean, deviation) = (try channels("mean"), try channels("standardDeviation"))
        guard deviation.min() > 0 else { throw unknown("standard deviation above 0") }
        func text(_ name: String) -> String {
            if case .string(let text)? = identity.parameters["conventions"]?[name] { text } else { "" }
        }
        func width(_ name: String) throws -> Int {
            guard let number = identity.parameters["conventions"]?[name]?.number, let width = Int(exactly: number), width > 0
            else { throw unknown(name) }
            return width
        }
        guard let image = ModelConventions.Nonlinearity(rawValue: text("imageNonlinearity")),
            let words = ModelConventions.Nonlinearity(rawValue: text("textNonlinearity"))
        else { throw unknown("nonlinearity") }
        (conventions.imageNonlinearity, conventions.textNonlinearity) = (image, words)
        (conventions.imageHeadWidth, conventions.textHeadWidth) = (try width("imageHeadWidth"), try width("textHeadWidth"))
    }
}

extension EncoderIdentity {
    /// The digests of its files of weights.
    var weightsText: String { parameters["weights"]?.plainText ?? "unknown" }
}

extension DecodingError {
    /// What is wrong with JSON, as the rest of a sentence that begins with it.
    fileprivate var problem: String {
        switch self {
        case .keyNotFound(let key, let context): "has no “\(Self.path(context.codingPath + [key]))”"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "has no such value as “\(Self.path(context.codingPath))” must be"
        case .dataCorrupted(let context) where !context.codingPath.isEmpty: "has a bad “\(Self.path(context.codingPath))”"
        default: "is damaged"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }.joined(separator: ".")
    }
}
