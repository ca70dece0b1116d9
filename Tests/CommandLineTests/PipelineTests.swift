import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("spg run, status, results")
struct PipelineTests {
    @Test("The first run makes everything, the second nothing; status, results and --dry-run say so")
    func twice() async throws {
        let workplace = try Workplace()
        let planned = try await workplace.run("spg", "run", "small.yaml", "--dry-run")
        #expect(planned.status == 0 && planned.output.contains("12 of 12 artifacts are to be made."))
        #expect(!FileManager.default.fileExists(atPath: workplace.storePath))
        // Nothing was made here yet: every stage is estimated by its arithmetic, and so is the whole.
        for stage in ["features", "prompts", "generator", "zero-shot", "spg"] {
            #expect(planned.lines.contains { $0.hasPrefix(stage + " ") && $0.hasSuffix("from arithmetic") }, "\(stage)")
        }
        #expect(planned.lines.contains { $0.hasPrefix("in all about ") && $0.hasSuffix(" on the disk") })

        let first = try await workplace.run("spg", "run", "small.yaml")
        #expect(first.status == 0, "\(first.errors)")
        #expect(first.errors.contains("12/12"))
        #expect(first.output.contains("Zero-shot CLIP") && first.output.contains("SPG"))
        #expect(first.output.contains("chalk") && first.output.contains("oil") && first.output.contains("average"))
        let made = try workplace.contents()

        let second = try await workplace.run("spg", "run", "small.yaml")
        #expect(second.status == 0 && second.errors == "All 12 artifacts are made; nothing is to run.\n")
        #expect(second.output == first.output)
        #expect(try workplace.contents() == made)

        let status = try await workplace.run("spg", "status", "small.yaml")
        #expect(status.status == 0 && status.output.contains("All 12 artifacts are made"))
        #expect(status.lines.count { $0.contains("  done  ") } == 12)
        let results = try await workplace.run("spg", "results", "small.yaml")
        #expect(results.status == 0 && first.output.hasPrefix(results.output))
        let csv = try await workplace.run("spg", "results", "small.yaml", "--format", "csv")
        #expect(csv.lines.first == "method,target,mean,standard_deviation,seeds,published" && csv.lines.count == 7)
    }

    @Test("spg results: one file, several, or all of a store; costs, classes, LaTeX; what does not go together is said")
    func results() async throws {
        let workplace = try Workplace()
        let none = try await workplace.run("spg", "results")
        #expect(none.status != 0 && none.errors.contains("there is no store"))
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)

        let all = try await workplace.run("spg", "results")
        #expect(all.status == 0 && all.lines.first?.hasPrefix("Multi-source domain generalization") == true, "\(all.errors)")
        #expect(all.lines.count { $0.hasPrefix("SPG ") || $0.hasPrefix("Zero-shot CLIP ") } == 2)
        let file = try await workplace.run("spg", "results", "small.yaml", "small.yaml")
        #expect(file.output == all.output)
        let csv = try await workplace.run("spg", "results", "--format", "csv")
        #expect(csv.lines.first == "task,backbone,method,dataset,mean,standard_deviation,seeds,published")

        let latex = try await workplace.run("spg", "results", "small.yaml", "--format", "latex", "--bold", "--cost")
        #expect(latex.output.contains("\\begin{tabular}{lrrrrrrrrrr}") && latex.output.contains("\\textbf{"))
        let rows = latex.lines.filter { $0.hasSuffix("\\\\") }
        #expect(rows.count == 3 && rows.allSatisfy { $0.count { $0 == "&" } == 10 })
        #expect(latex.output.count { $0 == "{" } == latex.output.count { $0 == "}" })

        let classes = try await workplace.run("spg", "results", "small.yaml", "--per-class", "--format", "csv")
        #expect(classes.lines.first == "target,method,class,mean,standard_deviation,seeds,published")
        let zeroShot = try workplace.query(
            """
            SELECT label, class_accuracies.accuracy FROM class_accuracies JOIN results USING (evaluation_key)
            WHERE method = 'Zero-shot CLIP' AND target = 'oil' ORDER BY label
            """
        ).rows
        for row in zeroShot {
            guard case .text(let label) = row[0], case .real(let accuracy) = row[1] else { throw CancellationError() }
            #expect(classes.lines.contains("oil,Zero-shot CLIP,\(label),\(accuracy),,1,"))
        }
        let costs = try await workplace.run("spg", "results", "small.yaml", "--cost", "--format", "csv")
        // Of what was learned and tested here, all of it is known: the zero-shot rows have learned nothing.
        let fields = costs.lines.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        #expect(fields.allSatisfy { ($0[8].isEmpty, $0[10].isEmpty) == ($0[0] != "SPG", $0[0] != "SPG") })
        #expect(fields.allSatisfy { Double($0[9]) ?? 0 > 0 && Int($0[11]) ?? 0 > 1_000_000 })
        #expect(costs.lines.count == 5 && costs.lines[0].hasPrefix("method,source,target,seed,parameters,learning_seconds"))

        let odd = try await workplace.run("spg", "results", "--per-class")
        #expect(odd.status == 64 && odd.errors.contains("--per-class is about one pipeline file"))
    }

    @Test("A changed value redoes what depends on it; the old one brings the old results back at once")
    func changes() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml", "--threads", "1").status == 0)
        func toRun(_ pipeline: String) async throws -> [String] {
            try workplace.write(pipeline)
            let outcome = try await workplace.run("spg", "run", "small.yaml", "--dry-run")
            #expect(outcome.status == 0, "\(outcome.errors)")
            let names = outcome.lines.filter { $0.contains("(") }.compactMap { $0.split(separator: "(").first }
            return Set(names.map(String.init)).sorted()
        }
        let faster = Workplace.pipeline.replacing("latentDimension: 8", with: "latentDimension: 8, learningRate: 0.001")
        #expect(try await toRun(faster) == ["generator", "spg"])
        let estimate = try await workplace.run("spg", "run", "small.yaml", "--dry-run")
        #expect(
            estimate.lines.contains { $0.hasPrefix("generator ") && $0.hasSuffix("from 2 runs here") }, "\(estimate.output)")
        #expect(estimate.lines.contains { $0.hasPrefix("spg ") && $0.hasSuffix("from 2 runs here") })
        let ran = try await workplace.run("spg", "run", "small.yaml")
        #expect(ran.status == 0 && ran.errors.contains("4/4"))
        let template = faster.replacing("embeddings: features}}", with: "embeddings: features}, with: {template: \"a {}.\"}}")
        #expect(try await toRun(template) == ["zero-shot"])
        #expect(try await toRun("# A comment.\n" + Workplace.pipeline).isEmpty)
        let reordered = Workplace.pipeline.replacing(
            "seed: \"${seed}\", context: \"\", contextLength: 2", with: "contextLength: 2, seed: \"${seed}\", context: \"\"")
        #expect(reordered != Workplace.pipeline)
        #expect(try await toRun(reordered).isEmpty)

        try workplace.write(Workplace.pipeline)
        let back = try await workplace.run("spg", "run", "small.yaml", "--threads", "2")
        #expect(back.status == 0 && back.errors == "All 12 artifacts are made; nothing is to run.\n")

        // One image more: its domain is encoded anew, which costs that image.
        let folder = workplace.url.appending(path: "data/ink/bars")
        try PictureTree.picture(domain: 1, label: 0, number: 77).png().write(to: folder.appending(path: "new.png"))
        #expect(try await toRun(Workplace.pipeline) == ["features", "generator", "prompts", "spg"])
        let grown = try await workplace.run("spg", "run", "small.yaml")
        #expect(grown.errors.contains("features(domain ink): extract ink: 1/1 images"), "\(grown.errors)")
        #expect(grown.errors.contains("24 found in the store"))
        #expect(try workplace.count("SELECT count(*) FROM embedding") == 3 * 24 * 2 + 2)
    }

    @Test("With onBadImage: skip a run leaves unreadable files out and says how many; without, it names the first and fails")
    func badImage() async throws {
        let workplace = try Workplace()
        let bad = workplace.url.appending(path: "data/ink/bars/1.jpg")
        try Data(contentsOf: bad).prefix(200).write(to: bad)
        let failed = try await workplace.run("spg", "run", "small.yaml")
        #expect(failed.status == 1)
        #expect(failed.errors.contains(bad.path) && failed.errors.contains("FAILED"), "\(failed.errors)")
        #expect(failed.errors.contains("skipped, since features(domain ink) failed"))
        // What does not depend on it has been made.
        #expect(try workplace.count("SELECT count(*) FROM artifacts WHERE kind = 'embeddings'") == 2)
        #expect(try workplace.count("SELECT count(*) FROM results") == 2)
        try workplace.expectSound()
        let status = try await workplace.run("spg", "status", "small.yaml")
        #expect(status.output.contains("failed when last tried") && status.output.contains("1.jpg"), "\(status.output)")

        try workplace.write(Workplace.pipeline.replacing("name: Small", with: "name: Small, onBadImage: skip"))
        let skipped = try await workplace.run("spg", "run", "small.yaml")
        #expect(skipped.status == 0, "\(skipped.errors)")
        #expect(skipped.errors.contains("1 left out as unreadable") && skipped.errors.contains("Warning: skipped: "))
        #expect(try workplace.count("SELECT count(*) FROM embedding") == (3 * 24 - 1) * 2)
    }

    /// A mistake in a pipeline file, and what is said about it.
    static let mistakes: [(old: String, new: String, message: String)] = [
        ("[chalk, oil]", "[chalk, oli]", "has no domain “oli”; did you mean “oil”?"),
        ("name: Small", "name: Small, domains: [chalk, ink, tempera]", "has no domain “tempera”"),
        (
            "batchSize: 8, epochs: 3}", "batchSize: 0, epochs: 3}",
            "stages.prompts.with.batchSize: must be a whole number from 1 to 1000000, not 0"
        ),
        ("warmUpEpochs: 1", "warmUpEpochs: 1, validateEvery: 0", "stages.generator.with.validateEvery: must be"),
        ("seed: [1]", "seed: [1, -2]", "with.seed: must be a whole number from 0"),
        ("contextLength: 2", "contextLenght: 2", "did you mean “contextLength”?"),
        ("views: 1", "views: many", "expected a number or everyEpoch, found"),
        ("views: 1", "views: 5000", "small.yaml:6:43: stages.features.with.views: must be a whole number from 0 to 1000"),
        ("checkpoint: clip", "checkpoint: clop", "No checkpoint at"),
        ("root: data", "root: dada", "dada"),
        ("evaluate-zero-shot", "evaluate-zero-shots", "did you mean “evaluate-zero-shot”?"),
        ("prompts: prompts}", "prompts: prompt}", "small.yaml:"),
    ]

    @Test("A mistake in the file is said with its place, before anything runs", arguments: mistakes.indices)
    func mistake(index: Int) async throws {
        let workplace = try Workplace()
        let (old, new, message) = Self.mistakes[index]
        #expect(Workplace.pipeline.contains(old))
        try workplace.write(Workplace.pipeline.replacing(old, with: new))
        for command in ["run", "status", "results"] {
            let outcome = try await workplace.run("spg", command, "small.yaml")
            #expect(outcome.status == 65 && outcome.output.isEmpty)
            #expect(outcome.errors.contains(message) && outcome.errors.contains("Error: small.yaml:"), "\(outcome.errors)")
        }
        if FileManager.default.fileExists(atPath: workplace.storePath) {
            #expect(try workplace.count("SELECT count(*) FROM artifacts WHERE kind <> 'images'") == 0)
        }
    }

    @Test("A pipeline file that is not there, or no YAML, is said by its path")
    func noFile() async throws {
        let workplace = try Workplace()
        let missing = try await workplace.run("spg", "run", "smal.yaml")
        #expect(missing.status == 65 && missing.errors.contains("smal.yaml"), "\(missing.errors)")
        try workplace.write("pipeline: [")
        let broken = try await workplace.run("spg", "run", "small.yaml")
        #expect(broken.status == 65 && broken.errors.contains("small.yaml:"), "\(broken.errors)")
    }
}

@Suite("What was learned elsewhere, in a pipeline")
struct ImportedPipelineTests {
    @Test("Exported prompts and generators stand in the places of fit and cgan, and give the same predictions")
    func standIns() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        for domain in ["chalk", "ink", "oil"] {
            let prompt = try await workplace.run(
                "spg", "export", "prompt", "coop/\(domain)/1", "--output", "Small_CoOp_\(domain.prefix(1)).pt")
            #expect(prompt.status == 0, "\(prompt.errors)")
        }
        for (target, sources) in [("chalk", "ink+oil"), ("oil", "chalk+ink")] {
            let generator = try await workplace.run(
                "spg", "export", "generator", "spg/\(sources)/1", "--output", "generator-\(target).pt")
            #expect(generator.status == 0, "\(generator.errors)")
        }
        try workplace.write(
            """
            pipeline: theirs
            dataset: {root: data, name: Small}
            encoder: {checkpoint: clip}
            matrix: {target: [chalk, oil], seed: [1]}
            stages:
              features: {uses: extract, with: {views: 1}}
              labels:
                uses: import-prompt
                from: {embeddings: features}
                with: {file: {chalk: Small_CoOp_c.pt, ink: Small_CoOp_i.pt, oil: Small_CoOp_o.pt}}
              generator:
                uses: cgan
                from: {embeddings: features, prompts: labels}
                with: {seed: "${seed}", batchSize: 8, epochs: 3, warmUpEpochs: 1, latentDimension: 8}
              trained: {uses: import-generator, from: {embeddings: features}, with: {file: "generator-${target}.pt"}}
              spg: {uses: evaluate-generator, from: {embeddings: features, generator: generator}, with: {seed: "${seed}"}}
              same: {uses: evaluate-generator, from: {embeddings: features, generator: trained}, with: {seed: "${seed}"}}
              drawn:
                uses: evaluate-generator
                from: {embeddings: features, generator: trained}
                with: {seed: "${seed}", draws: 3, average: probabilities}
            """)
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try workplace.count("SELECT count(*) FROM uncertainties") == 48)
        // Whatever made the generator, the predictions are those of the pipeline that made all of it.
        let equal = try workplace.count(
            """
            SELECT count(*) FROM results AS ours
            JOIN results AS theirs ON theirs.target = ours.target AND theirs.method IN ('spg', 'same')
            JOIN predictions AS a ON a.evaluation_key = ours.evaluation_key
            JOIN predictions AS b ON b.evaluation_key = theirs.evaluation_key AND b.image_path = a.image_path
            WHERE ours.method = 'SPG' AND b.probability = a.probability AND b.predicted = a.predicted
            """)
        #expect(equal == 2 * 2 * 24)
        let again = try await workplace.run("spg", "run", "small.yaml")
        #expect(again.status == 0 && again.errors.contains("nothing is to run"))
        let missing = try await workplace.run(
            "spg", "import", "prompt", "--embeddings", "ink", "--file", "none.pt", "--checkpoint", "clip")
        #expect(missing.status == 65 && missing.errors.contains("none.pt"), "\(missing.errors)")
    }
}
