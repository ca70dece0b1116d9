import ArtifactStore
import PromptLearning

extension JSONValue {
    /// The members of this object that are a stage's parameters, checked.
    /// - Throws: `UnfitParameter` where a value is missing, is not what the type needs, such as 2.5 epochs, or makes no
    ///   sense.
    package func parameters<Parameters: CheckedParameters>(
        _ type: Parameters.Type = Parameters.self
    ) throws(UnfitParameter) -> Parameters {
        var given: [String: JSONValue] = [:]
        for parameter in Parameters.declared {
            guard let value = self[parameter.name] else {
                throw UnfitParameter(parameter.name, mustBe: "given", not: "left out")
            }
            given[parameter.name] = value
        }
        guard let parameters: Parameters = try? JSONValue.object(given).decoded() else {
            throw unfit(among: Parameters.declared)
        }
        try parameters.check()
        return parameters
    }

    /// Which value cannot be read. Decoders do not always tell.
    private func unfit(among parameters: [DeclaredParameter]) -> UnfitParameter {
        func isRead<Value: ParameterValue>(_ value: JSONValue, like _: Value) -> Bool {
            (try? value.decoded(as: Value.self)) != nil
        }
        for parameter in parameters {
            guard let value = self[parameter.name], !isRead(value, like: parameter.standard) else { continue }
            let shown = if case .string(let text) = value { text.shown } else { value.canonicalText }
            return UnfitParameter(parameter.name, mustBe: parameter.form.requirement, not: shown)
        }
        preconditionFailure("values that can be read one by one but not together: \(canonicalText)")
    }

    /// An object with the members of several encodable values side by side.
    static func merging(_ values: any Encodable...) -> JSONValue {
        // Parameters are plain values: their encoding cannot fail.
        .object(
            values.reduce(into: [:]) { members, value in
                members.merge((try? JSONValue(encoding: value))?.members ?? [:]) { _, last in last }
            })
    }
}

extension DeclaredParameter {
    /// The default, as JSON.
    public var json: JSONValue { (try? JSONValue(encoding: standard)) ?? .null }
}
