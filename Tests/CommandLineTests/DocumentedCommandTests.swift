import Foundation
import TestSupport
import Testing

/// Every command line that README.md and Docs print is run here as it stands, or is in a short list with a reason: one that is
/// new, or that changes, fails the first test until somebody decides.
@Suite("Commands that the documents print")
struct DocumentedCommandTests {
    /// Without the guide, whose commands go together: GuideTests run them.
    private static let pages: [String] = {
        let docs = DocumentedPage.root.appending(path: "Docs").path
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: docs)) ?? []
        return ["README.md"] + names.filter { $0.hasSuffix(".md") && $0 != "guide.md" }.sorted().map { "Docs/\($0)" }
    }()

    private static func commands(in page: String) throws -> [String] { try DocumentedPage(page).commands }

    /// How commands begin that are run, in the order in which they are.
    private static let run = [
        ".build/release/spg-extract --data Data/sketches", ".build/release/spg-fit coop --store",
        ".build/release/spg-evaluate prompts --store", ".build/release/spg run Pipelines/sketches.yaml --until",
        ".build/release/spg predict", ".build/release/spg bundle", "spg bundle \"spg(target ink", "spg bundle inspect",
        "spg predict sketches.spg",
        ".build/release/spg explain Pipelines/sketches.yaml", ".build/release/spg watch Pipelines/sketches.yaml",
        "spg export tensorboard Pipelines/sketches.yaml", "spg results Pipelines/sketches.yaml",
        "spg export plots Pipelines/sketches.yaml", "make query SQL=",
        "spg query ", ".build/release/spg results --format latex",
        ".build/release/spg store stats", ".build/release/spg store verify", ".build/release/spg store backup",
        ".build/release/spg store merge other-machine.sqlite", ".build/release/spg store gc sketches", "spg data list",
        "spg report Pipelines/sketches.yaml -o", "spg --version", "spg export features chalk ink oil",
        "spg checkpoint inspect Models/icon-clip", "spg data check PACS", "spg data split DomainNet", "spg data images PACS",
        "spg import features features.npy",
    ]

    /// What makes the files that some of them read, by how they begin.
    private static let preparations = [
        "spg query \"SELECT stage, name, sum(value)": "spg run Pipelines/sketches.yaml --until features --force --profile",
        "spg data check PACS":
            "[ -e Data/PACS/spg_coop_splits ] || spg data split PACS Data/PACS --into Data/PACS/spg_coop_splits",
        "spg import features features.npy":
            "spg export features chalk ink oil --store Cache/sketches.sqlite --output features.npy && mv features.csv images.csv",
    ]

    /// How commands begin that are not, and why.
    private static let notRun = [
        "make install": "changes the machine; make test-install tries it",
        "make uninstall": "changes the machine; make test-install tries it",
        "spg --generate-completion-script": "fish's; CompletionTests try it",
        "spg run Pipelines/desktop-icons.yaml --until gen<Tab>":
            "is being typed", "spg show coop/<Tab>": "is being typed",
        "make demo": "takes minutes, and sets the machine up", "make test": "runs the tests, of which this is one",
        "make run": "compiles first; the same as spg run", "make status": "compiles first; the same as spg status",
        ".build/release/spg run Pipelines/spg/multi-source/pacs-vit-b16.yaml": "needs PACS and OpenAI's weights",
        ".build/release/spg run Pipelines/desktop-icons.yaml": "needs DesktopIcons, and takes minutes",
        "spg explain Pipelines/desktop-icons.yaml": "needs DesktopIcons",
        "spg run Pipelines/desktop-icons.yaml --executor": "needs Slurm; SlurmTests run a pipeline on one",
        "spg status Pipelines/desktop-icons.yaml": "needs DesktopIcons",
        "spg tune Pipelines/sketches.yaml": "has no values to choose until a key is added; TuneTests choose some",
        "spg run Pipelines/sketches-tuned.yaml": "needs what the line before makes",
        "spg tune Pipelines/desktop-icons": "needs DesktopIcons, and takes minutes",
        "spg cancel Pipelines/desktop-icons.yaml": "needs Slurm",
        "spg estimate Pipelines/spg/multi-source/domainnet-vit-b16.yaml": "needs DomainNet and OpenAI's weights",
        "spg predict \"spg(target tango": "needs DesktopIcons",
        "spg-fit dual": "needs DesktopIcons; GeneratorMethodTests train it",
        "spg-cgan dual-path": "needs DesktopIcons; GeneratorMethodTests train it",
        "Scripts/two-dimensions": "needs scikit-learn or umap-learn",
        "spg report Pipelines/sketches.yaml --points": "needs what Scripts/two-dimensions makes; ReportTests give a table",
        "python3 Scripts/encode-with-torch": "needs PyTorch; EncodeWithTorchTests run it",
        "spg import features features/": "needs what the line before makes",
        "python Tests/Reference/authors_procedure.py": "needs PyTorch, and takes minutes",
    ]

    @Test("Each is run, or there is a reason why it is not; and no list has what no page prints")
    func lists() throws {
        let commands = try Self.pages.flatMap(Self.commands)
        #expect(commands.count >= 30)
        let beginnings = Self.run + Self.notRun.keys
        for command in commands {
            #expect(beginnings.count { command.hasPrefix($0) } == 1, "\(command)")
        }
        for beginning in beginnings {
            #expect(commands.contains { $0.hasPrefix(beginning) }, "no page has “\(beginning) …”")
        }
    }

    @Test("Those that are run end well from a clean state, as they stand")
    func runs() async throws {
        let folder = try TemporaryFolder()
        try Self.standIn(at: folder.url)
        let commands = try Self.pages.flatMap(Self.commands)
        for beginning in Self.run {
            for command in commands where command.hasPrefix(beginning) {
                // Of a shell that has the programs on its path, as the pages take it.
                let preparation = Self.preparations.first { command.hasPrefix($0.key) }?.value ?? ":"
                // What would compile first is run without that.
                let command = command.replacing("make query SQL=", with: "spg query ")
                let shell = "PATH=\"$PWD/.build/release:$PATH\"; { \(preparation); } >&2 || exit; \(command)\nexit $?;"
                let outcome = try await Program("spg", [], in: folder.url, shell: shell).outcome()
                #expect(outcome.status == 0, "\(command)\n\(outcome.errors)")
                // Of queries, those of the pipeline that is there find something.
                if command.contains("'sketches'") { #expect(outcome.lines.count > 2, "\(command)\n\(outcome.output)") }
            }
        }
    }

    /// What stands in a clone where a newcomer has followed the pages: programs, the repository's model, README's pipeline
    /// file, and, small ones, a model, data sets and another machine's store.
    private static func standIn(at folder: URL) throws {
        let files = FileManager.default
        for name in [".build", "Models", "Pipelines"] {
            try files.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
        }
        func link(_ name: String, to path: String) throws {
            try files.createSymbolicLink(atPath: folder.appending(path: name).path, withDestinationPath: path)
        }
        try link(".build/release", to: #require(Program.folder).path)
        try link("Models/icon-clip", to: DocumentedPage.root.appending(path: "Models/icon-clip").path)
        try TinyCLIP.write(to: folder.appending(path: "Models/my-clip"))
        var tree = PictureTree()
        // Of which the training part of a domain is more than a batch of the default size.
        tree.count = 20
        try tree.write(to: folder.appending(path: "Data/sketches"))
        (tree.classes, tree.count) = (["dog", "horse"], 2)
        for (name, domains) in [
            ("PACS", ["art_painting", "cartoon", "photo", "sketch"]),
            ("domainnet", ["clipart", "infograph", "painting"]), ("domainnet", ["quickdraw", "real", "sketch"]),
        ] {
            tree.domains = domains
            try tree.write(to: folder.appending(path: "Data/\(name)"))
        }
        try link("my-pictures", to: "Data/sketches/ink")
        // The store of the stages that are run one by one.
        try link("other-machine.sqlite", to: "Cache/sketches.sqlite")
        let pipeline = try #require(
            DocumentedPage("README.md").blocks(of: "yaml").first { $0.hasPrefix("pipeline: sketches\n") })
        try Data(pipeline.utf8).write(to: folder.appending(path: "Pipelines/sketches.yaml"))
    }
}
