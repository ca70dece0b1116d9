import ArtifactStore
import PromptLearning

extension JSONValue {
    /// These values as a stage's parameters, checked.
    /// - Throws: `UnfitParameter` where a value is missing, is not what the type needs, such as 2.5 epochs, or makes no sense.
    func parameters<Parameters: CheckedParameters>(
        _ type: Parameters.Type = Parameters.self
    ) throws(UnfitParameter) -> Parameters {
        guard let parameters: Parameters = try? decoded() else { throw unfit(among: .merging(Parameters()), Parameters.self) }
        try parameters.check()
        return parameters
    }

    /// Which value cannot be read: the first that cannot be with defaults beside it. Decoders do not always tell.
    private func unfit<Parameters: CheckedParameters>(among defaults: JSONValue, _: Parameters.Type) -> UnfitParameter {
        guard case .object(let members) = defaults else { return UnfitParameter("a parameter", mustBe: "known", not: "") }
        for (name, standard) in members.sorted(by: { $0.key < $1.key }) {
            guard let value = self[name] else { return UnfitParameter(name, mustBe: "given", not: "left out") }
            let beside = JSONValue.object(members.merging([name: value]) { _, given in given })
            guard (try? beside.decoded(as: Parameters.self)) == nil else { continue }
            let requirement =
                switch (standard, value) {
                case (.bool, _): "true or false"
                case (.string, _): "a text"
                case (_, .number(let number)) where number.isFinite: "a whole number"
                default: "a finite number"
                }
            return UnfitParameter(name, mustBe: requirement, not: value.canonicalText)
        }
        preconditionFailure("parameters of which each can be read, and not all together")
    }

    /// An object with the members of several encodable values side by side.
    static func merging(_ values: any Encodable...) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for value in values {
            // Parameters are plain values: their encoding cannot fail.
            guard let value = try? JSONValue(encoding: value), case .object(let own) = value else { continue }
            members.merge(own) { _, last in last }
        }
        return .object(members)
    }
}
