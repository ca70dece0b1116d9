import Synchronization

/// A parameter as a type declares it: name, default and description.
public struct DeclaredParameter: Sendable {
    /// As written in a pipeline file, such as `batchSize`.
    public let name: String
    public let standard: any ParameterValue
    public let facts: ParameterFacts
    private let check: @Sendable (any ParameterValue) throws(UnfitParameter) -> Void

    /// - Parameters:
    ///   - name: as written in a pipeline file.
    ///   - standard: the default.
    ///   - description: what else is known of it.
    ///   - source: where the default is from, if the description does not say.
    public init<Value: ParameterValue>(
        _ name: String, standard: Value, _ description: ParameterDescription<Value>, source: String = ""
    ) {
        (self.name, self.standard) = (name, standard)
        var facts = description.facts
        facts.source = facts.source ?? source
        self.facts = facts
        check = { value throws(UnfitParameter) in
            guard let value = value as? Value, let refused = description.requirement?.refused(value) else { return }
            throw UnfitParameter(name, mustBe: description.facts.requirement, not: refused)
        }
    }

    public var form: ParameterForm { type(of: standard).form }

    /// - Parameter value: of the default's type.
    func check(_ value: any ParameterValue) throws(UnfitParameter) { try check(value) }
}

extension CheckedParameters {
    /// Every parameter with its default, in the order of their declarations. Made once for each type: planning asks at
    /// every instance.
    public static var declared: [DeclaredParameter] {
        declarations.withLock { known in
            let type = ObjectIdentifier(Self.self)
            if let list = known[type] { return list }
            let list = Self().properties.compactMap { $1.declared(as: $0, source: Self.source) }
            known[type] = list
            return list
        }
    }

    /// The values, in the order of `declared`.
    var values: [any ParameterValue] { properties.map(\.property.value) }

    private var properties: [(name: String, property: any ParameterProperty)] {
        Mirror(reflecting: self).children.flatMap { label, value -> [(String, any ParameterProperty)] in
            // A wrapper's property is called as the parameter is, behind an underscore.
            if let property = value as? any ParameterProperty { return [(String((label ?? "").dropFirst()), property)] }
            // What several types share stands in one of its own; in JSON its members are among the others.
            return (value as? any CheckedParameters)?.properties ?? []
        }
    }
}

private let declarations = Mutex<[ObjectIdentifier: [DeclaredParameter]]>([:])

/// A property that is a parameter, of whatever type.
private protocol ParameterProperty {
    var value: any ParameterValue { get }
    func declared(as name: String, source: String) -> DeclaredParameter?
}

extension Parameter: ParameterProperty {
    fileprivate var value: any ParameterValue { wrappedValue }

    fileprivate func declared(as name: String, source: String) -> DeclaredParameter? {
        description.map { DeclaredParameter(name, standard: wrappedValue, $0, source: source) }
    }
}
