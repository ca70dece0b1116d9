import ArtifactStore
import Datasets
import Foundation
import TestSupport
import Testing

@Suite("What the executables promise")
struct ContractTests {
    @Test("--help shows what a program is for, its options with their defaults, and an example", arguments: Program.names)
    func help(name: String) async throws {
        let workplace = try Workplace()
        let outcome = try await workplace.run(name, "--help")
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let text = outcome.output
        #expect(text.contains("OVERVIEW: ") && text.contains("EXAMPLE"))
        let example = try #require(text.range(of: "EXAMPLE")).upperBound
        #expect(text[example...].contains("\(name) "))
        guard name != "spg" else { return }
        // A program with commands tells the options with each of them.
        let command = ["spg-fit": ["coop"], "spg-cgan": ["cgan"], "spg-evaluate": ["zero-shot"]][name] ?? []
        let options = try await workplace.start(name, command + ["--help"]).outcome().output
        for option in ["--store <file>", "Cache/artifacts.sqlite", "--threads <n>", "--checkpoint <path>"] {
            #expect(options.contains(option), "\(option)")
        }
    }

    @Test("spg-extract --data DIR --checkpoint PATH --store FILE [--views N] works alone on any folder")
    func extract() async throws {
        let workplace = try Workplace()
        let first = try await Program(
            "spg-extract", ["--data", "data", "--checkpoint", "clip", "--store", "new/folder/s.sqlite"],
            in: workplace.url
        ).outcome()
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.lines.count == 3 && first.lines.allSatisfy { Digest($0) != nil })
        #expect(first.errors.contains("extract chalk: 24/24 images"))
        let more = try await Program(
            "spg-extract",
            ["--data", "data", "--checkpoint", "clip/tiny.safetensors", "--store", "new/folder/s.sqlite", "--views", "2"],
            in: workplace.url
        ).outcome()
        #expect(more.status == 0 && Set(more.lines).isDisjoint(with: first.lines))
        let again = try await Program(
            "spg-extract", ["--data", "data", "--checkpoint", "clip", "--store", "new/folder/s.sqlite", "--threads", "1"],
            in: workplace.url
        ).outcome()
        #expect(again.lines == first.lines)
        #expect(again.errors.contains("24 found in the store"))
        let store = try ArtifactStore(path: workplace.folder.path("new/folder/s.sqlite"), readOnly: true)
        #expect(try store.query("SELECT DISTINCT view FROM embeddings").rows.count == 3)
    }

    @Test("The stages work one after another, by names and keys, on any number of threads")
    func stages() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg-extract", "--data", "data", "--views", "1").status == 0)
        var keys: [[String]] = []
        for threads in ["1", "2"] {
            var made: [String] = []
            for domain in ["ink", "oil"] {
                let fit = try await workplace.start(
                    "spg-fit", ["--embeddings", domain, "--threads", threads] + Workplace.fitting
                ).outcome()
                #expect(fit.status == 0 && fit.lines.count == 1, "\(fit.errors)")
                made += fit.lines
            }
            let cgan = try await workplace.run(
                "spg-cgan", "--embeddings", "ink", "--embeddings=data/oil", "--prompts",
                "coop/ink/1", "--prompts", String(made[1].prefix(10)), "--batch-size", "8", "--epochs", "2",
                "--threads", threads)
            #expect(cgan.status == 0 && cgan.lines.count == 1, "\(cgan.errors)")
            for options in [
                ["zero-shot", "--template", "a {}."], ["prompts", "--prompts", made[0], "--prompts", made[1]],
                ["generator", "--generator", cgan.lines.first ?? "", "--seed", "7"],
            ] {
                let evaluation = try await workplace.start(
                    "spg-evaluate", options + ["--embeddings", "chalk", "--threads", threads]
                ).outcome()
                #expect(evaluation.status == 0 && evaluation.lines.count == 1, "\(evaluation.errors)")
                #expect(evaluation.errors.contains("accuracy"))
                made += evaluation.lines
            }
            keys.append(made + cgan.lines)
        }
        #expect(keys[0] == keys[1])
        #expect(try workplace.count("SELECT count(*) FROM results") == 3)
    }

    /// The columns of the views, as they were promised.
    static let views: [(name: String, columns: String)] = [
        ("embeddings", "image_path, image_sha256, domain, label, encoder, view, dimension, vector, dataset, norm"),
        ("prompts", "key, method, domain, seed, context_length, width, vectors, validation_accuracy"),
        ("results", "pipeline, method, target, seed, accuracy, images, evaluation_key, dataset, is_current"),
        ("predictions", "evaluation_key, image_path, label, predicted, probability, dataset, target, image_sha256"),
        ("artifacts", "key, kind, created, seconds, bytes, parameters"),
    ]

    @Test("The store's views have the columns that were promised, and what a run made is in them")
    func sql() async throws {
        let workplace = try Workplace()
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0, "\(run.errors)")
        for (name, columns) in Self.views {
            let result = try workplace.query("SELECT * FROM \(name)")
            #expect(result.columns.joined(separator: ", ") == columns)
            #expect(!result.rows.isEmpty, "\(name)")
        }
        try expectEmbeddings(workplace)
        for row in try workplace.query("SELECT seed, context_length, width, length(vectors), validation_accuracy FROM prompts")
            .rows
        {
            #expect(row[1...3] == [.integer(2), .integer(64), .integer(2 * 64 * 4)])
            guard case .real(let accuracy) = row[4] else { return #expect(Bool(false), "\(row)") }
            #expect((0...1).contains(accuracy))
        }
        let results = try workplace.query("SELECT pipeline, method, target, seed, images FROM results ORDER BY 2, 3, 4").rows
        #expect(results.count == 2 + 2)
        #expect(results.allSatisfy { $0[0] == .text("small") && $0[4] == .integer(24) })
        #expect(results[0] == [.text("small"), .text("SPG"), .text("chalk"), .integer(1), .integer(24)])
        #expect(results[2] == [.text("small"), .text("Zero-shot CLIP"), .text("chalk"), .null, .integer(24)])
        // Accuracies are those of the predictions.
        let differing = try workplace.count(
            """
            SELECT count(*) FROM results JOIN (
                SELECT evaluation_key, avg(label = predicted) AS mean, count(*) AS images FROM predictions
                GROUP BY evaluation_key) AS counted USING (evaluation_key)
            WHERE abs(accuracy - mean) > 1e-12 OR results.images <> counted.images
            """)
        #expect(differing == 0)
        #expect(
            try workplace.count("SELECT count(*) FROM artifacts WHERE json_valid(parameters) AND bytes > 0 AND seconds >= 0")
                == workplace.count("SELECT count(*) FROM artifacts"))
        #expect(try workplace.count("SELECT count(*) FROM predictions WHERE probability BETWEEN 0.3 AND 1") > 0)
    }

    /// Three domains of 24 images with two views each, at unit length, under the digests of the files.
    private func expectEmbeddings(_ workplace: Workplace) throws {
        let rows = try workplace.query("SELECT * FROM embeddings").rows
        #expect(rows.count == 3 * 24 * 2)
        for row in rows {
            guard case .text(let path) = row[0], case .text(let sha256) = row[1], case .text(let domain) = row[2],
                case .text(let label) = row[3], case .integer(let dimension) = row[6], case .blob(let vector) = row[7]
            else { return #expect(Bool(false), "\(row)") }
            #expect(try Digest(of: Data(contentsOf: URL(filePath: path))).description == sha256)
            #expect(path.contains("/data/\(domain)/\(label)/"))
            #expect(dimension == 32 && vector.count == 128)
            let squares = stride(from: 0, to: 128, by: 4).reduce(Float(0)) { sum, at in
                let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(vector[vector.startIndex + at + $1]) << (8 * $1) }
                return sum + Float(bitPattern: bits) * Float(bitPattern: bits)
            }
            #expect(abs(squares - 1) < 1e-5)
        }
    }
}
