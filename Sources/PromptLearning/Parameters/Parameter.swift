/// A parameter of a method or a stage: its value, beside all that is known of it.
///
///     @Parameter("How many context vectors a prompt has.", .within(counts), from: "SPG, section 4.1")
///     public var contextLength = 4
///
/// This one declaration is the parameter. Its name is the property's, its type and its default are the value's. JSON,
/// checks, options on the command line, their help, Docs/parameters.md and errors are derived from it
/// (`CheckedParameters.declared`).
///
/// Values that are read from JSON have no description: it is the type's, and found there. Two parameters are equal if
/// their values are.
@propertyWrapper
public struct Parameter<Value: ParameterValue>: Sendable {
    public var wrappedValue: Value
    let description: ParameterDescription<Value>?

    public init(wrappedValue: Value, _ description: ParameterDescription<Value>, from source: String? = nil) {
        (self.wrappedValue, self.description) = (wrappedValue, source.map(description.with(source:)) ?? description)
    }

    /// - Parameters: those of `ParameterDescription`.
    public init(
        wrappedValue: Value, _ meaning: String, _ requirement: Requirement<Value>? = nil, unit: String? = nil,
        from source: String? = nil, isFile: Bool = false, cameLater: Bool = false
    ) {
        self.init(
            wrappedValue: wrappedValue,
            ParameterDescription(
                meaning, requirement, unit: unit, from: source, isFile: isFile, cameLater: cameLater))
    }
}

extension Parameter: Hashable {
    public static func == (a: Self, b: Self) -> Bool { a.wrappedValue == b.wrappedValue }
    public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

extension Parameter: Codable {
    /// Reads the value.
    /// - Throws: a `DecodingError` if it is of another type.
    public init(from decoder: any Decoder) throws {
        (wrappedValue, description) = (try Value(from: decoder), nil)
    }

    /// Writes the value.
    /// - Throws: what the encoder throws.
    public func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}

/// What is known of a parameter besides its name, its type and its default.
public final class ParameterDescription<Value: ParameterValue>: Sendable {
    let facts: ParameterFacts
    let requirement: Requirement<Value>?

    /// - Parameters:
    ///   - meaning: what it is or does, as a sentence.
    ///   - requirement: what its value must be, beyond its type.
    ///   - unit: what is counted or measured.
    ///   - source: where the default is from; nil where it is from where the method's other defaults are.
    ///   - isFile: whether it is the path of a file, for which the SHA-256 of the bytes stands in a recipe.
    ///   - cameLater: whether artifacts had been made before there was such a parameter: at its default it is in no
    ///     recipe, so that their keys stay.
    public init(
        _ meaning: String, _ requirement: Requirement<Value>? = nil, unit: String? = nil, from source: String? = nil,
        isFile: Bool = false, cameLater: Bool = false
    ) {
        self.requirement = requirement
        facts = ParameterFacts(
            meaning: meaning, requirement: requirement?.text ?? Value.form.requirement, unit: unit, source: source,
            isFile: isFile, cameLater: cameLater)
    }

    private init(_ facts: ParameterFacts, _ requirement: Requirement<Value>?) {
        (self.facts, self.requirement) = (facts, requirement)
    }

    /// The description of the same parameter where its default is from elsewhere.
    func with(source: String) -> ParameterDescription {
        var facts = facts
        facts.source = source
        return ParameterDescription(facts, requirement)
    }
}

/// The part of a description that does not depend on the type of the value.
public struct ParameterFacts: Sendable {
    /// What it is or does, as a sentence.
    public var meaning: String
    /// What its value must be: completes "must be".
    public var requirement: String
    public var unit: String?
    /// Where the default is from.
    public var source: String?
    public var isFile = false
    public var cameLater = false

    public init(
        meaning: String, requirement: String, unit: String? = nil, source: String? = nil, isFile: Bool = false,
        cameLater: Bool = false
    ) {
        (self.meaning, self.requirement, self.unit, self.source) = (meaning, requirement, unit, source)
        (self.isFile, self.cameLater) = (isFile, cameLater)
    }
}
