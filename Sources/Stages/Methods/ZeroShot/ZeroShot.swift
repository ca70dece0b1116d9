import ArtifactStore
import PromptLearning

extension StageKind {
    /// Zero-shot CLIP on the target domain.
    public static let evaluateZeroShot = StageKind(
        evaluation: "evaluate-zero-shot", command: "zero-shot", algorithmVersion: 2, parameters: ZeroShot.Parameters(),
        help: ["template": "the prompt; {} stands for the class name"], isNamedInRecipes: false)
}

/// Zero-shot CLIP: the words of a template around each class name, and nothing learned.
public enum ZeroShot: EvaluationMethod {
    /// What zero-shot evaluation can be told.
    public struct Parameters: CheckedParameters {
        /// The prompt; `{}` stands for the class name.
        public var template = "a photo of a {}."

        public init() {}

        public func check() throws(UnfitParameter) {
            guard template.contains("{}") else {
                throw UnfitParameter(
                    "template", mustBe: "a text with {} where the class name goes", not: JSONValue.string(template).canonicalText)
            }
        }
    }

    public static var kind: StageKind { .evaluateZeroShot }
    public static var abstract: String { "Classifies with the words of a template (zero-shot CLIP)." }
    public static var example: String { "--embeddings tango --template \"an icon of a {}.\"" }

    public static func classify(
        _ images: TargetImages, _ parameters: Parameters, progress: (Int) -> Void
    ) throws -> Classified {
        let model = images.model
        let prompts = try ClassPrompts(classNames: images.classNames, template: parameters.template, model: model)
        let text = prompts.textFeatures(model: model)  // [classes, dimension]
        return Classified(
            method: "zero-shot",
            predictions: PromptLearning.classify(images.features, text: text, logitScale: model.logitScale))
    }
}
