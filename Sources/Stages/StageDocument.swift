import ArtifactStore
import Datasets
import PromptLearning

/// What `spg stages` says of a kind of stage, for programs.
public struct StageDocument: Encodable, Sendable {
    struct Input: Encodable {
        let name: String
        /// The kind of artifact; nil where any will do.
        @OrNull var kind: ArtifactKind?
        /// Whose artifacts, in words.
        let whose: String
        let isRequired: Bool
        let takesSeveral: Bool
    }

    struct Parameter: Encodable {
        let name: String
        /// The option of the stage's program.
        let option: String
        let standard: JSONValue
        /// What a value must be, in words.
        let mustBe: String
        @OrNull var unit: String?
        /// Where the default is from.
        @OrNull var standardFrom: String?
        let meaning: String

        private enum CodingKeys: String, CodingKey {
            case name, option, mustBe, unit, meaning
            case standard = "default", standardFrom = "defaultFrom"
        }
    }

    public let uses: String
    public let makes: ArtifactKind
    public let program: String
    public let abstract: String
    let inputs: [Input]
    let parameters: [Parameter]

    public init(_ method: any StageMethod.Type) {
        let kind = method.kind
        (uses, makes, program, abstract) = (kind.name, kind.makes, kind.program, method.abstract)
        inputs = kind.roles.map { role in
            Input(
                name: role.name, kind: role.kind, whose: role.whose, isRequired: role.isRequired,
                takesSeveral: role.takesSeveral)
        }
        parameters = kind.parameters.map { parameter in
            let facts = parameter.facts
            return Parameter(
                name: parameter.name, option: "--" + parameter.name.kebabCased, standard: parameter.json,
                mustBe: facts.requirement, unit: facts.unit,
                standardFrom: facts.source.flatMap { $0.isEmpty ? nil : $0 }, meaning: facts.meaning)
        }
    }
}
