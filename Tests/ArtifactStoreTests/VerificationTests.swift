import ArtifactStore
import Foundation
import GRDB
import Testing

/// Damage is found wherever it is, named, and taken out so that a run makes it anew.
@Suite struct VerificationTests {
    /// What is done behind the store's back, what is said about it, and how many artifacts are to be made anew: the
    /// sample's pipeline has 14.
    static let damages: [(sql: String, says: String, toMake: Int)] = [
        (
            "UPDATE embedding SET vector = zeroblob(32) WHERE id = 1",
            "the features of /data/tango/", 3
        ),
        (
            "UPDATE prompt SET vectors = zeroblob(24) WHERE artifact_id = (SELECT min(artifact_id) FROM prompt)",
            "(coop, oxygen): its bytes are not those that were written", 3
        ),
        (
            "UPDATE tensor SET vector = zeroblob(8) WHERE name = 'g.bias' AND artifact_id = (SELECT max(artifact_id) FROM tensor)",
            "the weight “g.bias” of", 1
        ),
        (
            "UPDATE artifact SET parameters = '{\"seed\":3}' WHERE id = (SELECT max(artifact_id) FROM evaluation)",
            "its parameters or inputs do not match its key", 1
        ),
        (
            "UPDATE manifest_image SET label = 0 WHERE position = 5 AND manifest_id = 1",
            "its images do not match its key", 4
        ),
        (
            "UPDATE prediction SET predicted = 2 WHERE position = 0",
            "its accuracy is not that of its predictions", 2
        ),
        (
            "DELETE FROM embedding WHERE id = 1",
            "features of 1 images are missing, the first being “/data/tango/", 3
        ),
        (
            "DELETE FROM generator WHERE artifact_id = (SELECT max(artifact_id) FROM generator)",
            "it has no contents", 1
        ),
    ]

    @Test(arguments: damages.indices) func damageIsFoundAndMadeAnew(index: Int) throws {
        let (sql, says, toMake) = Self.damages[index]
        try withStore { store in
            try Sample.runPipeline(in: store)
            let sound = try store.verify()
            #expect(sound.damages.isEmpty && sound.artifacts == 14 && sound.blobs == 36 + 4 + 6)
            let contents = try Self.contents(store)
            try store.database.write { try $0.execute(sql: sql) }

            let result = try store.verify()
            #expect(result.damages.contains { "\($0.subject): \($0.problem)".contains(says) }, "\(result.damages)")
            #expect(result.damages.allSatisfy { !$0.isOfFile })
            #expect(result.toMake.count == toMake, "\(result.toMake)")
            try store.remove(result.damages)
            #expect(try store.verify().damages.isEmpty)
            #expect(try store.rowCounts()["artifact"] == 14 - toMake)
            try Sample.runPipeline(in: store)
            #expect(try Self.contents(store) == contents)
        }
    }

    private static func contents(_ store: ArtifactStore) throws -> [QueryResult] {
        try [
            "SELECT key, kind, parameters FROM artifacts ORDER BY key",
            "SELECT image_sha256, view, vector FROM embeddings ORDER BY 1, 2",
            "SELECT key, vectors FROM prompts ORDER BY key", "SELECT * FROM tensors ORDER BY key, name",
            "SELECT * FROM predictions ORDER BY 1, 2", "SELECT key, state FROM pipelines ORDER BY key",
        ].map { try store.query($0) }
    }

    @Test func saysWherePipelinesAskForIt() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            try store.database.write { try $0.execute(sql: Self.damages[1].sql) }
            let names = try store.verify().toMake.map(\.names)
            #expect(names.first == ["desktop-icons/prompts/domain=oxygen/seed=1"])
            #expect(names.joined().contains("desktop-icons/spg/seed=1/target=tango"))
        }
    }

    @Test func aDamagedCheckpointCostsTheTrainingAlone() throws {
        try withStore { store in
            let key = Sample.promptRecipe(try Sample.extract(Sample.manifest("tango"), into: store), seed: 1).key
            try store.save(TrainingCheckpoint(progress: ["epoch": 3], payload: Data([1, 2, 3])), for: key)
            try store.database.write { try $0.execute(sql: "UPDATE checkpoint SET payload = x'010203ff'") }
            let result = try store.verify()
            #expect(result.damages.map(\.subject) == ["the unfinished training of \(key.short)"] && result.toMake.isEmpty)
            try store.remove(result.damages)
            #expect(try store.checkpoint(for: key) == nil && store.verify().damages.isEmpty)
        }
    }

    /// Bytes overwritten in the file: whatever page they hit, it is noticed.
    @Test(arguments: 0..<12) func overwrittenBytesAreNoticed(attempt: Int) throws {
        try withFolder { folder in
            let path = folder + "/artifacts.sqlite"
            var sites: [Range<Data.Index>] = []
            do {
                let store = try ArtifactStore(path: path)
                try Sample.runPipeline(in: store)
                try store.compact()
                // The bytes of features and prompts where they lie in the file.
                let blobs = try store.query("SELECT vector FROM embeddings UNION ALL SELECT vectors FROM prompts").rows
                let file = try Data(contentsOf: URL(fileURLWithPath: path))
                sites = blobs.compactMap { if case .blob(let bytes) = $0[0] { file.range(of: bytes) } else { nil } }
                #expect(sites.count == blobs.count)
            }
            let site = sites[attempt * 7 % sites.count]
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            try file.seek(toOffset: UInt64(site.lowerBound + attempt % site.count))
            let byte = try file.read(upToCount: 1)?.first ?? 0
            try file.seek(toOffset: UInt64(site.lowerBound + attempt % site.count))
            try file.write(contentsOf: Data([byte ^ 1]))
            try file.close()
            let result = try ArtifactStore(path: path, readOnly: true).verify()
            #expect(result.damages.count == 1 && result.damages[0].problem == "its bytes are not those that were written")
        }
    }

    @Test func aDamagedFileIsSaid() throws {
        try withFolder { folder in
            let path = folder + "/artifacts.sqlite"
            do {
                let store = try ArtifactStore(path: path)
                try Sample.runPipeline(in: store)
                try store.compact()
            }
            let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
            let size = try file.seekToEnd()
            // The heads of all pages but the first: the structure of every table.
            for page in stride(from: UInt64(16384), to: size, by: 16384) {
                try file.seek(toOffset: page)
                try file.write(contentsOf: Data(repeating: 0xff, count: 16))
            }
            try file.close()
            do {
                let result = try ArtifactStore(path: path, readOnly: true).verify()
                #expect(result.damages.contains { $0.isOfFile })
            } catch let error as StoreError {
                #expect(error.description.contains("put a backup in its place"))
            }
        }
    }
}
