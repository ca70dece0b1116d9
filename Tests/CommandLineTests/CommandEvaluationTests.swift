import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("Commands whose predictions are evaluations")
struct CommandEvaluationTests {
    private static let pipeline = """
        pipeline: small
        dataset: {root: data, name: Small}
        encoder: {checkpoint: clip}
        matrix: {target: [chalk, oil], seed: [1, 2]}
        stages:
          features: {uses: extract, with: {views: 1}}
          zero-shot: {uses: evaluate-zero-shot, from: {embeddings: features}}
          guess:
            uses: command
            from: {known: {stage: features, of: sources, as: npy}, target: {stage: features, of: target, as: csv}}
            files: {script: guess.sh}
            run: sh ${files.script} ${inputs.target} ${seed} ${outputs.metrics} > ${outputs.predictions}
            outputs: {predictions: predictions.csv, metrics: metrics.json}
            evaluates: {images: target, method: guess}
        results: {zero-shot: Zero-shot CLIP, guess: Guess}
        """

    /// Right, but for four of the rings with seed 1, eight with seed 2, which are taken for bars.
    private static let script = """
        echo '{"guesses": 24}' > "$3"
        awk -F, -v "seed=$2" '
            NR == 1 { print "label,image_path,predicted,image_sha256,probability" }
            NR > 1 { print $4 "," $1 "," ($4 == "rings" && ++taken <= 4 * seed ? "bars" : $4) "," $2 ",0." NR }' "$1"
        """

    private func workplace() throws -> Workplace {
        let workplace = try Workplace()
        try workplace.write(Self.pipeline)
        try write(Self.script, to: workplace)
        return workplace
    }

    private func write(_ script: String, to workplace: Workplace) throws {
        try Data(script.utf8).write(to: workplace.url.appending(path: "guess.sh"))
    }

    @Test("They are a row of the tables, spread over seeds, with all that other evaluations have")
    func whole() async throws {
        let workplace = try workplace()
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0, "\(run.errors)")
        // 20 and 16 of 24.
        #expect(
            run.lines.contains { $0.hasPrefix("Guess") && $0.hasSuffix("75.0 ± 11.8  75.0 ± 11.8  75.0 ± 11.8") },
            "\(run.output)")
        let overview = try await workplace.run("spg", "results", "--no-published")
        #expect(overview.output.contains("Multi-source") && !overview.output.contains("Single-source"), "\(overview.output)")
        #expect(overview.lines.contains { $0.hasPrefix("Guess") && $0.hasSuffix("75.0 ± 11.8") }, "\(overview.output)")
        let evaluations = try workplace.query(
            """
            SELECT dataset, target, seed, accuracy, images, is_current FROM evaluations WHERE method = 'guess' ORDER BY target, seed
            """
        ).rows
        let expected: [[QueryResult.Value]] = [("chalk", 1, 20), ("chalk", 2, 16), ("oil", 1, 20), ("oil", 2, 16)].map {
            [.text("Small"), .text($0), .integer($1), .real(Double($2) / 24), .integer(24), .integer(1)]
        }
        #expect(evaluations == expected)
        #expect(
            try workplace.count("SELECT count(*) FROM predictions JOIN results USING (evaluation_key) WHERE method = 'Guess'")
                == 96)
        #expect(
            try workplace.count(
                """
                SELECT count(*) FROM results AS guess
                JOIN results AS zero ON zero.target = guess.target AND zero.method = 'Zero-shot CLIP'
                JOIN prediction_pairs AS pair ON pair.evaluation_key = guess.evaluation_key AND pair.other_key = zero.evaluation_key
                WHERE guess.method = 'Guess'
                """) == 96)
        #expect(try workplace.count("SELECT count(*) FROM metrics WHERE name = 'guesses' AND value = 24") == 4)
        #expect(try workplace.count("SELECT count(*) FROM files") == 0)

        let diff = try await workplace.run("spg", "diff", "guess(target oil, seed 1)", "guess(target oil, seed 2)")
        #expect(
            diff.output.contains("accuracy 83.3 % of 24 images") && diff.output.contains("evaluates.seed 1 → 2"),
            "\(diff.output)")
        let cost = try await workplace.run("spg", "results", "small.yaml", "--cost", "--format", "csv")
        #expect(cost.status == 0 && cost.lines.count { $0.hasPrefix("Guess,") } == 4, "\(cost.output)")
        let classes = try await workplace.run("spg", "results", "small.yaml", "--per-class")
        #expect(classes.lines.contains { $0.hasPrefix("Guess") && $0.contains("100.0 ± 0.0") }, "\(classes.output)")
        let export = try await workplace.run("spg", "export", "predictions", "guess(target oil, seed 1)", "--output", "out.csv")
        #expect(export.status == 0, "\(export.errors)")
        let table = try String(contentsOf: workplace.url.appending(path: "out.csv"), encoding: .utf8).split(separator: "\n")
        #expect(table.count == 25 && table[0] == "image_path,image_sha256,label,predicted,probability")
        #expect(table.count { $0.contains(",rings,bars,0.") } == 4 && table.last?.hasSuffix(",0.25") == true, "\(table)")
        try workplace.expectSound()
        #expect(try await workplace.run("spg", "store", "verify").status == 0)
        #expect(try await workplace.run("spg", "status", "small.yaml").output.contains("nothing is to run"))

        // What was written by a command is what a command may write.
        try write("echo '{}' > \"$3\"; cat out.csv", to: workplace)
        let again = try await workplace.run("spg", "run", "small.yaml", "--only", "guess(target oil, seed 2)")
        #expect(again.status == 0, "\(again.errors)")
        let same = try await workplace.run("spg", "export", "predictions", "guess(target oil, seed 2)", "--output", "same.csv")
        #expect(
            same.status == 0
                && FileManager.default.contentsEqual(
                    atPath: workplace.url.appending(path: "out.csv").path,
                    andPath: workplace.url.appending(path: "same.csv").path)
        )
    }

    @Test("Predictions that are not of the images end the stage, with file, line and column, and are not kept")
    func failing() async throws {
        let workplace = try workplace()
        for (edit, message) in [
            (
                "sed '5s/^[a-z]*,/other,/'",
                "predictions.csv, line 5, column “label”: “other” is not the image's class, which is “"
            ),
            ("sed '7d'", "predictions.csv: 1 of the 24 images of chalk have no row (“"),
            ("sed 's/0[.]3$/2/'", "predictions.csv, line 3, column “probability”: “2” is not a number from 0 to 1"),
        ] {
            try write(Self.script + " | \(edit)", to: workplace)
            let run = try await workplace.run("spg", "run", "small.yaml", "--until", "guess(target chalk, seed 1)")
            #expect(run.status == 1 && run.errors.contains(message), "\(run.errors)")
            #expect(try workplace.count("SELECT count(*) FROM artifacts WHERE kind = 'evaluation'") == 0)
            let shown = try await workplace.run("spg", "show", "guess(target chalk, seed 1)")
            #expect(shown.status == 65 && shown.errors.contains("has not been made yet"), "\(shown.errors)")
        }
        let plan = try await workplace.run(
            "spg", "status", "small.yaml", "--set", "stages.guess.from.known.of=all")
        #expect(
            plan.status == 65 && plan.errors.contains("stages.guess.from.known.stage: it has the features of chalk too"),
            "\(plan.errors)")
    }

    @Test("By hand, too, nothing is predicted that was handed over to learn from")
    func byHand() async throws {
        let workplace = try workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml", "--until", "features").status == 0)
        let ink = try workplace.store.resolve("ink", kind: .embeddings),
            oil = try workplace.store.resolve("oil", kind: .embeddings)
        let parameters = """
            {"command": "true > ${outputs.predictions}", "inputs": {"known": "npy", "target": "csv"}, "cells": {}, "files": {}, \
            "outputs": {"predictions": "p.csv"}, "evaluates": {"images": "target", "method": "guess"}}
            """
        func outcome(_ known: ArtifactKey) async throws -> Program.Outcome {
            try await workplace.run(
                "spg-command", "--parameters", parameters, "--input", "known=\(known)", "--input", "target=\(oil)")
        }
        let same = try await outcome(oil)
        #expect(
            same.status == 65 && same.errors.contains("the role “known” has the features of the very images that are predicted")
        )
        let empty = try await outcome(ink)
        #expect(empty.status == 65 && empty.errors.contains("p.csv is empty"), "\(empty.errors)")
    }

    // MARK: The example of the page on pipelines

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(of path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// What stands between fences after a title of the page.
    private static func example(_ language: String) throws -> String {
        let page = try text(of: "Docs/pipelines.md")
        let section = page[try #require(page.firstRange(of: "### A method of one's own")).upperBound...]
        let start = try #require(section.firstRange(of: "```\(language)\n")).upperBound
        return String(section[start..<(try #require(section[start...].firstRange(of: "```"))).lowerBound])
    }

    private static let hasNumPy: Bool = {
        let process = Process()
        (process.executableURL, process.arguments) = (
            URL(filePath: "/bin/sh"), ["-c", "python3 -c 'import numpy' 2>/dev/null"]
        )
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test("The page shows the script that is there, and the stage of the pipeline for DesktopIcons")
    func documents() throws {
        #expect(try Self.example("python") == Self.text(of: "Scripts/nearest-mean.py"))
        let pipeline = try Self.text(of: "Pipelines/desktop-icons-nearest-mean.yaml")
        for line in try Self.example("yaml").split(separator: "\n") { #expect(pipeline.contains(line), "\(line)") }
    }

    @Test("The example's script finds the nearest mean, as computed here", .enabled(if: hasNumPy, "python3 has no numpy"))
    func example() async throws {
        let workplace = try Workplace()
        try FileManager.default.createDirectory(at: workplace.url.appending(path: "Scripts"), withIntermediateDirectories: true)
        try Data(Self.example("python").utf8).write(to: workplace.url.appending(path: "Scripts/nearest-mean.py"))
        try Data(("pipeline: mean\nextends: small.yaml\n" + Self.example("yaml")).utf8)
            .write(to: workplace.url.appending(path: "mean.yaml"))
        let run = try await workplace.run("spg", "run", "mean.yaml", "--until", "nearest-mean")
        #expect(run.status == 0 && run.output.contains("Nearest class mean"), "\(run.errors)")
        let store = try workplace.store
        func center(_ domain: String) throws -> Embeddings {
            try store.embeddings(store.resolve(domain, kind: .embeddings), view: "center")
        }
        func row(_ embeddings: Embeddings, _ index: Int) -> [Float] { embeddings.vectors.rows(index..<index + 1).values }
        func product(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        for (target, sources) in [("chalk", ["ink", "oil"]), ("oil", ["chalk", "ink"])] {
            var sums: [Int: [Float]] = [:]
            for known in try sources.map(center) {
                for (index, label) in known.manifest.labels.enumerated() {
                    let sum = sums[label] ?? Array(repeating: 0, count: known.vectors.columns)
                    sums[label] = zip(sum, row(known, index)).map { $0 + $1 }
                }
            }
            let means = (0..<3).map { sums[$0] ?? [] }
            let images = try center(target)
            let expected = (0..<images.vectors.rows).map { index in
                let cosines = means.map { product($0, row(images, index)) / product($0, $0).squareRoot() }
                return cosines.indices.max { cosines[$0] < cosines[$1] } ?? -1
            }
            let evaluation = try store.evaluation(store.resolve("nearest-mean(target \(target))"))
            #expect(evaluation.predictions.map(\.predicted) == expected && evaluation.method == "nearest-mean")
            #expect(evaluation.predictions.allSatisfy { $0.probability >= 1.0 / 3 && $0.probability <= 1 })
        }
    }
}
