import ArtifactStore
import Foundation
import GRDB
import Testing

/// Whatever row of an artifact is changed, taken out or added is noticed; what may change is not taken for damage.
@Suite struct ContentDigestTests {
    /// What is done behind the store's back, and what is damaged then.
    static let edits: [(sql: String, damages: String)] = [
        ("UPDATE metric SET value = value + 1 WHERE epoch = 2", "the prompt "),
        ("UPDATE metric SET name = 'lost' WHERE epoch = 2", "the prompt "),
        ("DELETE FROM metric WHERE epoch = 1", "the prompt "),
        ("INSERT INTO metric SELECT artifact_id, 3, 'loss', 1 FROM prompt", "the prompt "),
        ("UPDATE prompt SET validation_accuracy = 0.01", "the prompt "),
        ("UPDATE prompt SET validation_accuracy = NULL", "the prompt "),
        ("UPDATE prompt SET method = 'cocoop'", "the prompt "),
        ("UPDATE prompt SET domain = 'tango'", "the prompt "),
        ("UPDATE prompt SET seed = 77", "the prompt "),
        ("UPDATE prompt SET context_length = 3, width = 2", "the prompt "),
        ("UPDATE prompt SET vectors = zeroblob(24), sha256 = sha256(zeroblob(24))", "the prompt "),
        ("UPDATE generator SET domain = 'tango'", "the generator "),
        ("UPDATE generator SET validation_accuracy = 0.25", "the generator "),
        ("DELETE FROM tensor WHERE id = (SELECT min(id) FROM tensor)", "the generator "),
        ("UPDATE tensor SET name = name || 'x' WHERE name = 'g.bias'", "the generator "),
        ("UPDATE tensor SET shape = '[4,1]' WHERE name = 'g.weight'", "the generator "),
        ("UPDATE tensor SET shape = '[4611686018427387904,4,1]' WHERE name = 'g.weight'", "the generator "),
        ("UPDATE tensor SET vector = zeroblob(8), sha256 = sha256(zeroblob(8)) WHERE name = 'g.bias'", "the generator "),
        (
            "UPDATE embedding_set SET manifest_id = (SELECT artifact_id FROM manifest WHERE domain = 'oxygen') "
                + "WHERE manifest_id = (SELECT artifact_id FROM manifest WHERE domain = 'papirus')", "the embeddings artifact "
        ),
        ("UPDATE embedding SET norm = norm + 1 WHERE norm IS NOT NULL", "the features of /data/breeze/"),
        ("UPDATE embedding SET norm = NULL WHERE norm IS NOT NULL", "the features of /data/breeze/"),
        ("UPDATE embedding SET norm = 7 WHERE norm IS NULL", "the features of /data/tango/"),
        ("UPDATE embedding_set_view SET position = 5 WHERE position = 1", "the embeddings artifact "),
        ("DELETE FROM embedding_set_view WHERE position = 1", "the embeddings artifact "),
        ("UPDATE embedding_set SET has_statistics = 0", "the embeddings artifact "),
        ("UPDATE image_view SET name = 'other' WHERE name = 'center'", "the embeddings artifact "),
        ("UPDATE encoder_block SET first = 0", "the encoder icon-clip@"),
        ("DELETE FROM encoder_block WHERE block = 1", "the encoder icon-clip@"),
        ("UPDATE manifest SET domain = 'breeze' WHERE domain = 'oxygen'", "the images artifact "),
        ("UPDATE manifest_class SET name = 'bin' WHERE name = 'trash'", "the images artifact "),
        ("UPDATE manifest_image SET position = 9 WHERE position = 5", "the images artifact "),
        ("UPDATE evaluation SET method = 'other'", "the evaluation "),
        ("UPDATE evaluation SET seed = 99", "the evaluation "),
        ("UPDATE evaluation SET manifest_id = (SELECT artifact_id FROM manifest WHERE domain = 'oxygen')", "the evaluation "),
        ("UPDATE prediction SET probability = 0.5 WHERE position = 0", "the evaluation "),
        ("UPDATE prediction SET spread = NULL WHERE spread > 0", "the evaluation "),
        ("UPDATE prediction SET predicted = (predicted + 1) % 3 WHERE position = 5", "the evaluation "),
        ("DELETE FROM file", "the files "),
        ("UPDATE file SET name = 'chart'", "the files "),
        ("UPDATE file SET file_name = 'chart.svg'", "the files "),
        ("UPDATE file SET file_name = '../../outside'", "the files "),
        ("UPDATE file SET content = x'00', sha256 = sha256(x'00')", "the files "),
        ("UPDATE artifact SET seconds = -5 WHERE kind = 'prompt'", "the prompt "),
        ("UPDATE artifact SET bytes = 4611686018427387904 WHERE kind = 'prompt'", "the prompt "),
        ("UPDATE artifact SET created = 'x' WHERE kind = 'prompt'", "the prompt "),
        ("DELETE FROM artifact_digest WHERE artifact_id IN (SELECT artifact_id FROM generator)", "the generator "),
        ("UPDATE encoder SET dimension = 9", "the encoder icon-clip@"),
        ("UPDATE encoder SET dimension = 4611686018427387904", "the encoder icon-clip@"),
        ("UPDATE encoder SET parameters = '{}'", "the encoder icon-clip@"),
        ("UPDATE encoder SET name = 'x'", "the encoder x@"),
        ("UPDATE encoder SET key = replace(key, 'a', 'b')", "the encoder icon-clip@"),
    ]

    private static func make(in store: ArtifactStore) throws {
        try Sample.runPipeline(in: store)
        try Sample.runCommand(in: store)
        try Sample.extract(Sample.manifest("breeze"), into: store, withNorms: true)
        for domain in ["tango", "oxygen", "papirus"] { try Sample.extractStatistics(Sample.manifest(domain), into: store) }
    }

    /// All that is made, times aside.
    private static func contents(_ store: ArtifactStore) throws -> [QueryResult] {
        try [
            "SELECT key, kind, seconds, bytes, parameters FROM artifacts ORDER BY 1",
            "SELECT * FROM artifact_inputs ORDER BY 1, 2, 3",
            "SELECT * FROM images ORDER BY 1, 6", "SELECT * FROM embeddings ORDER BY 2, 6",
            "SELECT * FROM block_statistics ORDER BY 2, 6, 7", "SELECT * FROM prompts ORDER BY 1",
            "SELECT * FROM generators ORDER BY 1", "SELECT * FROM tensors ORDER BY 1, 2",
            "SELECT * FROM metrics ORDER BY 1, 2, 3",
            "SELECT * FROM predictions ORDER BY 1, 2", "SELECT * FROM uncertainties ORDER BY 1, 2",
            "SELECT * FROM files ORDER BY 1, 2",
            "SELECT * FROM encoders",
        ].map { try store.query($0) }
    }

    @Test(arguments: edits.indices) func aChangedRowIsFoundAndMadeAnew(index: Int) throws {
        let (sql, subject) = Self.edits[index]
        try withStore { store in
            try Self.make(in: store)
            #expect(try store.verify().damages.isEmpty)
            let contents = try Self.contents(store)
            let changes = try store.database.write { database in
                let before = database.totalChangesCount
                try database.execute(sql: sql)
                return database.totalChangesCount - before
            }
            try #require(changes > 0)
            let damages = try store.verify().damages
            #expect(damages.contains { $0.subject.hasPrefix(subject) }, "\(damages)")
            // Nothing that reads the store trips over it.
            _ = try? store.statistics()
            _ = try? store.results(ofPipeline: "desktop-icons")
            _ = try? store.weights(store.resolve("spg/oxygen+papirus/1", kind: .generator))
            _ = try? store.embeddings(store.resolve("tango", kind: .embeddings), view: "center")

            try store.remove(damages)
            #expect(try store.verify().damages.isEmpty)
            try Self.make(in: store)
            #expect(try Self.contents(store) == contents)
            #expect(try store.verify().damages.isEmpty)
        }
    }

    /// Where things lie now, and what they are called for people.
    @Test(arguments: [
        "UPDATE manifest_image SET path = '/elsewhere' || path", "UPDATE manifest SET dataset = 'Icons'",
        "UPDATE manifest SET recorded = recorded + 7", "UPDATE pipeline_instance SET title = 'Mine'", "DELETE FROM failure",
    ]) func whatMayChangeIsNoDamage(sql: String) throws {
        try withStore { store in
            try Self.make(in: store)
            try store.database.write { try $0.execute(sql: sql) }
            #expect(try store.verify().damages.isEmpty)
        }
    }

    /// Rows of other numbers, the same digests.
    @Test func digestsAreOverWhatRowsSayNotOverTheirNumbers() throws {
        try withFolder { folder in
            let mine = try ArtifactStore(path: folder + "/mine.sqlite"),
                other = try ArtifactStore(path: folder + "/other.sqlite")
            try Sample.extract(Sample.manifest("hicolor"), into: mine)
            try Self.make(in: other)
            _ = try mine.merge(storeAt: other.path)
            #expect(try mine.verify().damages.isEmpty)
            let digests = "SELECT key, sha256 FROM artifact JOIN artifact_digest ON artifact_id = id ORDER BY key"
            let theirs = try other.query(digests).rows
            #expect(try Set(mine.query(digests).rows).isSuperset(of: theirs))
            #expect(Set(theirs.map { $0[1] }).count == theirs.count)
        }
    }

    /// An artifact that is made again has other contents, and their digest.
    @Test func whatIsMadeAgainIsSealedAgain() throws {
        try withFolder { folder in
            let store = try ArtifactStore(path: folder + "/artifacts.sqlite")
            try Self.make(in: store)
            var prompt = Sample.prompt("oxygen", seed: 1)
            prompt.validationAccuracy = 0.5
            let recipe = Sample.promptRecipe(Sample.extractionRecipe(Sample.manifest("oxygen")).key, seed: 1)
            try store.write(recipe, .prompt(prompt), seconds: 4, replacing: true)
            #expect(try store.verify().damages.isEmpty)
        }
    }
}
