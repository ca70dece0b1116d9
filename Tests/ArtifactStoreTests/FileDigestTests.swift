import ArtifactStore
import Datasets
import Foundation
import Synchronization
import Testing

@Suite struct FileDigestTests {
    private static let anHourAgo = Date(timeIntervalSinceNow: -3600)

    /// Writes files that were last changed an hour ago, as far as anybody can say.
    private func write(_ contents: [String], in folder: String) throws -> [String] {
        defer { settle() }
        return try contents.enumerated().map { index, text in
            let path = "\(folder)/\(index).jpg"
            try ArtifactStoreTests.write(text, to: path, modified: Self.anHourAgo)
            return path
        }
    }

    /// The digests, and how many files had to be read for them.
    private func digests(
        _ paths: [String], _ store: ArtifactStore, rereading: Bool = false
    ) throws -> (digests: [Digest], read: Int) {
        let read = Mutex(0)
        let digests = try store.digests(ofFiles: paths, rereading: rereading) { _, total in read.withLock { $0 = total } }
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
            // The same size.
            try Data("TWO".utf8).write(to: URL(fileURLWithPath: paths[1]))
            let (found, read) = try digests(paths, store)
            #expect(read == 1)
            #expect(found == ["one", "TWO", "six"].map { Digest(of: Data($0.utf8)) })
        }
    }

    @Test(arguments: [true, false]) func aFileReplacedByOneOfItsSizeAndTimeIsReadAgain(inPlace: Bool) throws {
        try withStore { store in
            let folder = URL(fileURLWithPath: store.path).deletingLastPathComponent().path
            let paths = try write(["one", "two", "six"], in: folder)
            _ = try store.digests(ofFiles: paths)
            try ArtifactStoreTests.write("TWO", to: paths[1], modified: Self.anHourAgo, inPlace: inPlace)
            let (found, read) = try digests(paths, store)
            #expect(read == 1)
            #expect(found == ["one", "TWO", "six"].map { Digest(of: Data($0.utf8)) })
        }
    }

    @Test func whatIsMadeAgainIsReadAgain() throws {
        try withStore { store in
            let folder = URL(fileURLWithPath: store.path).deletingLastPathComponent().path
            let paths = try write(["one", "two", "six"], in: folder), found = try store.digests(ofFiles: paths)
            // As a file system may have it whose stamps do not tell.
            try store.database.write { try $0.execute(sql: "UPDATE file_digest SET sha256 = zeroblob(32)") }
            #expect(try store.digests(ofFiles: paths) != found)
            let again = try digests(paths, store, rereading: true)
            #expect(again.digests == found && again.read == 3)
            #expect(try store.digests(ofFiles: paths) == found)
        }
    }

    @Test func whatIsForgottenIsReadAgain() throws {
        try withStore { store in
            let folder = URL(fileURLWithPath: store.path).deletingLastPathComponent().path
            let paths = try write(["one", "two", "six"], in: folder)
            _ = try store.digests(ofFiles: paths)
            try store.forgetDigests(ofFiles: [paths[2]])
            #expect(try digests(paths, store).read == 1)
        }
    }

    /// A file written within the same tick of the file system's clock could change unnoticed.
    @Test(arguments: [Date?.none, anHourAgo]) func aFileThatWasJustWrittenIsNotTrusted(modified: Date?) throws {
        try withStore { store in
            let path = store.path + ".jpg"
            for text in ["one", "two", "six"] {
                let file = try #require(fopen(path, text == "one" ? "w" : "r+"))
                fputs(text, file)
                fclose(file)
                if let modified {
                    try FileManager.default.setAttributes([.modificationDate: modified], ofItemAtPath: path)
                }
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
