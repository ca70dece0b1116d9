import ArtifactStore
import CLIP
import PromptLearning

extension StageKind {
    /// A file with a prompt → the prompt of a domain, or of several pooled, in place of one that is fitted here.
    public static let importPrompt = importing("prompt", .prompt, .domain, PromptImport.self)

    /// A file with a generator's state dict → a generator, in place of one that is trained here.
    public static let importGenerator = importing("generator", .generator, .sources, GeneratorImport.self)

    private static func importing<Parameters: CheckedParameters>(
        _ name: String, _ makes: ArtifactKind, _ scope: Scope, _ parameters: Parameters.Type
    ) -> StageKind {
        StageKind(
            name: "import-\(name)", executable: "spg", command: ["import", name], makes: makes, algorithmVersion: 1,
            parameters: Parameters.declared, roles: [Role("embeddings", .embeddings, scope)], isNamedInRecipes: false,
            check: { values throws(UnfitParameter) in try values.parameters(Parameters.self).needs })
    }
}

/// What the import of a prompt can be told.
struct PromptImport: CheckedParameters {
    static let source = "the plain form"

    @Parameter(
        """
        The file: a tensor [context length, width], alone or as “ctx” of a prompt learner, as torch.save or safetensors.
        """, .path, isFile: true)
    var file = ""
    @Parameter("Where the class name stands among the context vectors.", cameLater: true)
    var classTokenPosition = PromptLayout.ClassTokenPosition.end
    @Parameter(
        "Whether every class has vectors of its own, in the order of the classes: [classes, context length, width].",
        cameLater: true)
    var classSpecificContexts = false
}

/// What the import of a generator can be told.
struct GeneratorImport: CheckedParameters {
    static let source = "MaPLe's and VPT's released code"

    @Parameter(
        """
        The file: a state dict of SPG's generator, or prompts of CoCoOp's, MaPLe's or VPT's code, as torch.save or \
        safetensors.
        """, .path, isFile: true)
    var file = ""
    @Parameter("Of MaPLe and VPT, the words before the class name in training.", cameLater: true)
    var context = "a photo of a"
}

extension Requirement<String> {
    /// Of a file; there is no default.
    fileprivate static var path: Self { Self("the path of a file") { !$0.isEmpty } }
}
