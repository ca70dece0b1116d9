import ArtifactStore
import Foundation
import Testing

/// What is collected, and what never is.
@Suite struct GarbageTests {
    /// A second pipeline "other" over one domain of its own and one that it shares with "desktop-icons".
    private func runOther(in store: ArtifactStore) throws -> [ArtifactKey] {
        let own = try Sample.extract(Sample.manifest("breeze"), into: store)
        let shared = try store.resolve("oxygen", kind: .embeddings)
        let recipe = Sample.promptRecipe(own, seed: 7)
        let prompt = try store.write(recipe, .prompt(Sample.prompt("breeze", seed: 7)), seconds: 1)
        try store.setPipeline("other", to: [
            .init(stage: "features", cell: ["domain": "breeze"], key: own),
            .init(stage: "features", cell: ["domain": "oxygen"], key: shared),
            .init(stage: "prompts", cell: ["domain": "breeze"], key: prompt),
        ])
        return [own, shared, prompt]
    }

    @Test func aDryRunChangesNothingAndSaysWhatWouldGo() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let other = try runOther(in: store)
            let before = try store.rowCounts()
            let reader = try ArtifactStore(path: store.path, readOnly: true)
            let garbage = try reader.collectGarbage(keeping: ["desktop-icons"], deleting: false)
            #expect(try store.rowCounts() == before)
            #expect(garbage.artifacts.map(\.key).contains(other[0]) && garbage.artifacts.map(\.key).contains(other[2]))
            #expect(!garbage.artifacts.map(\.key).contains(other[1]))
            #expect(garbage.embeddings == 12 && garbage.embeddingBytes == 12 * 32 && garbage.pipelines == ["other"])
        }
    }

    @Test func whatIsNamedStaysWhole() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let alone = try store.rowCounts()
            _ = try runOther(in: store)
            let both = try store.rowCounts()
            #expect(try store.collectGarbage(keeping: ["desktop-icons", "other"], deleting: true).isEmpty)
            #expect(try store.rowCounts() == both)

            let planned = try store.collectGarbage(keeping: ["desktop-icons"], deleting: false)
            #expect(try store.collectGarbage(keeping: ["desktop-icons"], deleting: true) == planned)
            // One instance of the pipeline failed: the latest images of all domains stay, for an extraction may be under way.
            let after = try store.rowCounts()
            #expect(after["artifact"] == 15 && after["embedding"] == alone["embedding"] && after["prompt"] == alone["prompt"])
            #expect(try store.verify().damages.isEmpty)
            #expect(try store.collectGarbage(keeping: ["desktop-icons"], deleting: true).isEmpty)
        }
    }

    @Test func onlyTheSharedPartOfAnotherPipelineStays() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let other = try runOther(in: store)
            let unasked = Sample.promptRecipe(other[1], seed: 99).key
            try store.save(TrainingCheckpoint(progress: [:], payload: Data([1])), for: unasked)
            try store.collectGarbage(keeping: ["other"], deleting: true)
            #expect(try Set(store.texts("SELECT key FROM artifacts WHERE kind <> 'images'")) == Set(other.map(\.description)))
            #expect(try store.texts("SELECT domain FROM latest_manifest ORDER BY 1") == ["breeze", "oxygen"])
            let rows = try store.rowCounts()
            #expect(rows["image"] == 12 && rows["embedding"] == 24 && rows["checkpoint"] == 0 && rows["failure"] == 0)
            #expect(try store.verify().damages.isEmpty)
            try store.compact()
        }
    }

    @Test func featuresOfAnUnfinishedExtractionStay() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let begun = Sample.manifest("breeze")
            try store.record(begun)
            let row = ImageView(image: begun.images[0].digest, view: "center")
            try store.insert(.init([1, 8], Sample.vector(row.image, row.view)), for: [row], encoder: Sample.encoder.key)
            let garbage = try store.collectGarbage(keeping: ["desktop-icons"], deleting: true)
            #expect(garbage.embeddings == 0)
            #expect(try store.rowCounts()["embedding"] == 37)
        }
    }

    @Test func anUnknownPipelineIsRefused() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let error = #expect(throws: StoreError.self) {
                try store.collectGarbage(keeping: ["desktop-icon"], deleting: true)
            }
            #expect(error?.description.contains("did you mean “desktop-icons”?") == true)
            #expect(try store.rowCounts()["artifact"] == 14)
        }
    }

    @Test func digestsOfFilesThatAreGoneGo() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let folder = URL(fileURLWithPath: store.path).deletingLastPathComponent()
            let paths = ["a", "b"].map { folder.appendingPathComponent($0).path }
            for path in paths { try Data(path.utf8).write(to: URL(fileURLWithPath: path)) }
            Thread.sleep(forTimeInterval: 0.1)
            _ = try store.digests(ofFiles: paths)
            try FileManager.default.removeItem(atPath: paths[0])
            #expect(try store.collectGarbage(keeping: ["desktop-icons"], deleting: true).files == 1)
            #expect(try store.texts("SELECT path FROM file_digest") == [paths[1]])
        }
    }
}
