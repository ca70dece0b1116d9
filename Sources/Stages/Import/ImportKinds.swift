import ArtifactStore
import PromptLearning

extension StageKind {
    /// A file with a prompt → the prompt of a domain, or of several pooled, in place of one that is fitted here.
    public static let importPrompt = importing(
        "prompt", .prompt, .domain, help: "a tensor [context length, width], as torch.save or safetensors")

    /// A file with a generator's state dict → a generator, in place of one that is trained here.
    public static let importGenerator = importing(
        "generator", .generator, .sources, help: "a state dict of the generator, as torch.save or safetensors")

    private static func importing(
        _ name: String, _ makes: ArtifactKind, _ scope: Scope, help: String
    ) -> StageKind {
        StageKind(
            name: "import-\(name)", executable: "spg", command: ["import", name], makes: makes, algorithmVersion: 1,
            defaults: .merging(ImportParameters()), help: ["file": help], roles: [Role("embeddings", .embeddings, scope)],
            files: ["file"], isNamedInRecipes: false,
            check: { values throws(UnfitParameter) in _ = try values.parameters(ImportParameters.self) })
    }
}

/// What an import can be told.
struct ImportParameters: CheckedParameters {
    /// The path of the file; there is no default.
    var file = ""

    func check() throws(UnfitParameter) {
        guard !file.isEmpty else { throw UnfitParameter("file", mustBe: "the path of a file", not: "empty") }
    }
}
