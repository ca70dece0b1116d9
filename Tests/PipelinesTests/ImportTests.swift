import ArtifactStore
import Foundation
import GRDB
import Pipelines
import Stages
import Testing

/// Stages with files for parameters.
@Suite("Files of other people's in a pipeline")
struct ImportTests {
    private let laboratory: Laboratory
    private var folder: URL { laboratory.folder }

    init() throws {
        laboratory = try Laboratory()
        for name in ["oil", "ink", "chalk"] { try write("label of \(name)", to: "\(name.prefix(1)).pt") }
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appending(path: name))
    }

    /// The sample with an import in the place of its fit.
    private func text(_ file: String, more: String = "") -> String {
        sampleText.replacing("uses: fit", with: "uses: import").replacing(
            #/with: {seed: "\${seed}", context.*}/#, with: "with: {file: \(file)\(more)}")
    }

    private var byLetter: String {
        "{oil: \(folder.path)/o.pt, ink: \(folder.path)/i.pt, chalk: \"\(folder.path)/c.pt\"}"
    }

    private func prompts(_ text: String) throws -> [Instance] {
        try laboratory.plan(text).instances.filter { $0.stage == "prompts" }
    }

    @Test("A file for each domain; the key has its bytes, the command line its path")
    func mapping() throws {
        let found = try prompts(text(byLetter))
        #expect(found.map(\.name) == ["chalk", "ink", "oil"].map { "prompts(domain \($0))" })
        #expect(found[1].recipe.parameters == ["stage": "import", "file": .string(digest("label of ink").description)])
        let arguments = try found[1].arguments(for: specification(text(byLetter)), store: "s", threads: 1)
        #expect(found[1].kind.command == ["import", "prompt"])
        #expect(arguments.contains("--file=\(folder.path)/i.pt"))
        #expect(arguments.filter { $0.hasPrefix("--file") }.count == 1)

        // Elsewhere, by the domain's name: the same keys.
        for (letter, name) in [("o", "oil"), ("i", "ink"), ("c", "chalk")] {
            try FileManager.default.moveItem(
                at: folder.appending(path: "\(letter).pt"), to: folder.appending(path: "\(name).pt"))
        }
        #expect(try prompts(text("\"\(folder.path)/${domain}.pt\"")).map(\.key) == found.map(\.key))
        try write("another label", to: "ink.pt")
        let changed = try prompts(text("\"\(folder.path)/${domain}.pt\""))
        #expect(zip(changed, found).map { $0.key == $1.key } == [true, false, true])
    }

    @Test("A parameter that came later is in the key only where it is not at its default")
    func laterParameters() throws {
        let keys = try ["", ", scale: 1", ", scale: 2"].map { try prompts(text(byLetter, more: $0)).map(\.key) }
        #expect(keys[0] == keys[1] && keys[0] != keys[2])
    }

    @Test("A file that has not changed is not read for the next plan; one that has is") func stamps() throws {
        let file = text("\"\(folder.path)/o.pt\""), key = try prompts(file)[0].key
        // Younger than the clock of stamps ticks, it would be read again.
        Thread.sleep(forTimeInterval: 0.05)
        #expect(try prompts(file)[0].key == key)
        // What is remembered stands for what is read.
        try laboratory.store.database.write { try $0.execute(sql: "UPDATE file_digest SET sha256 = zeroblob(32)") }
        let remembered = try prompts(file)[0]
        #expect(remembered.recipe.parameters["file"]?.plainText == String(repeating: "0", count: 64))
        try write("LABEL of oil", to: "o.pt")
        #expect(try prompts(file)[0].recipe.parameters["file"]?.plainText == digest("LABEL of oil").description)
    }

    @Test("A domain without a file, a file that is not there, and what is no path are named")
    func faults() throws {
        func says(_ file: String) -> String {
            do {
                _ = try prompts(text(file))
                return "planned"
            } catch {
                return "\(error)"
            }
        }
        #expect(says("{oil: \(folder.path)/o.pt}").contains("stages.prompts.with.file: names no file for chalk"))
        #expect(says("\(folder.path)/none.pt").contains("none.pt"))
        #expect(says("\(folder.path)/none.pt").contains("stages.prompts.with.file"))
        #expect(says("[a, b]").contains("found a list"))
        #expect(says("{oil: [a]}").contains("expected a text"))
        #expect(says("{oil: \"${colour}\"}").contains("no axis “colour”"))
    }
}
