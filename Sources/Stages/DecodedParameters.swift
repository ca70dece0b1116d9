import ArtifactStore
import PromptLearning
import Synchronization

private let encodedDefaults = Mutex<[ObjectIdentifier: [String: JSONValue]]>([:])

extension JSONValue {
    /// The members of this object that are a stage's parameters, checked.
    /// - Throws: `UnfitParameter` where a value is missing, is not what the type needs, such as 2.5 epochs, or makes no
    ///   sense.
    func parameters<Parameters: CheckedParameters>(
        _ type: Parameters.Type = Parameters.self
    ) throws(UnfitParameter) -> Parameters {
        let defaults = Self.defaults(Parameters.self)
        var given: [String: JSONValue] = [:]
        for name in defaults.keys.sorted() {
            guard let value = self[name] else { throw UnfitParameter(name, mustBe: "given", not: "left out") }
            given[name] = value
        }
        guard let parameters: Parameters = try? JSONValue.object(given).decoded() else {
            throw Self.unfit(among: given, defaults, Parameters.self)
        }
        try parameters.check()
        return parameters
    }

    /// The members of the parameters' default values, made once for each type: planning asks for them at every instance.
    private static func defaults<Parameters: CheckedParameters>(_: Parameters.Type) -> [String: JSONValue] {
        encodedDefaults.withLock { known in
            let type = ObjectIdentifier(Parameters.self)
            if let members = known[type] { return members }
            let members = JSONValue.merging(Parameters()).members
            known[type] = members
            return members
        }
    }

    /// Which value cannot be read: the one that cannot be with defaults beside it. Decoders do not always tell.
    private static func unfit<Parameters: CheckedParameters>(
        among given: [String: JSONValue], _ defaults: [String: JSONValue], _: Parameters.Type
    ) -> UnfitParameter {
        for (name, value) in given.sorted(by: { $0.key < $1.key }) {
            let beside = JSONValue.object(defaults.merging([name: value]) { _, given in given })
            guard (try? beside.decoded(as: Parameters.self)) == nil else { continue }
            let requirement =
                switch (defaults[name], value) {
                case (.bool, _): "true or false"
                case (.string, _): "a text"
                case (.array, _): "a list of texts"
                case (_, .number(let number)) where number.isFinite: "a whole number"
                default: "a finite number"
                }
            return UnfitParameter(name, mustBe: requirement, not: value.canonicalText)
        }
        preconditionFailure("\(Parameters.self): values that can be read one by one but not together")
    }

    /// An object with the members of several encodable values side by side.
    static func merging(_ values: any Encodable...) -> JSONValue {
        // Parameters are plain values: their encoding cannot fail.
        .object(values.reduce(into: [:]) { members, value in
            members.merge((try? JSONValue(encoding: value))?.members ?? [:]) { _, last in last }
        })
    }
}
