import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("spg export predictions --probabilities")
struct ProbabilityTests {
    /// An evaluation of every kind.
    private static let pipeline = """
        pipeline: small
        dataset: {root: data, name: Small}
        encoder: {checkpoint: clip}
        matrix: {target: [chalk], seed: [1]}
        stages:
          features: {uses: extract, with: {views: 0, statistics: true}}
          prompts:
            uses: fit
            from: {embeddings: features}
            with: {seed: "${seed}", context: "", contextLength: 2, batchSize: 4, epochs: 2}
          generator:
            uses: cgan
            from: {embeddings: features, prompts: prompts}
            with: {seed: "${seed}", batchSize: 8, epochs: 2, warmUpEpochs: 1, latentDimension: 8}
          dpl:
            uses: fit-dpl
            from: {embeddings: features}
            with: {seed: "${seed}", contextLength: 2, hiddenWidth: 16, batchSize: 4, steps: 4, validateEvery: 2}
          dapl:
            uses: fit-dapl
            from: {embeddings: features, target: features}
            with:
              {seed: "${seed}", contextLength: 2, domainContextLength: 2, domainWords: false, batchSize: 8, epochs: 2, threshold: 0.3}
          projectors:
            uses: fit-ad-clip
            from: {embeddings: features, target: features}
            with: {seed: "${seed}", scales: 2, imageTokens: 2, hiddenWidth: 8, styleHiddenWidth: 8, batchSize: 4, epochs: 2}
          vpt:
            uses: fit-vpt
            from: {embeddings: features}
            with: {seed: "${seed}", depth: 1, crops: false, batchSize: 4, epochs: 1}
          zero-shot: {uses: evaluate-zero-shot, from: {embeddings: features}, with: {templates: ["a {}.", dtd]}}
          average: {uses: evaluate-prompts, from: {embeddings: features, prompts: prompts}}
          nearest:
            uses: evaluate-prompts
            from: {embeddings: features, prompts: prompts, sources: features}
            with: {combine: nearest}
          bank:
            uses: evaluate-prompts
            from: {embeddings: features, prompts: prompts, sources: features}
            with: {combine: similarity}
          spg: {uses: evaluate-generator, from: {embeddings: features, generator: generator}}
          draws:
            uses: evaluate-generator
            from: {embeddings: features, generator: generator}
            with: {draws: 3, average: probabilities}
          dpl-target: {uses: evaluate-dpl, from: {embeddings: features, generator: dpl}, with: {batchSize: 7}}
          dapl-target: {uses: evaluate-dapl, from: {embeddings: features, generator: dapl}}
          ad-clip: {uses: evaluate-ad-clip, from: {embeddings: features, projectors: projectors}}
          vpt-target: {uses: evaluate-vision-prompts, from: {embeddings: features, generator: vpt}}
          guess:
            uses: command
            from: {target: {stage: features, of: target, as: csv}}
            evaluates: {images: target, method: guess}
            outputs: {predictions: p.csv}
            run: |
              echo image_path,image_sha256,label,predicted,probability > ${outputs.predictions}
              tail -n +2 ${inputs.target} | awk -F, '{print $1 "," $2 "," $4 "," $4 ",0.5"}' >> ${outputs.predictions}
        results: {zero-shot: Zero-shot, spg: SPG}
        """

    private static let evaluations = [
        "zero-shot", "average", "nearest", "bank", "spg", "draws", "dpl-target", "dapl-target", "ad-clip", "vpt-target",
    ]

    @Test("Every kind of evaluation gives all classes' probabilities, the predicted class's to the last bit of the store's")
    func everyKind() async throws {
        let workplace = try Workplace()
        try workplace.write(Self.pipeline)
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0, "\(run.errors)")
        for evaluation in Self.evaluations {
            let name = try #require(try workplace.store.instances(InstanceSelector(evaluation)).first).name.text
            let export = try await workplace.run(
                "spg", "export", "predictions", name, "--probabilities", "--checkpoint", "clip", "--output", "\(evaluation).csv"
            )
            #expect(export.status == 0 && !export.errors.contains("Warning"), "\(evaluation): \(export.errors)")
            let table = try String(contentsOf: workplace.url.appending(path: "\(evaluation).csv"), encoding: .utf8)
                .split(separator: "\n").map { $0.split(separator: ",").map(String.init) }
            let header = try #require(table.first)
            #expect(table.count == 25 && header[..<5] == ["image_path", "image_sha256", "label", "predicted", "probability"])
            #expect(header.dropFirst(5).allSatisfy { $0.hasPrefix("probability of ") } && header.count > 6)
            for row in table.dropFirst() {
                let column = try #require(header.firstIndex(of: "probability of \(row[3])"))
                #expect(row[column] == row[4], "\(evaluation), \(row[0])")
                let all = row.dropFirst(5).compactMap(Float.init)
                #expect(all.max() == Float(row[4]) && abs(all.reduce(0, +) - 1) < 1e-4, "\(evaluation), \(row)")
            }
        }
        // A command's own is known to the command alone.
        let guess = try await workplace.run(
            "spg", "export", "predictions", "guess", "--probabilities", "--checkpoint", "clip", "-o", "guess.csv")
        #expect(guess.status == 65 && guess.errors.contains("only the command knows the probabilities"), "\(guess.errors)")
        #expect(!FileManager.default.fileExists(atPath: workplace.folder.path("guess.csv")))
    }

    @Test("As arrays they come with a table of the classes; without, all is as it was; what does not fit is refused")
    func arrays() async throws {
        let workplace = try Workplace()
        let run = try await workplace.run("spg", "run", "small.yaml", "--until", "zero-shot(target oil)")
        #expect(run.status == 0, "\(run.errors)")
        func export(_ words: String...) async throws -> Program.Outcome {
            try await workplace.start("spg", ["export"] + words).outcome()
        }
        let arrays = try await export(
            "predictions", "zero-shot(target oil)", "--probabilities", "--checkpoint", "clip", "-o", "oil.safetensors")
        #expect(arrays.status == 0 && arrays.lines == ["oil.safetensors", "oil.csv", "oil.classes.csv"], "\(arrays.errors)")
        let classes = try String(contentsOf: workplace.url.appending(path: "oil.classes.csv"), encoding: .utf8)
        #expect(classes.hasPrefix("column,label\n0,"))
        let plain = try await export("--store", "store.sqlite", "predictions", "zero-shot(target oil)", "-o", "plain.npy")
        #expect(plain.status == 0 && plain.lines == ["plain.npy", "plain.csv"], "\(plain.errors)")
        let lone = try await export(
            "predictions", "zero-shot(target oil)", "--probabilities", "--checkpoint", "clip", "-o", "two.npy")
        #expect(lone.status == 65 && lone.errors.contains("2 arrays are written as .npz"), "\(lone.errors)")
        let features = try await export("features", "oil", "--probabilities", "-o", "f.npy")
        #expect(
            features.status == 64 && features.errors.contains("--probabilities goes with predictions"), "\(features.errors)")
        let other = try await export(
            "predictions", "zero-shot(target oil)", "--probabilities", "--checkpoint", "nowhere", "-o", "o.csv")
        #expect(other.status == 65, "\(other.errors)")
    }
}
