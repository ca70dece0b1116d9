import ArgumentParser
import CommandLineSupport
import Stages

struct ImportPromptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompt", abstract: "Imports a prompt that was learned elsewhere, such as SPG's prompt labels.",
        discussion: """
            EXAMPLE
              spg import prompt --embeddings art_painting --file PACS_CoOp_a.pt --checkpoint Models/ViT-B-16.pt

            The file holds a tensor [context length, width]: torch.save's, of float16 or float32, or safetensors; alone, or as \
            “ctx” of a prompt learner, such as a model.pth.tar-50 of CoOp's code. Prints the prompt's key. In a pipeline, a stage that uses “import-prompt” stands in the place of one that uses “fit”; \
            Docs/pipelines.md says more.
            """)

    @OptionGroup var options: StageOptions

    @Option(help: ArgumentHelp(
        "Embeddings of the domain that it was learned on, by key or by domain; repeat for several.", valueName: "key"))
    var embeddings: [String]

    @Option(help: ArgumentHelp("The file with the prompt.", valueName: "path"), completion: .file())
    var file: String

    @Option(help: "The position of the class name among the vectors: end, middle or front.")
    var classTokenPosition = "end"

    @Flag(inversion: .prefixedNo, help: "Import separate vectors for each class, [classes, context length, width].")
    var classSpecificContexts = false

    func run() throws {
        try options.importing(
            .prompt, file, embeddings: embeddings,
            ["--class-token-position=\(classTokenPosition)"] + (classSpecificContexts ? ["--class-specific-contexts"] : []))
    }
}

struct ImportGeneratorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generator", abstract: "Imports a generator that was trained elsewhere, from its state dict.",
        discussion: """
            EXAMPLE
              spg import generator --embeddings cartoon --embeddings photo --embeddings sketch --file generator.pt \\
                --checkpoint Models/ViT-B-16.pt

            The file holds the generator's state dict, with model.0.weight and so on, or prompts of CoCoOp's, \
            MaPLe's or VPT's code, such as a model.pth.tar-5 of theirs. Of a generator that was saved whole:
              model = torch.load("best_val.pt", map_location="cpu", weights_only=False)
              torch.save(model.state_dict(), "generator.pt")
            Prints the generator's key. In a pipeline, a stage that uses “import-generator” stands in the place of one that \
            uses “cgan”; Docs/pipelines.md says more.
            """)

    @OptionGroup var options: StageOptions

    @Option(help: ArgumentHelp(
        "Embeddings of a domain that it was trained on, by key or by domain; repeat.", valueName: "key"))
    var embeddings: [String]

    @Option(help: ArgumentHelp("The file with the generator.", valueName: "path"), completion: .file())
    var file: String

    @Option(help: ArgumentHelp(
        "For MaPLe and VPT: the words before the class name in training.", valueName: "words"))
    var context = "a photo of a"

    func run() throws {
        try options.importing(.generator, file, embeddings: embeddings, ["--context=\(context)"])
    }
}

extension StageOptions {
    fileprivate func importing(
        _ subject: ImportStage.Subject, _ file: String, embeddings: [String], _ others: [String] = []
    ) throws {
        let arguments = embeddings.map { "--embeddings=\($0)" } + ["--file=\(file)"] + others
        try run(subject.kind, arguments) { parameters, inputs, store, checkpoint in
            let stage = try ImportStage(subject, parameters, embeddings: inputs["embeddings"] ?? [])
            return try stage.run(checkpoint: checkpoint, store: store, replacing: force)
        }
    }
}
