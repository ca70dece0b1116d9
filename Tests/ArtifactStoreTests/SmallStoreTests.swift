import ArtifactStore
import Datasets
import Foundation
import GRDB
import Tensors
import Testing

/// Small stores of single artifacts: made from one store, put together in another, and merged back.
@Suite struct SmallStoreTests {
    /// Writes the small store of each artifact.
    private func smallStores(
        of keys: [ArtifactKey], from store: ArtifactStore, in folder: String, withImages: Bool = true
    ) throws -> [(path: String, key: ArtifactKey?)] {
        try keys.map { key in
            let path = "\(folder)/\(key).sqlite"
            try store.writeSmallStore(of: [key], to: path, withImages: withImages)
            return (path, key)
        }
    }

    private func keys(_ store: ArtifactStore, _ kinds: ArtifactKind...) throws -> [ArtifactKey] {
        try store.texts("SELECT key FROM artifact ORDER BY id").compactMap { Digest($0) }.filter {
            try kinds.contains(store.artifact($0)?.recipe.kind ?? .images)
        }
    }

    /// What was learned and measured, to the bit.
    private func results(_ store: ArtifactStore) throws -> [QueryResult] {
        try [
            """
            SELECT key, kind, created, seconds, bytes, parameters FROM artifacts WHERE kind NOT IN ('images', 'embeddings')
            ORDER BY key
            """, "SELECT * FROM prompts ORDER BY key",
            "SELECT * FROM tensors ORDER BY key, name", "SELECT * FROM metrics ORDER BY 1, 2, 3",
            "SELECT * FROM predictions ORDER BY 1, 2",
            "SELECT key, method, target, seed, accuracy, images FROM evaluations ORDER BY key",
            "SELECT * FROM files ORDER BY 1, 2",
        ].map { try store.query($0) }
    }

    private func merge(
        _ results: [(path: String, key: ArtifactKey?)], into store: ArtifactStore, replacing: Bool = false
    ) throws -> [MergedResult] {
        try store.merge(results: results, replacing: replacing) { _ in 1e-3 }
    }

    @Test func whatIsPutTogetherIsAsItWas() throws {
        try withFolder { folder in
            let store = try ArtifactStore(path: folder + "/store.sqlite")
            try Sample.runPipeline(in: store)
            try Sample.runCommand(in: store)
            let features = try Sample.extractStatistics(Sample.manifest("breeze"), into: store)
            let local = try ArtifactStore(path: folder + "/local.sqlite")
            let inputs = try keys(store, .embeddings, .prompt, .generator, .evaluation, .files)
            // In any order: what is there in outline becomes whole.
            for (path, _) in try smallStores(of: inputs.reversed(), from: store, in: folder) {
                try local.add(smallStoreAt: path)
            }
            #expect(try results(local) == results(store))
            #expect(try local.verify().damages.isEmpty)
            for key in try keys(store, .embeddings) {
                for view in try store.embeddingSet(key).views {
                    #expect(try local.embeddings(key, view: view).vectors == store.embeddings(key, view: view).vectors)
                }
            }
            #expect(
                try local.blockStatistics(features, view: "center") == store.blockStatistics(features, view: "center"))
            // Adding one again changes nothing.
            let before = try local.rowCounts()
            try local.add(smallStoreAt: "\(folder)/\(inputs[0]).sqlite")
            #expect(try local.rowCounts() == before)
        }
    }

    @Test func aResultIsSmallAndHasNoImages() throws {
        try withFolder { folder in
            let store = try ArtifactStore(path: folder + "/store.sqlite")
            try Sample.runPipeline(in: store)
            let evaluation = try keys(store, .evaluation)[0]
            let (path, _) = try smallStores(of: [evaluation], from: store, in: folder, withImages: false)[0]
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? .max < 150_000)
            let counts = try ArtifactStore(path: path, readOnly: true).rowCounts()
            #expect(counts["prediction"] == 6 && counts["manifest_image"] == 0 && counts["embedding"] == 0)
        }
    }

    @Test func resultsAreMergedOnceAndAreWhatTheyWere() throws {
        try withFolder { folder in
            let other = try ArtifactStore(path: folder + "/other.sqlite")
            try Sample.runPipeline(in: other)
            try Sample.runCommand(in: other)
            let made = try smallStores(
                of: keys(other, .prompt, .generator, .evaluation, .files), from: other, in: folder, withImages: false)
            // In another order than there, so that equal things have different numbers.
            let store = try ArtifactStore(path: folder + "/store.sqlite")
            for domain in ["papirus", "breeze", "oxygen", "tango"] { try Sample.extract(Sample.manifest(domain), into: store) }
            try store.save(
                TrainingCheckpoint(progress: ["epoch": 1], payload: Data([1])), for: made[0].key ?? Digest(of: Data()))
            let merged = try merge(made, into: store)
            #expect(merged == made.map { _ in .merged })
            #expect(try results(store) == results(other))
            #expect(try store.verify().damages.isEmpty)
            #expect(try store.rowCounts()["checkpoint"] == 0)
            let before = try store.rowCounts()
            #expect(try merge(made + made, into: store) == (made + made).map { _ in .found })
            #expect(try merge([(folder + "/none.sqlite", made[0].key)], into: store) == [.gone])
            #expect(try store.rowCounts() == before)
        }
    }

    @Test func twoMergersAtOnceMergeEachResultOnce() throws {
        try withFolder { folder in
            let other = try ArtifactStore(path: folder + "/other.sqlite")
            try Sample.runPipeline(in: other)
            let made = try smallStores(
                of: keys(other, .prompt, .generator, .evaluation), from: other, in: folder, withImages: false)
            let path = folder + "/store.sqlite", store = try ArtifactStore(path: path)
            for domain in ["papirus", "oxygen", "tango"] { try Sample.extract(Sample.manifest(domain), into: store) }
            let failures = concurrently(4) { _ in
                let mine = try ArtifactStore(path: path)
                for result in made { #expect(try [[.merged], [.found]].contains(mine.merge(results: [result]) { _ in 0 })) }
            }
            #expect(failures.isEmpty)
            #expect(try results(store) == results(other) && store.verify().damages.isEmpty)
        }
    }

    /// What is wrong with the result of a prompt, and what is said of it.
    static let wrong: [(harm: @Sendable (String, Database) throws -> Void, says: String)] = [
        ({ _, file in try file.execute(sql: "UPDATE prompt SET vectors = zeroblob(24)") }, "not those that were written"),
        ({ _, file in try file.execute(sql: "UPDATE prompt SET validation_accuracy = 1") }, "not those that were written"),
        (
            { _, file in try file.execute(sql: "UPDATE artifact SET parameters = '{}' WHERE kind = 'prompt'") },
            "do not match its key"
        ),
        ({ _, file in try file.execute(sql: "DELETE FROM artifact_digest") }, "not those that were written"),
        ({ _, file in try file.execute(sql: "DELETE FROM prompt") }, "no contents"),
        ({ _, file in try file.execute(sql: "DELETE FROM artifact WHERE kind = 'prompt'") }, "does not hold"),
        (
            { _, file in
                try file.execute(
                    sql: "UPDATE artifact SET key = replace(key, substr(key, 1, 6), 'abcdef') WHERE kind = 'embeddings'")
            },
            "no artifact with the key abcdef"
        ),
        ({ _, file in try file.execute(sql: "PRAGMA user_version = 999") }, "newer version"),
        ({ _, file in try file.execute(sql: "PRAGMA user_version = 9") }, "older version"),
        ({ _, file in try file.execute(sql: "PRAGMA application_id = 1") }, "another program"),
    ]

    @Test(arguments: wrong.indices) func aResultThatIsNotWhatItShouldBeIsRefused(index: Int) throws {
        let (harm, says) = Self.wrong[index]
        try withFolder { folder in
            let store = try ArtifactStore(path: folder + "/store.sqlite")
            try Sample.runPipeline(in: store)
            let prompt = try keys(store, .prompt)[0]
            let result = try smallStores(of: [prompt], from: store, in: folder, withImages: false)[0]
            let file = try DatabaseQueue(path: result.path)
            try file.write { try harm(result.path, $0) }
            try file.close()
            let target = try ArtifactStore(path: folder + "/target.sqlite")
            for domain in ["papirus", "oxygen", "tango"] { try Sample.extract(Sample.manifest(domain), into: target) }
            let before = try target.rowCounts()
            guard case .refused(let reason)? = try merge([result], into: target).first else {
                Issue.record("it was not refused")
                return
            }
            #expect(reason.contains(says) && !reason.contains("\n"), "\(reason)")
            #expect(try target.rowCounts() == before && target.verify().damages.isEmpty)
        }
    }

    @Test func aTruncatedResultIsRefusedAndTheOthersAreMerged() throws {
        try withFolder { folder in
            let other = try ArtifactStore(path: folder + "/other.sqlite")
            try Sample.runPipeline(in: other)
            let made = try smallStores(of: keys(other, .prompt), from: other, in: folder, withImages: false)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: made[1].path))
            let store = try ArtifactStore(path: folder + "/store.sqlite")
            for domain in ["papirus", "oxygen", "tango"] { try Sample.extract(Sample.manifest(domain), into: store) }
            for length in [0, 10, 1024, 5000, bytes.count / 2, bytes.count - 1024] {
                try bytes.prefix(length).write(to: URL(fileURLWithPath: made[1].path))
                let merged = try merge(made, into: store)
                guard case .refused = merged[1] else {
                    Issue.record("\(length) of \(bytes.count) bytes were taken: \(merged[1])")
                    continue
                }
                #expect(merged.enumerated().allSatisfy { $0 == 1 || $1 == .merged || $1 == .found })
            }
            try bytes.write(to: URL(fileURLWithPath: made[1].path))
            #expect(try merge(made, into: store)[1] == .merged)
            #expect(try store.verify().damages.isEmpty)
        }
    }

    @Test(arguments: CopyTests.conflicts.indices.dropFirst()) func aResultAtOddsWithTheStoreIsRefused(index: Int) throws {
        try withFolder { folder in
            let store = try ArtifactStore(path: folder + "/store.sqlite"),
                other = try ArtifactStore(path: folder + "/other.sqlite")
            try Sample.runPipeline(in: store)
            try Sample.runPipeline(in: other)
            try CopyTests.conflicts[index].make(other)
            let made = try smallStores(
                of: keys(other, .prompt, .generator, .evaluation), from: other, in: folder, withImages: false)
            let before = try results(store), merged = try merge(made, into: store)
            let refused = merged.filter {
                if case .refused(let reason) = $0 { reason.contains("other contents") } else { false }
            }
            #expect(refused.count == 1 && merged.count { $0 == .found } == made.count - 1)
            #expect(try results(store) == before)
            // Where it is asked for, it comes in the place of what is there.
            for _ in 0..<2 {
                #expect(try merge(made, into: store, replacing: true) == made.map { _ in .merged })
                #expect(try results(store) == results(other) && store.verify().damages.isEmpty)
                #expect(try store.rowCounts() == other.rowCounts())
            }
        }
    }

    /// Features of parts of a domain, and of all of it in one store.
    private func parts(
        _ manifest: DomainManifest, _ count: Int, in folder: String
    ) throws -> [(path: String, key: ArtifactKey?)] {
        try (0..<count).map { index in
            let store = try ArtifactStore(path: "\(folder)/part-\(index).sqlite")
            let key = try Sample.extract(manifest.part(index, of: count), into: store, withNorms: true)
            let path = "\(folder)/small-\(index).sqlite"
            try store.writeSmallStore(of: [key], to: path)
            return (path, nil)
        }
    }

    @Test func partsOfADomainBecomeItsFeatures() throws {
        try withFolder { folder in
            let manifest = Sample.manifest("tango", extra: 5), made = try parts(manifest, 3, in: folder)
            let store = try ArtifactStore(path: folder + "/store.sqlite")
            try store.record(manifest)
            #expect(try merge([made[2], made[0]], into: store) == [.merged, .merged])
            // A part is missing: its images lack features, and no others.
            let missing = try store.missing(views: Sample.views, of: manifest.key, encoder: Sample.encoder.key)
            #expect(missing.map(\.image) == manifest.part(1, of: 3).images)
            #expect(throws: StoreError.self) {
                let set = EmbeddingSet(manifest: manifest.key, encoder: Sample.encoder.key, views: Sample.views)
                try store.write(Sample.extractionRecipe(manifest), .embeddings(set), seconds: 1)
            }
            // One comes twice.
            #expect(try merge([made[1], made[0]], into: store) == [.merged, .found])
            let key = try Sample.extract(manifest, into: store)
            let whole = try ArtifactStore(path: folder + "/whole.sqlite")
            #expect(try Sample.extract(manifest, into: whole, withNorms: true) == key)
            for view in Sample.views {
                #expect(try store.embeddings(key, view: view).vectors == whole.embeddings(key, view: view).vectors)
                #expect(try store.norms(key, view: view) == whole.norms(key, view: view))
            }
            // The parts are no artifacts of the store.
            #expect(try store.rowCounts()["artifact"] == 2 && store.verify().damages.isEmpty)
        }
    }

    @Test func aPartFillsNormsAndIsRefusedWhereFeaturesDiffer() throws {
        try withFolder { folder in
            let manifest = Sample.manifest("tango"), made = try parts(manifest, 2, in: folder)
            let store = try ArtifactStore(path: folder + "/store.sqlite")
            let key = try Sample.extract(manifest, into: store)
            #expect(try merge(made, into: store) == [.merged, .merged])
            #expect(try store.hasNorms(key) && store.verify().damages.isEmpty)
            let row = ImageView(image: manifest.images[4].digest, view: "center")
            try store.insert(
                Tensor([1, 8], [1, 0, 0, 0, 0, 0, 0, 0]), for: [row], encoder: Sample.encoder.key, replacing: true)
            for norms in [nil, [2 as Float]] {
                try store.insert(
                    Tensor([1, 8], [1, 0, 0, 0, 0, 0, 0, 0]), norms: norms, for: [row], encoder: Sample.encoder.key,
                    replacing: true)
                let before = try store.query("SELECT * FROM embeddings ORDER BY 1, 2, 3, 4")
                let merged = try merge(made, into: store)
                #expect(merged[0] == .found)
                guard case .refused(let reason) = merged[1] else {
                    Issue.record("\(merged[1])")
                    continue
                }
                #expect(reason.contains("/data/tango/"), "\(reason)")
                #expect(try store.query("SELECT * FROM embeddings ORDER BY 1, 2, 3, 4") == before)
            }
            // Where it is asked for, its features come in the place of others.
            #expect(try merge(made, into: store, replacing: true) == [.found, .merged])
            #expect(try merge(made, into: store) == [.found, .found] && store.verify().damages.isEmpty)
        }
    }

    @Test func aPartThatIsDamagedIsRefused() throws {
        for harm in [
            "UPDATE embedding SET vector = zeroblob(32) WHERE id = 2", "DELETE FROM embedding WHERE id = 2",
            "UPDATE embedding SET norm = 3 WHERE id = 1", "UPDATE encoder SET dimension = 9", "DELETE FROM manifest_image",
            "DELETE FROM embedding_set",
        ] {
            try withFolder { folder in
                let manifest = Sample.manifest("tango"), made = try parts(manifest, 2, in: folder)
                let file = try DatabaseQueue(path: made[0].path)
                try file.writeWithoutTransaction { try $0.execute(sql: "PRAGMA foreign_keys = OFF; \(harm)") }
                try file.close()
                let store = try ArtifactStore(path: folder + "/store.sqlite")
                let merged = try merge(made, into: store)
                guard case .refused = merged[0], merged[1] == .merged else {
                    Issue.record("\(harm): \(merged)")
                    return
                }
                #expect(try store.rowCounts()["embedding"] == 6)
            }
        }
    }
}
