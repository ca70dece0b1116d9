import ArtifactStore
import Foundation
import Stages
import TestSupport
import Testing

@Suite("Images that are encoded in parts, each in a store of its own")
struct ImagePartTests {
    /// Encodes a part of the images of ink.
    private func encode(_ part: String, in workplace: Workplace, _ store: String) async throws -> Program.Outcome {
        try await workplace.run(
            "spg-extract", "--data", "data", "--domain", "ink", "--views", "2", "--part", part, "--store", store, "--threads",
            "1")
    }

    /// Encodes all images of ink that have no features.
    private func encodeAll(in workplace: Workplace, _ store: String = "store.sqlite") async throws -> Program.Outcome {
        try await workplace.run(
            "spg-extract", "--data", "data", "--domain", "ink", "--views", "2", "--store", store, "--threads", "1")
    }

    @Test("Merged, they are the features of a whole run; a part that is missing is encoded then") func parts() async throws {
        let workplace = try Workplace()
        let whole = try await encodeAll(in: workplace, "whole.sqlite")
        for part in 1...3 {
            let outcome = try await encode("\(part)/3", in: workplace, "part-\(part).sqlite")
            #expect(outcome.status == 0 && outcome.errors.contains("part \(part)/3"), "\(outcome.errors)")
        }
        let expected = try features(
            of: whole.lines[0], in: ArtifactStore(path: workplace.folder.path("whole.sqlite"), readOnly: true))
        // In any order, one of them twice.
        for part in [3, 1, 3] {
            #expect(try await workplace.run("spg", "store", "merge", "part-\(part).sqlite").status == 0)
        }
        let partly = workplace.folder.path("partly.sqlite")
        #expect(try await workplace.run("spg", "store", "backup", partly).status == 0)
        #expect(try await workplace.run("spg", "store", "merge", "part-2.sqlite").status == 0)
        let last = try await encodeAll(in: workplace)
        #expect(last.errors.contains("nothing to encode") && last.output == whole.output, "\(last.errors)")
        let rest = try await encodeAll(in: workplace, partly)
        #expect(!rest.errors.contains("nothing to encode") && rest.output == whole.output, "\(rest.errors)")
        for path in [workplace.storePath, partly] {
            let store = try ArtifactStore(path: path, readOnly: true)
            #expect(try features(of: whole.lines[0], in: store) == expected)
            #expect(try store.verify().damages.isEmpty)
        }
    }

    /// The features that an artifact promises, to the bit.
    private func features(of text: String, in store: ArtifactStore) throws -> [[Float]] {
        let key = try store.resolve(text)
        return try store.embeddingSet(key).views.flatMap { view in
            try [store.embeddings(key, view: view).vectors.values, store.norms(key, view: view)]
        }
    }

    @Test("Parts of another state of the folder do no harm: what they lack is encoded at the end") func otherState()
        async throws
    {
        let workplace = try Workplace()
        #expect(try await encode("1/2", in: workplace, "part-1.sqlite").status == 0)
        let folder = workplace.url.appending(path: "data/ink"),
            label = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()[0]
        let images = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: label).path).sorted()
        // One image is gone, and one is new.
        let gone = folder.appending(path: "\(label)/\(images[0])")
        try FileManager.default.removeItem(at: gone)
        let other = workplace.url.appending(path: "data/oil/\(label)")
        let new = try FileManager.default.contentsOfDirectory(atPath: other.path).sorted()[0]
        try FileManager.default.copyItem(at: other.appending(path: new), to: folder.appending(path: "\(label)/new-\(new)"))
        #expect(try await encode("2/2", in: workplace, "part-2.sqlite").status == 0)
        for part in 1...2 { #expect(try await workplace.run("spg", "store", "merge", "part-\(part).sqlite").status == 0) }
        let whole = try await encodeAll(in: workplace, "whole.sqlite"), last = try await encodeAll(in: workplace)
        #expect(last.status == 0 && last.output == whole.output)
        let expected = try ArtifactStore(path: workplace.folder.path("whole.sqlite"), readOnly: true)
        #expect(try features(of: last.lines[0], in: workplace.store) == features(of: whole.lines[0], in: expected))
    }

    @Test("Images that the store knows are encoded without a look at the folder; one that has changed ends it") func recorded()
        async throws
    {
        let workplace = try Workplace()
        let whole = try await encodeAll(in: workplace)
        let images = try workplace.text("SELECT key FROM artifacts WHERE kind = 'images'")
        let folder = workplace.url.appending(path: "data/ink"),
            label = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()[0]
        try FileManager.default.copyItem(
            at: workplace.url.appending(path: "data/oil/\(label)"), to: folder.appending(path: "\(label)/more"))
        let again = try await workplace.run("spg-extract", "--images", images, "--views", "2", "--threads", "1")
        #expect(
            again.status == 0 && again.output == whole.output && again.errors.contains("nothing to encode"), "\(again.errors)")
        let file = try workplace.text("SELECT image_path FROM embeddings ORDER BY 1 LIMIT 1")
        try Data("another".utf8).write(to: URL(filePath: file))
        let changed = try await workplace.run("spg-extract", "--images", images, "--views", "3", "--threads", "1")
        #expect(changed.status == 65 && changed.errors.contains(file), "\(changed.errors)")
    }

    private static let refusals: [(arguments: [String], status: Int32)] = [
        (["--data", "data", "--part", "0/3"], 64), (["--data", "data", "--part", "4/3"], 64),
        (["--data", "data", "--part", "1/0"], 64),
        (["--data", "data", "--part", "1"], 64), (["--data", "data", "--part", "1/2/3"], 64),
        (["--data", "data", "--part", "a/b"], 64),
        (["--data", "data", "--part", "1/2", "--imported", "x"], 64), (["--data", "data", "--images", "abcdef"], 64), ([], 64),
        (["--images", "abcdef", "--domain", "ink"], 64), (["--images", "abcdef"], 65),
        (["--data", "data", "--domain", "ink", "--part", "1/99999999999"], 65),
    ]

    @Test(
        "Parts and images that there are not are refused",
        arguments: refusals)
    func refused(arguments: [String], status: Int32) async throws {
        let workplace = try Workplace()
        let outcome = try await workplace.start("spg-extract", arguments).outcome()
        #expect(outcome.status == status, "\(outcome.errors)")
    }
}
