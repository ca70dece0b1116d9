import ArtifactStore
import Foundation
import GRDB
import Testing

/// What is collected, and what never is.
@Suite struct GarbageTests {
    /// A second pipeline "other" over one domain of its own and one that it shares with "desktop-icons".
    private func runOther(in store: ArtifactStore) throws -> [ArtifactKey] {
        let own = try Sample.extract(Sample.manifest("breeze"), into: store)
        let shared = try store.resolve("oxygen", kind: .embeddings)
        let recipe = Sample.promptRecipe(own, seed: 7)
        let prompt = try store.write(recipe, .prompt(Sample.prompt("breeze", seed: 7)), seconds: 1)
        try store.setPipeline(
            "other",
            to: [
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
            let garbage = try reader.collectGarbage(keeping: .init(names: ["desktop-icons"]), deleting: false)
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
            #expect(try store.collectGarbage(keeping: .init(names: ["desktop-icons", "other"]), deleting: true).isEmpty)
            #expect(try store.rowCounts() == both)

            let planned = try store.collectGarbage(keeping: .init(names: ["desktop-icons"]), deleting: false)
            #expect(try store.collectGarbage(keeping: .init(names: ["desktop-icons"]), deleting: true) == planned)
            // One instance of the pipeline failed: the latest images of all domains stay, for an extraction may be under way.
            let after = try store.rowCounts()
            #expect(after["artifact"] == 15 && after["embedding"] == alone["embedding"] && after["prompt"] == alone["prompt"])
            #expect(try store.verify().damages.isEmpty)
            #expect(try store.collectGarbage(keeping: .init(names: ["desktop-icons"]), deleting: true).isEmpty)
        }
    }

    @Test func onlyTheSharedPartOfAnotherPipelineStays() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let other = try runOther(in: store)
            let unasked = Sample.promptRecipe(other[1], seed: 99).key
            try store.save(TrainingCheckpoint(progress: [:], payload: Data([1])), for: unasked)
            try store.collectGarbage(keeping: .init(names: ["other"]), deleting: true)
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
            let garbage = try store.collectGarbage(keeping: .init(names: ["desktop-icons"]), deleting: true)
            #expect(garbage.embeddings == 0)
            #expect(try store.rowCounts()["embedding"] == 37)
        }
    }

    @Test func anUnknownPipelineIsRefused() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let error = #expect(throws: StoreError.self) {
                try store.collectGarbage(keeping: .init(names: ["desktop-icon"]), deleting: true)
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
            #expect(try store.collectGarbage(keeping: .init(names: ["desktop-icons"]), deleting: true).files == 1)
            #expect(try store.texts("SELECT path FROM file_digest") == [paths[1]])
        }
    }

    /// A prompt that one request asks for, and the request.
    private func ask(_ store: ArtifactStore, seed: Int, edits: [String] = [], made: Bool = true) throws -> ArtifactKey {
        let embeddings = try store.resolve("tango", kind: .embeddings)
        let recipe = Sample.promptRecipe(embeddings, seed: seed)
        if made { try store.write(recipe, .prompt(Sample.prompt("tango", seed: seed)), seconds: 1) }
        try store.setPipeline("asking", to: [.init(stage: "prompts", cell: ["seed": .number(Double(seed))], key: recipe.key)])
        try store.record(PipelineRequest(pipeline: "asking", file: "/a.yaml", edits: edits), for: [recipe.key])
        return recipe.key
    }

    private func prompts(_ store: ArtifactStore) throws -> Set<String> {
        try Set(store.texts("SELECT prompts.key FROM prompts JOIN versions USING (key) WHERE pipeline = 'asking'"))
    }

    /// A run that changes a value for once must not cost what was made without it.
    @Test func allThatAPipelineHasEverAskedForStays() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let keys = [
                try ask(store, seed: 101), try ask(store, seed: 102, edits: ["stages.prompts.with.epochs=3"]),
                try ask(store, seed: 103),
            ]
            try store.collectGarbage(keeping: .init(names: ["asking"]), deleting: true)
            #expect(try prompts(store) == Set(keys.map(\.description)))
        }
    }

    @Test func sinceADayTheLastRequestsStayAndTheOthersSayWhoAskedForThem() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let old = try ask(store, seed: 101), changed = try ask(store, seed: 102, edits: ["a=1"])
            let plain = try ask(store, seed: 103), recent = try ask(store, seed: 104, edits: ["a=2"])
            let last = try ask(store, seed: 105, edits: ["a=3"])
            try store.database.write {
                for (key, day) in [(old, "01"), (changed, "02"), (plain, "03"), (recent, "20"), (last, "04")] {
                    try $0.execute(
                        sql: """
                            UPDATE request SET asked = ? WHERE id IN (SELECT request_id FROM request_key WHERE key = ?)
                            """, arguments: ["2026-11-\(day)T10:00:00.000Z", key.description])
                }
            }
            let needed = NeededPipelines(names: ["asking", "desktop-icons"], since: "2026-11-10")
            let garbage = try store.collectGarbage(keeping: needed, deleting: false)
            #expect(Set(garbage.artifacts.map(\.key)) == [old, changed])
            #expect(garbage.artifacts.map(\.names) == [["asking/prompts/seed=101"], ["asking/prompts/seed=102"]])
            #expect(
                garbage.requests[changed]
                    == PastRequest(
                        request: PipelineRequest(pipeline: "asking", file: "/a.yaml", edits: ["a=1"]),
                        asked: "2026-11-02T10:00:00.000Z"))
            #expect(try store.collectGarbage(keeping: needed, deleting: true) == garbage)
            #expect(try prompts(store) == Set([plain, recent, last].map(\.description)))
        }
    }

    @Test func whatAFileAsksForNowStaysThoughNoRunDid() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let recipe = Sample.promptRecipe(try store.resolve("tango", kind: .embeddings), seed: 7)
            try store.write(recipe, .prompt(Sample.prompt("tango", seed: 7)), seconds: 1)
            let garbage = try store.collectGarbage(
                keeping: NeededPipelines(names: [], planned: ["new": [recipe.key]]), deleting: true)
            #expect(!garbage.artifacts.isEmpty && garbage.pipelines == ["desktop-icons"])
            #expect(try store.texts("SELECT key FROM prompts") == [recipe.key.description])
            #expect(try store.texts("SELECT kind FROM artifacts ORDER BY kind") == ["embeddings", "images", "prompt"])
        }
    }

    /// A run that makes something again and is killed leaves a training beside what is there.
    @Test func aTrainingOfWhatIsThereGoes() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let made = try ask(store, seed: 101), missing = try ask(store, seed: 102, made: false)
            for key in [made, missing] { try store.save(TrainingCheckpoint(progress: [:], payload: Data([1])), for: key) }
            let garbage = try store.collectGarbage(keeping: .init(names: ["asking", "desktop-icons"]), deleting: true)
            #expect(garbage.checkpoints == 1)
            #expect(try store.checkpoint(for: missing) != nil && store.checkpoint(for: made) == nil)
        }
    }

    @Test func nothingIsTakenOutWhileAProcessIsAtWork() throws {
        try withStore { store in
            do {
                let alone = try store.claimAlone()
                #expect(throws: StoreError.inUse(path: store.path)) { try store.claimAlone() }
                withExtendedLifetime(alone) {}
            }
            #expect(!store.isInUse)
            try store.beginWork()
            try ArtifactStore(path: store.path).beginWork()
            #expect(store.isInUse)
            #expect(throws: StoreError.inUse(path: store.path)) { try store.claimAlone() }
            // A claim of an artifact is another matter.
            _ = try store.claim(Sample.manifest("tango").key)
        }
    }

    @Test func aMergeBringsWhatTheOtherStoresRunsAskedFor() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let here = try ask(store, seed: 101)
            try withStore { other in
                try Sample.runPipeline(in: other)
                let there = try ask(other, seed: 102)
                _ = try store.merge(storeAt: other.path)
                try store.collectGarbage(keeping: .init(names: ["asking"]), deleting: true)
                #expect(try store.contains(here) && store.contains(there))
            }
        }
    }
}
