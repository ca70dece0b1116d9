import ArtifactStore
import PromptLearning

/// Zero-shot CLIP: the words of a template around each class name, or of several, and nothing learned.
public enum ZeroShot: EvaluationMethod {
    /// What zero-shot evaluation can be told.
    public struct Parameters: CheckedParameters {
        public static let source = "CLIP"

        @Parameter("The prompt; {} stands for the class name.", .template) public var template = "a photo of a {}."
        @Parameter(
            """
            Several prompts in place of the one, whose text features are averaged; each may be the name of a list: \
            \(ZeroShot.listNames).
            """, .templates, from: "own choice", cameLater: true)
        public var templates: [String] = []

        public init() {}

        public var needs: [ModelNeed] {
            prompts.map { .template($0, by: templates.isEmpty ? "template" : "templates") }
        }

        /// The prompts, with lists in place of their names.
        var prompts: [String] { templates.isEmpty ? [template] : NamedTemplates.expanded(templates) }
    }

    static var listNames: String { NamedTemplates.lists.keys.sorted().joined(separator: ", ") }

    public static let name = "zero-shot"
    public static let kind = StageKind(evaluating: ZeroShot.self, as: name, version: 2, isNamedInRecipes: false)
    public static var abstract: String { "Classifies with the words of a template, or of several (zero-shot CLIP)." }
    public static var example: String { "--embeddings tango --template \"an icon of a {}.\"" }

    public static func work(_ size: StageSize) -> Work { size.classifyingByClass }

    /// There is nothing to learn.
    public static func learned(_ inputs: EvaluationInputs, _ parameters: Parameters) -> LearnedParts { nothing }

    /// What `learned` gives.
    static let nothing = LearnedParts(method: "zero-shot")

    /// One prompt for each class, or the mean of several.
    /// - Throws: `PromptError` where a prompt does not fit into a text.
    public static func classifier(
        _ learned: LearnedParts, _ parameters: Parameters, on base: ClassifierBase
    ) throws -> any Classifier {
        TextClassifier(
            text: try zeroShotFeatures(of: base.classNames, templates: parameters.prompts, model: base.model),
            logitScale: base.model.logitScale)
    }
}

extension Requirement<[String]> {
    fileprivate static var templates: Self {
        Self("texts with {} where the class name goes, or among \(ZeroShot.listNames)") { texts in
            texts.first { !$0.contains("{}") && NamedTemplates.lists[$0] == nil }?.shown
        }
    }
}
