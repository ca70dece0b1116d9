import ArtifactStore
import Datasets
import Foundation
import Synchronization
import Testing

@Suite struct FileDigestTests {
    /// Writes files that were last changed an hour ago.
    private func write(_ contents: [String], in folder: String) throws -> [String] {
        try contents.enumerated().map { index, text in
            let path = "\(folder)/\(index).jpg"
            let file = try #require(fopen(path, "w"))  // no fsync for each
            fputs(text, file)
            fclose(file)
            try age(path, by: 3600)
            return path
        }
    }

    private func age(_ path: String, by seconds: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: path)
    }

    /// The digests, and how many files had to be read for them.
    private func digests(_ paths: [String], _ store: ArtifactStore) throws -> (digests: [Digest], read: Int) {
        let read = Mutex(0)
        let digests = try store.digests(ofFiles: paths) { _, total in read.withLock { $0 = total } }
        return (digests, read.withLock(\.self))
    }

    @Test func anUnchangedTreeIsNotReadAgain() throws {
        try withStore { store in
            let folder = URL(fileURLWithPath: store.path).deletingLastPathComponent().path
            let contents = (0..<700).map { "image \($0)" }
            let paths = try write(contents, in: folder)
            let expected = contents.map { Digest(of: Data($0.utf8)) }
            let first = try digests(paths, store), second = try digests(paths, store)
            #expect(first.digests == expected && first.read == 700)
            #expect(second.digests == expected && second.read == 0)
            let later = try digests(paths.reversed(), ArtifactStore(path: store.path))
            #expect(later.digests == expected.reversed() && later.read == 0)
            #expect(try store.digest(ofFile: paths[3]) == expected[3])
        }
    }

    @Test func aChangedFileIsReadAgain() throws {
        try withStore { store in
            let folder = URL(fileURLWithPath: store.path).deletingLastPathComponent().path
            let paths = try write(["one", "two", "six"], in: folder)
            _ = try store.digests(ofFiles: paths)
            // The same size, another time.
            try Data("TWO".utf8).write(to: URL(fileURLWithPath: paths[1]))
            try age(paths[1], by: 1800)
            let (found, read) = try digests(paths, store)
            #expect(read == 1)
            #expect(found == ["one", "TWO", "six"].map { Digest(of: Data($0.utf8)) })
        }
    }

    /// A file written within the same tick of the file system's clock could change unnoticed.
    @Test func aFileThatWasJustWrittenIsNotTrusted() throws {
        try withStore { store in
            let path = store.path + ".jpg"
            for text in ["one", "two", "six"] {
                let file = try #require(fopen(path, text == "one" ? "w" : "r+"))
                fputs(text, file)
                fclose(file)
                #expect(try store.digest(ofFile: path) == Digest(of: Data(text.utf8)))
            }
        }
    }

    @Test func aMissingFileIsNamed() throws {
        try withStore { store in
            _ = #expect(throws: DatasetError.unreadable(path: "/nowhere/a.jpg", reason: "No such file or directory")) {
                try store.digests(ofFiles: ["/nowhere/a.jpg"])
            }
        }
    }

    @Test func aStoreOpenedForReadingStillReadsFiles() throws {
        try withStore { store in
            let folder = URL(fileURLWithPath: store.path).deletingLastPathComponent().path
            let paths = try write(["one"], in: folder)
            let reader = try ArtifactStore(path: store.path, readOnly: true)
            #expect(try reader.digests(ofFiles: paths) == [Digest(of: Data("one".utf8))])
        }
    }
}
