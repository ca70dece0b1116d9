import Foundation
import TestSupport
import Testing

/// Every command line that README.md and Docs print is run here as it stands, or is in a short list with a reason: one that is
/// new, or that changes, fails the first test until somebody decides.
@Suite("Commands that the documents print")
struct DocumentedCommandTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let pages: [String] = {
        let docs = (try? FileManager.default.subpathsOfDirectory(atPath: root.appending(path: "Docs").path)) ?? []
        return ["README.md"] + docs.filter { $0.hasSuffix(".md") }.sorted().map { "Docs/\($0)" }
    }()

    /// The command lines of a page, in order, without their remarks. A quotation may go over several lines.
    private static func commands(in page: String) -> [String] {
        let text = (try? String(contentsOf: root.appending(path: page), encoding: .utf8)) ?? ""
        var commands: [String] = [], open: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let plain = line.trimmingCharacters(in: .whitespaces)
            let begins = ["spg ", "spg-", ".build/", "./", "make ", "python", "cd ", "Scripts/", "swift ", "git "]
            let isIndented = line.hasPrefix("    ") || line.hasPrefix("make ")
            if let begun = open {
                open = begun + "\n" + plain
            } else if isIndented, begins.contains(where: plain.hasPrefix), !plain.contains("──") {
                open = plain
            }
            guard let command = open, command.count(where: { $0 == "\"" }).isMultiple(of: 2) else { continue }
            commands.append((command.firstRange(of: "  #").map { String(command[..<$0.lowerBound]) } ?? command)
                .trimmingCharacters(in: .whitespaces))
            open = nil
        }
        return commands
    }

    /// How commands begin that are run, in the order in which they are.
    private static let run = [
        ".build/release/spg-extract --data Data/sketches", ".build/release/spg-fit coop --store",
        ".build/release/spg-evaluate prompts --store", "spg data list", "spg checkpoint inspect Models/icon-clip", "spg query ",
        ".build/release/spg store stats", ".build/release/spg store verify", ".build/release/spg store backup",
        ".build/release/spg results --format latex",
    ]

    /// How commands begin that are not, and why.
    private static let notRun = [
        "make demo": "takes minutes, and sets the machine up", "make test": "runs the tests, of which this is one",
        "make run": "compiles first; the same as spg run", "make status": "compiles first; the same as spg status",
        "make query": "compiles first; the same as spg query",
        ".build/release/spg run Pipelines/spg/multi-source/pacs-vit-b16.yaml": "needs PACS and OpenAI's weights",
        ".build/release/spg run Pipelines/sketches.yaml": "trains for minutes; PipelineTests run a small one",
        ".build/release/spg explain Pipelines/sketches.yaml": "ExplanationCommandTests run it on a small pipeline",
        ".build/release/spg store merge other-machine.sqlite": "needs another machine's store; StoreCommandTests make one",
        ".build/release/spg store gc sketches": "needs a pipeline that was run; StoreCommandTests run one",
        ".build/release/spg run Pipelines/desktop-icons.yaml": "needs DesktopIcons, and takes minutes",
        "spg data check PACS": "needs PACS; DataTests check a small set in its layout",
        "spg data split DomainNet": "needs DomainNet; DataTests split a small set",
        "spg import features": "needs features made elsewhere; ExchangeTests make some",
        "spg-fit dual": "needs DesktopIcons", "spg-cgan dual-path": "needs DesktopIcons",
        "spg explain Pipelines/desktop-icons.yaml": "needs DesktopIcons",
        "python Tests/Reference/authors_procedure.py": "needs PyTorch, and takes minutes",
    ]

    private static func isRun(_ command: String) -> Bool { run.contains(where: command.hasPrefix) }

    @Test("Each is run, or there is a reason why it is not; and no list has what no page prints")
    func lists() {
        let commands = Self.pages.flatMap(Self.commands)
        #expect(commands.count >= 30)
        for command in commands {
            #expect(Self.isRun(command) || Self.notRun.keys.contains(where: command.hasPrefix), "\(command)")
        }
        for beginning in Self.run + Self.notRun.keys {
            #expect(commands.contains { $0.hasPrefix(beginning) }, "no page has “\(beginning) …”")
        }
    }

    @Test("Those that are run end well from a clean state, as they stand")
    func runs() async throws {
        let folder = try TemporaryFolder()
        let executables = try #require(Program.folder)
        try PictureTree().write(to: folder.url.appending(path: "Data/sketches"))
        for name in [".build", "Models", "Cache"] {
            try FileManager.default.createDirectory(at: folder.url.appending(path: name), withIntermediateDirectories: true)
        }
        func link(_ name: String, to target: URL) throws {
            try FileManager.default.createSymbolicLink(at: folder.url.appending(path: name), withDestinationURL: target)
        }
        try link(".build/release", to: executables)
        try link("Models/icon-clip", to: Self.root.appending(path: "Models/icon-clip"))
        try link("Models/my-clip", to: Self.root.appending(path: "Models/icon-clip-vit"))
        let commands = Self.pages.flatMap(Self.commands)
        for beginning in Self.run {
            for command in commands where command.hasPrefix(beginning) {
                // The store of the stages run one by one is that of the commands which name none.
                let shell = "PATH=\"$PWD/.build/release:$PATH\"; [ ! -e Cache/sketches.sqlite ] || "
                    + "ln -sf sketches.sqlite Cache/artifacts.sqlite; " + command + "\nexit $?;"
                let outcome = try await Program("spg", [], in: folder.url, shell: shell).outcome()
                #expect(outcome.status == 0, "\(command)\n\(outcome.errors)")
            }
        }
    }
}
