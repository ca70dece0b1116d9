import CLIP
import Datasets
import Foundation
import Stages
import Tensors
import TestSupport
import Testing

/// Tables and arrays as other programs write them.
@Suite("Tables and arrays of other programs")
struct ForeignTableTests {
    /// Ink's features, exported, and an import of them with the table's text made into other bytes.
    private func importing(_ bench: Bench, _ bytes: (String) -> Data) throws -> FeatureImport.Outcome {
        let file = bench.folder.url.appending(path: "\(UUID().uuidString).npy")
        let written = try Export(features: [bench.extract("ink", views: 0).key], in: bench.store).write(to: file)
        try bytes(String(contentsOf: written[1], encoding: .utf8)).write(to: written[1])
        let source = try FeatureFile(contentsOf: file)
        return try FeatureImport(
            encoder: "gpu", folder: ImageFolder(root: bench.data), domains: ["ink"], order: .listed(written[1]),
            isNormalizing: false
        ).run(source.tensor(), source: source.source, checkpoint: bench.checkpoint, store: bench.store)[0]
    }

    @Test("A byte order mark, Windows' lines, UTF-16, and paths from “./” on change nothing")
    func spellings() throws {
        let bench = try Bench()
        let keys = try [
            importing(bench) { Data($0.utf8) }, importing(bench) { Data("\u{feff}\($0)".utf8) },
            importing(bench) { Data($0.replacing("\n", with: "\r\n").utf8) },
            importing(bench) { Data("\u{feff}\($0)".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }) },
            importing(bench) { Data($0.replacing("\(bench.data.path)/", with: "./").utf8) },
        ].map(\.key)
        #expect(Set(keys).count == 1)
    }

    @Test("A table in Latin-1 is named, with the line and the cure")
    func latin() throws {
        let bench = try Bench()
        let error = #expect(throws: DatasetError.self) {
            try importing(bench) { Data($0.utf8) + Data("ink/bars/caf".utf8) + [0xe9] + Data(".png,,,\n".utf8) }
        }
        let message = error?.description ?? ""
        #expect(
            message.contains(".csv”: it is not UTF-8 text, see line 26, “ink/bars/caf\\xe9.png,,,”; save it as UTF-8"),
            "\(message)")
    }

    @Test("Both forms of a name are two rows; an accent after a comma begins a field")
    func accents() throws {
        let bench = try Bench()
        for (number, name) in ["caf\u{e9}", "cafe\u{301}", "\u{301}"].enumerated() {
            try PictureTree.picture(domain: 1, label: 0, number: 50 + number).png()
                .write(to: bench.data.appending(path: "ink/bars/\(name).png"))
        }
        #expect(try importing(bench) { Data($0.utf8) }.images == 27)
        // The name's first accent stands behind a comma.
        let outcome = try importing(bench) { text in
            let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
            let columns = lines.map {
                "\($0[1]),\($0[0].replacing("\(bench.data.path)/ink/bars/\u{301}", with: "./ink/bars/\u{301}"))"
            }
            return Data(columns.joined(separator: "\n").utf8)
        }
        #expect(outcome.images == 27)
    }

    @Test("Arrays of other types beside the features do not stand in their way")
    func otherArrays() throws {
        let folder = try TemporaryFolder()
        func array(_ type: String, _ shape: String, _ bytes: Int) -> Data {
            let header = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
            let padded = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
            return Data([0x93]) + Data("NUMPY".utf8) + [1, 0, 118, 0] + Data(padded.utf8) + Data(count: bytes)
        }
        func message(_ members: [(name: String, content: Data)], tensor: String? = nil) throws -> String {
            let url = folder.url.appending(path: "f.npz")
            try #require(ZipArchive.encode(members)).write(to: url)
            do { return "\(try FeatureFile(contentsOf: url, named: tensor).tensor().shape)" } catch { return "\(error)" }
        }
        let features = ("emb.npy", array("<f4", "(2, 3)", 24)), labels = ("labels.npy", array("<i8", "(2,)", 16))
        let paths = ("paths.npy", array("<U4", "(2,)", 32))
        #expect(try message([features, labels, paths]) == "[2, 3]")
        #expect(try message([labels, features], tensor: "emb") == "[2, 3]")
        #expect(try message([labels, features], tensor: "labels").contains("labels.npy: its numbers are of the type <i8"))
        #expect(try message([labels, paths]).contains("several arrays: labels, paths"))
        #expect(try message([labels]).contains("its numbers are of the type <i8"))
        #expect(try message([features, ("more.npy", array("<f4", "(1, 3)", 12))]).contains("several arrays: emb, more"))
    }
}
