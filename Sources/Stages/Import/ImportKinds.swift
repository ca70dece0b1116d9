import ArtifactStore
import CLIP
import PromptLearning

extension StageKind {
    /// A file with a prompt → the prompt of a domain, or of several pooled, in place of one that is fitted here.
    public static let importPrompt = importing(
        "prompt", .prompt, .domain, PromptImport(),
        help: [
            "file": "a tensor [context length, width], alone or as “ctx” of a prompt learner, as torch.save or safetensors",
            "classTokenPosition": "of the class name among the vectors: \"end\", \"middle\" or \"front\"",
            "classSpecificContexts": "a tensor [classes, context length, width]",
        ], laterParameters: ["classTokenPosition", "classSpecificContexts"])

    /// A file with a generator's state dict → a generator, in place of one that is trained here.
    public static let importGenerator = importing(
        "generator", .generator, .sources, GeneratorImport(),
        help: [
            "file": "a state dict of SPG's generator, or prompts of CoCoOp's, MaPLe's or VPT's code, as torch.save or safetensors",
            "context": "of MaPLe and VPT: the words before the class name that it was trained with",
        ], laterParameters: ["context"])

    private static func importing<Parameters: CheckedParameters>(
        _ name: String, _ makes: ArtifactKind, _ scope: Scope, _ parameters: Parameters, help: [String: String],
        laterParameters: Set<String> = []
    ) -> StageKind {
        StageKind(
            name: "import-\(name)", executable: "spg", command: ["import", name], makes: makes, algorithmVersion: 1,
            defaults: .merging(parameters), help: help, roles: [Role("embeddings", .embeddings, scope)], files: ["file"],
            laterParameters: laterParameters, isNamedInRecipes: false,
            check: { values throws(UnfitParameter) in try values.parameters(Parameters.self).needs })
    }
}

/// What the import of a prompt can be told.
struct PromptImport: CheckedParameters {
    /// The path of the file; there is no default.
    var file = ""
    /// Where the class name stands among the context vectors.
    var classTokenPosition = PromptLayout.ClassTokenPosition.end.rawValue
    /// Whether every class has context vectors of its own, in the order of the data set's classes.
    var classSpecificContexts = false

    func check() throws(UnfitParameter) {
        try checkFile(file)
        try require("classTokenPosition", classTokenPosition, among: PromptLayout.ClassTokenPosition.self)
    }
}

/// What the import of a generator can be told.
struct GeneratorImport: CheckedParameters {
    /// The path of the file; there is no default.
    var file = ""
    /// Of MaPLe and VPT: the words before the class name.
    var context = "a photo of a"

    func check() throws(UnfitParameter) { try checkFile(file) }
}

private func checkFile(_ path: String) throws(UnfitParameter) {
    guard !path.isEmpty else { throw UnfitParameter("file", mustBe: "the path of a file", not: "empty") }
}
