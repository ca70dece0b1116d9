import ArtifactStore
import CLIP
import PromptLearning

/// Something that can be imported in place of what a stage learns.
public protocol ImportMethod: StageMethod {
    static var subject: ImportStage.Subject { get }
    /// What the file may be, and what is made of it.
    static var details: String { get }
}

extension StageKind {
    /// A file → an artifact, in place of one that is learned here.
    /// - Parameter name: of what it is.
    fileprivate init<Parameters: CheckedParameters>(
        importing name: String, _ makes: ArtifactKind, of scope: Scope, parameters: Parameters.Type
    ) {
        self.init(
            name: "import-\(name)", executable: "spg", command: ["import", name], makes: makes, algorithmVersion: 1,
            parameters: Parameters.declared, roles: [Role("embeddings", .embeddings, scope)], isNamedInRecipes: false,
            check: { values throws(UnfitParameter) in try values.parameters(Parameters.self).needs })
    }
}

/// A file with a prompt → the prompt of a domain, or of several pooled.
public enum PromptImport: ImportMethod {
    /// What the import of a prompt can be told.
    struct Parameters: CheckedParameters {
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

    public static let kind = StageKind(importing: "prompt", .prompt, of: .domain, parameters: Parameters.self)
    public static var subject: ImportStage.Subject { .prompt }
    public static var abstract: String { "Imports a prompt that was learned elsewhere, such as SPG's prompt labels." }
    public static var example: String {
        "--embeddings art_painting --file PACS_CoOp_a.pt --checkpoint Models/ViT-B-16.pt"
    }
    public static var details: String {
        """
        The file holds a tensor [context length, width]: torch.save's, of float16 or float32, or safetensors; alone, or as \
        “ctx” of a prompt learner, such as a model.pth.tar-50 of CoOp's code. Prints the prompt's key. In a pipeline, a \
        stage that uses “import-prompt” stands in the place of one that uses “fit”; Docs/pipelines.md says more.
        """
    }
}

/// A file with a generator's state dict → a generator.
public enum GeneratorImport: ImportMethod {
    /// What the import of a generator can be told.
    struct Parameters: CheckedParameters {
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

    public static let kind = StageKind(importing: "generator", .generator, of: .sources, parameters: Parameters.self)
    public static var subject: ImportStage.Subject { .generator }
    public static var abstract: String { "Imports a generator that was trained elsewhere, from its state dict." }
    public static var example: String {
        """
        --embeddings cartoon --embeddings photo --embeddings sketch --file generator.pt \\
            --checkpoint Models/ViT-B-16.pt
        """
    }
    public static var details: String {
        """
        The file holds the generator's state dict, with model.0.weight and so on, or prompts of CoCoOp's, MaPLe's or VPT's \
        code, such as a model.pth.tar-5 of theirs. Of a generator that was saved whole:
          model = torch.load("best_val.pt", map_location="cpu", weights_only=False)
          torch.save(model.state_dict(), "generator.pt")
        Prints the generator's key. In a pipeline, a stage that uses “import-generator” stands in the place of one that \
        uses “cgan”; Docs/pipelines.md says more.
        """
    }
}

extension Requirement<String> {
    /// Of a file; there is no default.
    fileprivate static var path: Self { Self("the path of a file") { !$0.isEmpty } }
}
