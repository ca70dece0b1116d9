import ArtifactStore
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Bad input ends a program with its exit status, a message that helps, and a store that is whole")
struct BadInputTests {
    /// Runs a program that fails, and returns what it says.
    private func failing(
        _ workplace: Workplace, _ arguments: [String], status: Int32, _ place: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let outcome = try await workplace.start(arguments[0], Array(arguments.dropFirst())).outcome()
        #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: place)
        #expect(outcome.output.isEmpty, sourceLocation: place)
        #expect(outcome.errors.contains("Error: "), sourceLocation: place)
        return outcome.errors
    }

    // MARK: The command line

    static let commandLines: [(arguments: [String], message: String)] = [
        (["spg-fit", "--embeddings", "ink", "--epoch", "3"], "Unknown option '--epoch'. Did you mean '--epochs'?"),
        (["spg-fit", "--embeddings", "ink", "--thread", "3"], "Did you mean '--threads'?"),
        (["spg-fit", "--embeddings", "ink", "--epochs", "three"], "--epochs takes a number, not “three”"),
        (["spg-fit", "--embeddings", "ink", "--epochs"], "Missing value for '--epochs <epochs>'"),
        (["spg-fit", "--embeddings", "ink", "--epochs", "0"], "--epochs must be a whole number from 1 to 1000000, not 0"),
        (["spg-fit", "--embeddings", "ink", "--batch-size=2.5"], "--batch-size must be a whole number, not 2.5"),
        (["spg-fit", "--embeddings", "ink", "--learning-rate", "nan"], "--learning-rate takes a number, not “nan”"),
        (["spg-fit", "--embeddings", "ink", "--learning-rate=-1"], "--learning-rate must be a number above 0, not -1"),
        (["spg-fit", "--embeddings", "ink", "--seed=-1"], "--seed must be a whole number from 0"),
        (["spg-fit", "--embeddings", "ink", "stray"], "Unexpected argument 'stray'"),
        (["spg-fit"], "--embeddings"),
        (["spg-cgan", "--embeddings", "ink", "--prompts", "a", "--validate-every", "0"], "--validate-every must be"),
        (["spg-cgan", "--embeddings", "ink", "--prompts", "a", "--clp"], "Unknown option '--clp'. Did you mean '--clip'?"),
        (["spg-evaluate", "--embeddings", "ink", "--template", "photo"], "--template must be a text with {}"),
        (["spg-evaluate", "--embeddings", "ink", "--seed", "1"], "Unknown option '--seed'"),
        (["spg-evaluate", "--embeddings", "ink", "--prompts", "a", "--generator", "b"], "Unknown option '--prompts'"),
        (["spg-evaluate", "--embeddings=a", "--embeddings=b"], "spg-evaluate zero-shot takes one --embeddings, not 2"),
        (["spg-fit", "--embeddings", "ink", "--memory-budget", "0"], "--memory-budget must be at least 1, not 0"),
        (
            ["spg", "store", "gc", "small", "--since", "2026-13-01"],
            "--since takes a day, such as 2026-11-30, not “2026-13-01”"
        ),
        (["spg-extract", "--data", "data", "--veiws", "3"], "--views"),
        (["spg-extract", "--data", "data", "--views", "many"], "many"),
        (
            ["spg-extract", "--data", "data", "--views", "5000"],
            "--views must be a whole number from 0 to 1000, or everyEpoch, not 5000"
        ),
        (
            ["spg-extract", "--data", "data", "--views=-1"],
            "--views must be a whole number from 0 to 1000, or everyEpoch, not -1"
        ),
        (["spg-extract", "--data", "data", "--threads", "0"], "--threads must be from 1 to 1024, not 0"),
        (["spg-extract", "--data", "data", "--on-bad-image", "ignore"], "skip"),
        (["spg", "run", "small.yaml", "--job", "1"], "--jobs"),
        (["spg", "run", "small.yaml", "--jobs", "0"], "--jobs must be from 1 to 1024, not 0"),
        (["spg", "results", "small.yaml", "--format", "html"], "markdown"),
    ]

    @Test("A wrong command line: status 64, the option and the nearest name", arguments: commandLines.indices)
    func commandLine(index: Int) async throws {
        let workplace = try Workplace()
        let (arguments, message) = Self.commandLines[index]
        let text = try await failing(workplace, arguments, status: 64)
        #expect(text.contains(message), "\(text)")
        #expect(!FileManager.default.fileExists(atPath: workplace.storePath))
    }

    // MARK: Images

    @Test("A file that is no image, or only part of one: status 65, named; with --on-bad-image skip it is counted")
    func badImages() async throws {
        let workplace = try Workplace()
        let cut = workplace.url.appending(path: "data/ink/bars/1.jpg")
        try Data(contentsOf: cut).prefix(250).write(to: cut)
        let text = try await failing(workplace, ["spg-extract", "--data", "data", "--domain", "ink"], status: 65)
        #expect(text.contains(cut.path), "\(text)")
        try workplace.expectSound(without: .embeddings)
        try Data("words".utf8).write(to: workplace.url.appending(path: "data/ink/rings/0.png"))
        for expected in ["extract ink: 22/22 images", "extract ink: nothing to encode, 22 found in the store"] {
            let outcome = try await workplace.run(
                "spg-extract", "--data", "data", "--domain", "ink", "--on-bad-image", "skip")
            #expect(outcome.status == 0 && outcome.lines.count == 1)
            #expect(outcome.errors.contains("2 left out as unreadable"), "\(outcome.errors)")
            #expect(outcome.errors.contains(expected), "\(outcome.errors)")
        }
    }

    @Test("Folders that are no data set: status 65, and what is expected where")
    func folders() async throws {
        var tree = PictureTree()
        (tree.domains, tree.classes, tree.count) = (["ink"], ["bars"], 1)
        let oneClass = try Workplace(tree)
        let one = try await failing(oneClass, ["spg-extract", "--data", "data"], status: 65)
        #expect(one.contains("one class only, “bars”"))

        let workplace = try Workplace()
        let empty = workplace.url.appending(path: "data/oil/empty")
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
        let emptyClass = try await failing(workplace, ["spg-extract", "--data", "data"], status: 65)
        #expect(emptyClass.contains("the class folder “\(empty.path)” holds no"))
        // Every domain is looked at before the first is encoded.
        try workplace.expectSound(without: .embeddings)
        try FileManager.default.removeItem(at: empty)

        let domain = try await failing(workplace, ["spg-extract", "--data", "data", "--domain", "chlak"], status: 65)
        #expect(domain.contains("has no domain “chlak”; did you mean “chalk”?") && domain.contains("“ink”"))
        let nowhere = try await failing(workplace, ["spg-extract", "--data", "nowhere"], status: 65)
        #expect(nowhere.contains("nowhere"))
        let flat = try await failing(workplace, ["spg-extract", "--data", "data/ink/bars"], status: 65)
        #expect(flat.contains("<domain>/<class>/<image>.jpg"))
    }

    // MARK: Checkpoints

    @Test("A checkpoint that holds no model: status 65, and what is wrong with it")
    func checkpoints() async throws {
        let workplace = try Workplace()
        func text(_ name: String, _ write: (URL) throws -> Void) async throws -> String {
            try write(workplace.url.appending(path: name))
            return try await failing(
                workplace, ["spg-extract", "--data", "data", "--checkpoint", name], status: 65)
        }
        let shape = try await text("shape") { try TinyCLIP.write(to: $0) { $0["visual.proj"] = Tensor([64, 32]) } }
        #expect(shape.contains("visual.proj has shape [64, 32]; expected [128, 32]"))
        let missing = try await text("missing") { try TinyCLIP.write(to: $0) { $0["visual.ln_post.bias"] = nil } }
        #expect(missing.contains("visual.ln_post.bias is missing"))
        let text1 = try await text("unprojected") { try TinyCLIP.write(to: $0) { $0["text_projection"] = nil } }
        #expect(text1.contains("text_projection is missing"))
        let cut = try await text("cut") { folder in
            try TinyCLIP.write(to: folder)
            let file = folder.appending(path: "tiny.safetensors")
            try Data(contentsOf: file).prefix(100_000).write(to: file)
        }
        #expect(cut.contains("cut/tiny.safetensors"))
        let nothing = try await text("nothing") { _ in }
        #expect(nothing.contains("No checkpoint at") && nothing.contains("give a file of weights"))
        let notFinite = try await text("nan") { folder in
            try TinyCLIP.write(to: folder) { $0["visual.class_embedding"]![3] = .nan }
        }
        #expect(notFinite.contains("visual.class_embedding: it holds a number that is not finite"))
        let coca = try await text("coca") { try TinyCLIP.write(to: $0) { $0["text.cls_emb"] = Tensor([64]) } }
        #expect(coca.contains("holds a CoCa model") && coca.contains("not supported"))
        // Nothing of all that has made a store.
        #expect(!FileManager.default.fileExists(atPath: workplace.storePath))
    }

    @Test("spg checkpoint inspect says what a checkpoint is, or with status 65 why it is none")
    func inspect() async throws {
        let workplace = try Workplace()
        func inspect(_ path: String) async throws -> Program.Outcome {
            try await Program("spg", ["checkpoint", "inspect", path], in: workplace.url).outcome()
        }
        let repository = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL
        let icons = try await inspect(repository.appending(path: "Models/icon-clip").path)
        #expect(icons.status == 0 && icons.errors.isEmpty, "\(icons.errors)")
        #expect(icons.lines.contains("format         safetensors, OpenAI's names"), "\(icons.output)")
        #expect(icons.lines.contains("parameters     7,051,313"), "\(icons.output)")
        #expect(icons.lines.contains { $0.hasPrefix("tokenizer ") && $0.hasSuffix("icon-clip/merges.txt") })
        for (path, message) in [
            ("small.yaml", "small.yaml: it is neither a safetensors file"), ("data", "data holds no weights"),
            ("nowhere", "No checkpoint at"), ("data/ink/bars/1.jpg", "1.jpg: it is neither a safetensors file"),
        ] {
            let outcome = try await inspect(path)
            #expect(outcome.status == 65 && outcome.output.isEmpty, "\(outcome.output)")
            #expect(outcome.errors.hasPrefix("Error: ") && outcome.errors.contains(message), "\(outcome.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: workplace.storePath))
    }

    // MARK: Artifacts

    @Test("Artifacts that are not there or not unique: status 65, with the nearest name or the candidates")
    func names() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg-extract", "--data", "data").status == 0)
        let unknown = try await failing(workplace, ["spg-evaluate", "--embeddings", "chalc"], status: 65)
        #expect(unknown.contains("no embeddings artifact called “chalc”; did you mean “chalk”?"))
        let key = String(repeating: "0", count: 64)
        let absent = try await failing(workplace, ["spg-evaluate", "--embeddings", key], status: 65)
        #expect(absent.contains("has no embeddings artifact with the key 000000000000; run the stage"))
        #expect(try await workplace.run("spg-extract", "--data", "data", "--views", "1", "--domain", "ink").status == 0)
        let several = try await failing(workplace, ["spg-evaluate", "--embeddings", "ink"], status: 65)
        #expect(several.contains("“ink” may mean any of these; give more digits of the key:\n"))
        try workplace.expectSound(without: .evaluation)
    }

    @Test("A class name past the context length: status 65, named")
    func longName() async throws {
        var tree = PictureTree()
        tree.classes[0] = "a_very_long_name_for_a_class_of_pictures_with_bars"
        let workplace = try Workplace(tree)
        #expect(try await workplace.run("spg-extract", "--data", "data").status == 0)
        for arguments in [["spg-fit", "--embeddings", "ink"] + Workplace.fitting, ["spg-evaluate", "--embeddings", "ink"]] {
            let text = try await failing(workplace, arguments, status: 65)
            #expect(text.contains("The prompt of class “\(tree.classes[0])” takes"), "\(text)")
        }
        try workplace.expectSound(without: .evaluation)
    }
}
