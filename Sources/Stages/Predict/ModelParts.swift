import ArtifactStore
import CLIP
import Datasets
import PromptLearning
import Tensors

/// All of a model but the CLIP that it stands on: what was learned, how it classifies, and among which classes.
public struct ModelParts: Sendable {
    /// How it classifies.
    let method: any EvaluationMethod.Type
    /// All parameters of that.
    public internal(set) var parameters: JSONValue
    public internal(set) var learned: LearnedParts
    public internal(set) var classes: [Name]
    /// What its images are encoded by.
    public internal(set) var encoder: EncoderIdentity
    /// What it was made of, for people: keys, the parameters of learning, accuracies.
    public internal(set) var provenance: JSONValue

    /// What a pipeline file calls the way in which it classifies.
    public var kind: String { method.kind.name }

    /// Zero-shot CLIP, of which nothing is learned.
    /// - Parameters:
    ///   - templates: one or more texts in which `{}` stands for the class name, or names of lists of such.
    ///   - classes: two or more.
    ///   - encoder: the checkpoint's.
    /// - Throws: `UnfitParameter` for a template without a place for the name.
    public init(zeroShot templates: [String], classes: [Name], encoder: EncoderIdentity) throws {
        self.init(
            method: ZeroShot.self,
            parameters: .object(ZeroShot.kind.defaults.members.merging(try ZeroShot.parameters(templates)) { $1 }),
            learned: ZeroShot.nothing, classes: classes, encoder: encoder, provenance: .object([:]))
    }

    /// SPG with a generator that is in no store.
    package init(generator: Generator, classes: [Name], encoder: EncoderIdentity) {
        self.init(
            method: GeneratorEvaluation.self, parameters: GeneratorEvaluation.kind.defaults,
            learned: LearnedParts(method: ConditionalGAN.name, tensors: generator.tensors), classes: classes,
            encoder: encoder, provenance: .object([:]))
    }

    init(
        method: any EvaluationMethod.Type, parameters: JSONValue, learned: LearnedParts, classes: [Name],
        encoder: EncoderIdentity, provenance: JSONValue
    ) {
        (self.method, self.parameters, self.learned, self.classes) = (method, parameters, learned, classes)
        (self.encoder, self.provenance) = (encoder, provenance)
    }

    /// The model with other words around the class names.
    /// - Throws: `ModelError` where it has learned its own; `UnfitParameter` for a template without a place for the name.
    public func speaking(_ templates: [String]) throws -> ModelParts {
        guard method == ZeroShot.self else {
            throw ModelError("a template is for zero-shot CLIP; \(learned.method) has its own prompts")
        }
        return changing(try ZeroShot.parameters(templates))
    }

    /// The model with so many prompts drawn for each image.
    /// - Throws: `ModelError` where it draws none; `UnfitParameter` for a number that is none.
    public func drawing(_ draws: Int) throws -> ModelParts {
        guard method == GeneratorEvaluation.self else {
            throw ModelError("draws are of generators of prompts; \(learned.method) draws none")
        }
        let parts = changing(["draws": .number(Double(draws))])
        _ = try method.kind.check(parts.parameters)
        return parts
    }

    /// The model with its texts encoded in a precision.
    public func readingTexts(in precision: Precision) -> ModelParts {
        changing([StageKind.textPrecision: .string(precision.rawValue)])
    }

    /// What texts are encoded in.
    var textPrecision: Precision {
        get throws { try parameters.parameters(TextParameters.self).textPrecision }
    }

    private func changing(_ given: [String: JSONValue]) -> ModelParts {
        var parts = self
        parts.parameters = .object(parameters.members.merging(given) { $1 })
        return parts
    }

    /// The model with other classes.
    /// - Throws: `ModelError` where it has vectors of its own for each of its classes.
    public func classifying(_ classes: [Name]) throws -> ModelParts {
        if let own = learned.classes, own != classes {
            throw ModelError(
                "this model (\(learned.method)) has learned vectors of their own for each of its \(own.count) classes, so that it "
                    + "cannot tell apart others; learn it without classSpecificContexts")
        }
        var parts = self
        parts.classes = classes
        return parts
    }
}

/// Why there is no model, or none such.
public struct ModelError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

extension ZeroShot {
    /// All of the method's own parameters.
    fileprivate static func parameters(_ templates: [String]) throws -> [String: JSONValue] {
        var parameters = Parameters()
        if templates.count == 1 && templates[0].contains("{}") {
            parameters.template = templates[0]
        } else {
            parameters.templates = templates
        }
        try parameters.check()
        return try JSONValue(encoding: parameters).members
    }
}
