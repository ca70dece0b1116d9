import ArtifactStore
import Foundation
import Testing

/// Runs every query of Docs/store.md on a small store, and compares its columns with the table shown below it.
@Suite struct DocumentationTests {
    struct Example: Hashable, CustomStringConvertible {
        var sql: String
        var columns: [String]
        var description: String { sql }
    }

    static func text(of page: String) -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return (try? String(contentsOf: root.appendingPathComponent(page), encoding: .utf8)) ?? ""
    }

    private static let text = text(of: "Docs/store.md")

    /// Those that sqlite-vec answers.
    static let vectorExamples = all.filter { !examples.contains($0) }
    static let examples = all.filter { !$0.sql.contains("vec_") && !$0.sql.contains("vec0") }

    /// Each ```sql block with the header of the table that follows it.
    private static let all: [Example] = text.components(separatedBy: "```sql\n").dropFirst().map { part in
        let halves = part.components(separatedBy: "```")
        let header = halves[1].split(separator: "\n").first { $0.hasPrefix("|") } ?? ""
        return Example(
            sql: halves[0],
            columns: header.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) })
    }

    @Test func thereAreExamples() {
        #expect(Self.examples.count >= 10 && Self.vectorExamples.count == 2)
    }

    @Test(arguments: examples) func answersAsShown(example: Example) throws {
        try withStore { store in
            try Experiments.make(in: store)
            try Sample.runCommand(in: store)
            try Sample.extractStatistics(Sample.manifest("tango"), into: store)
            try Sample.submit(in: store)
            let result = try store.query(example.sql)
            #expect(result.columns == example.columns)
            #expect(!result.rows.isEmpty)
        }
    }

    @Test func everyViewIsDocumentedWithItsColumns() throws {
        try withStore { store in
            let views = try store.texts("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name")
            for view in views {
                let columns = try store.query("SELECT * FROM \(view)").columns.joined(separator: ", ")
                #expect(Self.text.contains("`\(view)(\(columns))`"), "\(view)(\(columns)) is not in Docs/store.md")
            }
        }
    }

    @Test func everyViewAnswersAQuestion() throws {
        try withStore { store in
            for view in try store.texts("SELECT name FROM sqlite_schema WHERE type = 'view'") {
                let use = try Regex("\\b(FROM|JOIN) \(view)\\b")
                #expect(Self.examples.contains { $0.sql.contains(use) }, "no query of Docs/store.md asks \(view)")
            }
        }
    }

    /// The columns that the project promises to keep.
    @Test(arguments: [
        ("embeddings", "image_path, image_sha256, domain, label, encoder, view, dimension, vector"),
        ("prompts", "key, method, domain, seed, context_length, width, vectors, validation_accuracy"),
        ("results", "pipeline, method, target, seed, accuracy, images, evaluation_key"),
        ("predictions", "evaluation_key, image_path, label, predicted, probability"),
        ("artifacts", "key, kind, created, seconds, bytes, parameters"),
    ]) func promisedViewsHaveTheirColumns(view: String, columns: String) throws {
        try withStore { store throws in
            // Newer columns come after them.
            #expect(try store.query("SELECT * FROM \(view)").columns.joined(separator: ", ").hasPrefix(columns))
        }
    }

    @Test func aQueryCannotChangeTheStore() throws {
        try withStore { store in
            #expect(throws: StoreError.badQuery("it would change the store")) {
                try store.query("DELETE FROM artifact")
            }
            #expect(throws: StoreError.badQuery("no such table: artefacts")) {
                try store.query("SELECT * FROM artefacts")
            }
        }
    }
}
