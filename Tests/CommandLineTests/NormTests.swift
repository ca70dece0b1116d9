import ArtifactStore
import Datasets
import Foundation
import TestSupport
import Testing

/// A store whose features are older than norms, DPL, which reads norms, and the commands that fill them in.
@Suite("Norms of features by commands") struct NormTests {
    private static let pipeline = """
        pipeline: small
        dataset: {root: data, name: Small}
        encoder: {checkpoint: clip}
        matrix: {target: [chalk], seed: [1]}
        stages:
          features: {uses: extract, with: {views: 1}}
          zero-shot: {uses: evaluate-zero-shot, from: {embeddings: features}}
          dpl:
            uses: fit-dpl
            from: {embeddings: features}
            with: {seed: "${seed}", contextLength: 2, hiddenWidth: 16, batchSize: 4, steps: 6, validateEvery: 3}
          dpl-target: {uses: evaluate-dpl, from: {embeddings: features, generator: dpl}, with: {batchSize: 7}}
        results: {zero-shot: Zero-shot CLIP, dpl-target: DPL}
        """

    /// A workplace whose pipeline has run, and beside it `old.sqlite` with the same features and without norms.
    private func olderStore() async throws -> Workplace {
        let workplace = try Workplace()
        try workplace.write(Self.pipeline)
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0, "\(run.errors)")
        let store = try workplace.store, old = try ArtifactStore(path: workplace.folder.path("old.sqlite"))
        for row in try store.query("SELECT key FROM artifacts WHERE kind = 'embeddings'").rows {
            guard case .text(let text) = row[0], let key = Digest(text) else { continue }
            let set = try store.embeddingSet(key), recipe = try #require(try store.artifact(key)).recipe
            try old.record(store.encoder(set.encoder))
            for view in set.views {
                let embeddings = try store.embeddings(key, view: view)
                try old.record(embeddings.manifest)
                let rows = embeddings.manifest.images.map { ImageView(image: $0.digest, view: view) }
                try old.insert(embeddings.vectors, for: rows, encoder: set.encoder)
            }
            try old.write(recipe, .embeddings(set), seconds: 1)
        }
        try old.close()
        return workplace
    }

    private func vectors(_ workplace: Workplace, _ name: String) throws -> QueryResult {
        try ArtifactStore(path: workplace.folder.path(name), readOnly: true)
            .query("SELECT image_path, view, vector FROM embeddings ORDER BY 1, 2")
    }

    @Test("A run encodes again what DPL reads norms of, says so beforehand, and comes to the same results") func run()
        async throws
    {
        let workplace = try await olderStore()
        let before = try vectors(workplace, "old.sqlite")
        #expect(before == (try vectors(workplace, "store.sqlite")))
        // Nobody who reads none has anything to encode.
        let other = try await workplace.run("spg", "run", "small.yaml", "--until", "zero-shot", "--store", "old.sqlite")
        #expect(other.status == 0 && other.errors.contains("1/1  zero-shot"), "\(other.errors)")

        let status = try await workplace.run("spg", "status", "small.yaml", "--store", "old.sqlite")
        #expect(status.output.contains("incomplete") && status.output.contains("which dpl(target chalk, seed 1) reads"))
        #expect(status.output.contains("5 of 6 artifacts are to be made."), "\(status.output)")
        let json = try await workplace.run("spg", "status", "small.yaml", "--store", "old.sqlite", "--json")
        var seen: Set<String> = []
        let faults = try JSONPage().faults(in: JSONValue(parsing: json.output), of: "spg status", seen: &seen)
        #expect(faults.isEmpty && seen.contains("instance.reader"), "\(faults)")
        let plan = try await workplace.run("spg", "run", "small.yaml", "--dry-run", "--store", "old.sqlite")
        #expect(plan.output.contains("features without norms") && plan.output.contains("features   "), "\(plan.output)")
        let explanation = try await workplace.run(
            "spg", "explain", "small.yaml", "features(domain ink)", "--store", "old.sqlite")
        #expect(explanation.output.contains("features(domain ink): incomplete"), "\(explanation.output)")
        let some = try await workplace.run("spg", "run", "small.yaml", "--only", "dpl", "--store", "old.sqlite")
        #expect(some.status == 64 && some.errors.contains("without the norms that are read"), "\(some.errors)")

        let run = try await workplace.run("spg", "run", "small.yaml", "--store", "old.sqlite")
        #expect(run.status == 0 && run.errors.contains("48 features got their norms"), "\(run.errors)")
        #expect(try vectors(workplace, "old.sqlite") == before)
        #expect(try workplace.contents() == workplace.contents(of: "old.sqlite"))
        let again = try await workplace.run("spg", "run", "small.yaml", "--store", "old.sqlite")
        #expect(again.errors.contains("nothing is to run"), "\(again.errors)")
        let verified = try await workplace.run("spg", "store", "verify", "--store", "old.sqlite")
        #expect(verified.status == 0, "\(verified.errors)")
    }

    @Test("By hand, DPL says which command fills them in, with status 65") func byHand() async throws {
        let workplace = try await olderStore()
        let keys = try ["ink", "oil"].map { domain in
            let rows = try workplace.query("SELECT key FROM names WHERE name = '\(domain)' AND kind = 'embeddings'").rows
            guard case .text(let key)? = rows.first?.first else { return "" }
            return key
        }
        func fit() async throws -> Program.Outcome {
            try await workplace.run(
                "spg-fit", "dpl", "--embeddings", keys[0], "--embeddings", keys[1], "--store", "old.sqlite", "--context-length",
                "2", "--hidden-width", "16", "--batch-size", "4", "--steps", "6", "--validate-every", "3")
        }
        let refused = try await fit()
        #expect(refused.status == 65 && refused.errors.contains("spg-extract --norms"), "\(refused.errors)")
        let merged = try await workplace.run("spg", "store", "merge", "old.sqlite")
        #expect(merged.status == 0 && merged.output.contains("New features: 0"), "\(merged.output)")

        let filled = try await workplace.run(
            "spg-extract", "--data", "data", "--dataset", "Small", "--views", "1", "--norms", "--store", "old.sqlite")
        #expect(filled.status == 0 && filled.errors.contains("48 features got their norms"), "\(filled.errors)")
        #expect(try await fit().status == 0)
        let wrong = try await workplace.run("spg-extract", "--data", "data", "--norms", "--imported", "gpu")
        #expect(wrong.status == 64 && wrong.errors.contains("--imported or --norms"), "\(wrong.errors)")

        // Another store fills them in, too.
        let copy = try await olderStore()
        let merge = try await copy.run("spg", "store", "merge", "store.sqlite", "--store", "old.sqlite")
        #expect(merge.status == 0 && merge.output.contains("New norms: of 144 features"), "\(merge.output)")
    }

    @Test("Exported features come back with their norms, and DPL learns from them") func exchange() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg-extract", "--data", "data", "--views", "1").status == 0)
        let exported = try await workplace.run("spg", "export", "features", "ink", "oil", "--output", "f.safetensors")
        #expect(exported.status == 0, "\(exported.errors)")
        let table = try String(contentsOf: workplace.url.appending(path: "f.csv"), encoding: .utf8)
        #expect(table.hasPrefix("image_path,image_sha256,domain,label,norm,norm1\n"))
        let imported = try await workplace.run(
            "spg", "import", "features", "f.safetensors", "--images", "f.csv", "--encoder", "gpu", "--data", "data", "--domain",
            "ink", "--domain", "oil", "--checkpoint", "clip")
        #expect(imported.status == 0, "\(imported.errors)")
        let keys = imported.output.split(separator: "\n").map(String.init)
        let fit = try await workplace.run(
            "spg-fit", "dpl", "--embeddings", keys[0], "--embeddings", keys[1], "--context-length", "2", "--hidden-width", "16",
            "--batch-size", "4", "--steps", "6", "--validate-every", "3")
        #expect(fit.status == 0, "\(fit.errors)")
    }
}
