import ArtifactStore
import Foundation
import Testing

@Suite("Files that appear whole or not at all") struct NewFilesTests {
    private func files(in folder: String, _ contents: [String: String]) -> [(url: URL, data: Data)] {
        contents.sorted { $0.key < $1.key }.map { (URL(fileURLWithPath: "\(folder)/\($0)"), Data($1.utf8)) }
    }

    private func contents(of folder: String) throws -> [String: String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8))
            })
    }

    @Test("Both or none: where one is there, the other is not written, and nothing else is left")
    func bothOrNone() throws {
        try withFolder { folder in
            try Data("mine".utf8).write(to: URL(fileURLWithPath: folder + "/b.csv"))
            let wanted = files(in: folder, ["a.npy": "array", "b.csv": "table"])
            #expect(throws: StoreError.fileExists(path: folder + "/b.csv")) { try NewFiles.write(wanted) }
            #expect(try contents(of: folder) == ["b.csv": "mine"])
        }
    }

    @Test("What a killed process has left of a set is completed; a whole one is refused")
    func completed() throws {
        try withFolder { folder in
            let wanted = files(in: folder, ["a.npy": "array", "b.csv": "table"])
            try wanted[0].data.write(to: wanted[0].url)
            try NewFiles.write(wanted)
            #expect(try contents(of: folder) == ["a.npy": "array", "b.csv": "table"])
            #expect(throws: StoreError.fileExists(path: folder + "/a.npy")) { try NewFiles.write(wanted) }
        }
    }

    @Test("Of several that write one name at once, one does, and the others say so")
    func atOnce() throws {
        try withFolder { folder in
            let failures = concurrently(8) { number in
                try NewFiles.write(files(in: folder, ["a": String(repeating: "\(number)", count: 100_000)]))
            }
            #expect(failures.count == 7)
            let left = try contents(of: folder)
            #expect(left.count == 1 && Set(left["a"] ?? "").count == 1 && left["a"]?.count == 100_000)
        }
    }

    @Test("A file in pieces is there when the last one is; what ends with an error leaves nothing")
    func pieces() throws {
        struct Broken: Error {}
        try withFolder { folder in
            let url = URL(fileURLWithPath: folder + "/pieces")
            #expect(throws: Broken.self) {
                try NewFiles.write(to: url) { write in
                    try write(Data("half".utf8))
                    throw Broken()
                }
            }
            #expect(try contents(of: folder).isEmpty)
            try NewFiles.write(to: url) { write in for piece in ["ha", "", "lf"] { try write(Data(piece.utf8)) } }
            #expect(throws: StoreError.fileExists(path: url.path)) { try NewFiles.write(to: url) { _ in throw Broken() } }
            #expect(try contents(of: folder) == ["pieces": "half"])
        }
    }

    @Test("A folder is not written over; what has the same bytes is not written again")
    func replaced() throws {
        try withFolder { (folder: String) throws in
            let error = #expect(throws: StoreError.self) {
                try NewFiles.replace(URL(fileURLWithPath: folder), with: Data("new".utf8))
            }
            #expect(error?.description.hasSuffix("it is a folder; give the name of a file in it") == true)
            let url = URL(fileURLWithPath: folder + "/new/deep/file")
            for (text, isWritten) in [("one", true), ("one", false), ("two", true)] {
                let updated = try NewFiles.update(url, with: Data(text.utf8))
                #expect(updated == isWritten)
            }
            let kept = try contents(of: folder + "/new/deep")
            #expect(kept == ["file": "two"])
            // A file is in the place of the folder.
            let within = URL(fileURLWithPath: url.path + "/another")
            let refused = #expect(throws: StoreError.self) { try NewFiles.update(within, with: Data()) }
            #expect(refused?.description.hasPrefix("“\(within.path)” cannot be written: ") == true)
            let left = try contents(of: folder + "/new/deep")
            #expect(left == kept)
        }
    }

    @Test("A missing folder, and a link that leads nowhere, are named")
    func places() throws {
        try withFolder { folder in
            let error = #expect(throws: StoreError.self) { try NewFiles.write(files(in: folder, ["no/a.npy": "array"])) }
            #expect(
                error?.description.contains("“\(folder)/no/a.npy” cannot be written: there is no folder “\(folder)/no”") == true
            )
            try FileManager.default.createSymbolicLink(atPath: folder + "/a", withDestinationPath: "nowhere")
            #expect(throws: StoreError.fileExists(path: folder + "/a")) { try NewFiles.write(files(in: folder, ["a": ""])) }
        }
    }

    @Test("A copy of a store leaves a person's file of a like name alone, and two at a time make one whole copy")
    func backups() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let path = URL(fileURLWithPath: store.path).deletingLastPathComponent().path + "/copy.sqlite"
            try Data("mine".utf8).write(to: URL(fileURLWithPath: path + ".partial"))
            let failures = concurrently(2) { _ in try ArtifactStore(path: store.path, readOnly: true).backUp(to: path) }
            #expect(failures.count == 1)
            #expect(try ArtifactStore(path: path, readOnly: true).verify().artifacts == 14)
            #expect(try String(contentsOfFile: path + ".partial", encoding: .utf8) == "mine")
            let names = try FileManager.default.contentsOfDirectory(
                atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path)
            #expect(!names.contains { $0.hasPrefix(".") })
        }
    }
}
