import ArtifactStore
import Datasets
import Foundation
import GRDB
import Synchronization
import Testing

/// A domain that has not changed is looked at and not read; whatever changes is noticed.
@Suite struct SeenDomainTests {
    private static let aWhileAgo = Date(timeIntervalSinceNow: -100)

    /// Two domains of two classes with three files each, old enough to be remembered.
    private func withTree(_ body: (URL, ArtifactStore) throws -> Void) throws {
        try withFolder { folder in
            let root = URL(fileURLWithPath: folder).appendingPathComponent("data").resolvingSymlinksInPath()
            for domain in ["ink", "oil"] {
                for label in ["cat", "dog"] {
                    for number in 0..<3 { try write("\(domain) \(label) \(number)", root, "\(domain)/\(label)/\(number).jpg") }
                }
            }
            settle()
            try body(root, ArtifactStore(path: folder + "/artifacts.sqlite"))
        }
    }

    private func write(_ text: String, _ root: URL, _ path: String, inPlace: Bool = true) throws {
        let file = root.appendingPathComponent(path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try ArtifactStoreTests.write(text, to: file.path, modified: Self.aWhileAgo, inPlace: inPlace)
    }

    /// The key, and whether any file was read for it.
    private func key(
        _ store: ArtifactStore, _ root: URL, _ domain: Name = "ink", recording: Bool = true, rereading: Bool = false
    ) throws -> (key: ArtifactKey, read: Int) {
        // Without the single files' digests, what is not known of the whole domain has to be read.
        try store.database.write { try $0.execute(sql: "DELETE FROM file_digest") }
        let read = Mutex(0)
        let key = try store.imagesKey(
            of: domain, in: ImageFolder(root: root), recording: recording, rereading: rereading,
            progress: { _, total in read.withLock { $0 = total } })
        return (key, read.withLock { $0 })
    }

    @Test func anUnchangedDomainIsNotRead() throws {
        try withTree { root, store in
            let expected = try ImageFolder(root: root).manifest(of: "ink") { try store.digests(ofFiles: $0) }.key
            #expect(try key(store, root, recording: false) == (expected, 6))
            #expect(try key(store, root, recording: false) == (expected, 0))
            // Its manifest is not in the store yet, and a run needs it there.
            #expect(try key(store, root) == (expected, 6))
            #expect(try store.contains(expected))
            #expect(try key(store, root) == (expected, 0))
            #expect(try key(ArtifactStore(path: store.path), root) == (expected, 0))
        }
    }

    /// What is done to the files, and how many are then read.
    static let changes: [(name: String, change: @Sendable (SeenDomainTests, URL) throws -> Void, isRead: Bool)] = [
        ("a file more", { try $0.write("new", $1, "ink/cat/9.png") }, true),
        ("a file less", { try FileManager.default.removeItem(at: $1.appendingPathComponent("ink/cat/0.jpg")) }, true),
        (
            "another name",
            {
                try FileManager.default.moveItem(
                    at: $1.appendingPathComponent("ink/cat/0.jpg"), to: $1.appendingPathComponent("ink/cat/00.jpg"))
            }, true
        ),
        (
            "another class",
            {
                try FileManager.default.moveItem(
                    at: $1.appendingPathComponent("ink/cat/0.jpg"), to: $1.appendingPathComponent("ink/dog/7.jpg"))
            }, true
        ),
        ("other bytes, as many, of the same time", { try $0.write("INK cat 0", $1, "ink/cat/0.jpg") }, true),
        ("another file of its size and time", { try $0.write("INK cat 0", $1, "ink/cat/0.jpg", inPlace: false) }, true),
        ("a class in the other domain", { try $0.write("new", $1, "oil/fox/0.jpg") }, true),
        ("a file in the other domain", { try $0.write("new", $1, "oil/cat/9.jpg") }, false),
        ("a file that is no image", { try $0.write("new", $1, "ink/cat/notes.txt") }, false),
        ("a hidden file", { try $0.write("new", $1, "ink/cat/.hidden.jpg") }, false),
    ]

    @Test(arguments: changes.indices) func whateverChangesIsNoticed(index: Int) throws {
        try withTree { root, store in
            _ = try key(store, root)
            try Self.changes[index].change(self, root)
            settle()
            let (found, read) = try key(store, root)
            #expect((read > 0) == Self.changes[index].isRead, "\(Self.changes[index].name)")
            #expect(try found == ImageFolder(root: root).manifest(of: "ink") { try store.digests(ofFiles: $0) }.key)
            #expect(try key(store, root).read == 0)
        }
    }

    @Test func aFileChangedJustNowIsReadAgain() throws {
        try withTree { root, store in
            try write("fresh", root, "ink/cat/0.jpg")
            _ = try key(store, root)
            #expect(try key(store, root).read == 6)
        }
    }

    @Test func whereTheFilesLieIsBroughtUpToDate() throws {
        try withTree { root, store in
            let copy = root.deletingLastPathComponent().appendingPathComponent("copy")
            try FileManager.default.copyItem(at: root, to: copy)
            settle()
            for place in [root, copy, root, copy, copy] {
                _ = try key(store, place)
                #expect(try store.texts("SELECT DISTINCT image_path FROM images").allSatisfy { $0.hasPrefix(place.path + "/") })
            }
            #expect(try key(store, copy).read == 0)
        }
    }

    /// Where each file lies, by its contents.
    private func paths(_ store: ArtifactStore, _ root: URL) throws -> [Digest: String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".jpg") }
        return try Dictionary(
            uniqueKeysWithValues: names.map { name in
                let path = root.appendingPathComponent(name).path
                return (try Digest.ofFile(at: path).digest, path)
            })
    }

    /// What is done to a tree that leaves the keys as they are.
    static let moves: [(name: String, move: @Sendable (URL) throws -> URL)] = [
        (
            "the tree is moved",
            { root in
                let other = root.deletingLastPathComponent().appendingPathComponent("elsewhere")
                try FileManager.default.moveItem(at: root, to: other)
                return other
            }
        ),
        (
            "names within a class are exchanged",
            { root in
                let folder = root.appendingPathComponent("ink/cat")
                for (from, to) in [("0", "t"), ("1", "0"), ("2", "1"), ("t", "2")] {
                    try FileManager.default.moveItem(
                        at: folder.appendingPathComponent(from + ".jpg"), to: folder.appendingPathComponent(to + ".jpg"))
                }
                return root
            }
        ),
    ]

    /// A look writes nothing that keeps a run from bringing the paths up to date.
    @Test(arguments: moves.indices) func aRunRecordsWhatWasOnlyLookedAt(index: Int) throws {
        try withTree { root, store in
            let first = try key(store, root).key
            let root = try Self.moves[index].move(root)
            settle()
            for _ in 0..<2 { #expect(try key(store, root, recording: false).key == first) }
            #expect(try key(store, root).key == first)
            let expected = try paths(store, root)
            for image in try store.manifest(first).images {
                #expect(expected[image.digest] == image.path.text, "\(Self.moves[index].name)")
            }
            #expect(try key(store, root).read == 0)
        }
    }

    @Test func whatIsMadeAgainIsReadWhateverIsKnownOfTheDomain() throws {
        try withTree { root, store in
            _ = try key(store, root)
            #expect(try key(store, root, rereading: true).read == 6)
            #expect(try key(store, root).read == 0)
        }
    }

    @Test func whatIsForgottenIsReadAgain() throws {
        try withTree { root, store in
            _ = try key(store, root)
            try store.forgetDigests(ofFiles: [root.appendingPathComponent("ink/cat/0.jpg").path])
            #expect(try key(store, root).read == 6)
        }
    }

    @Test func whatCannotBeReadIsSaid() throws {
        try withTree { root, store in
            _ = try key(store, root)
            let file = root.appendingPathComponent("ink/cat/0.jpg")
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createSymbolicLink(at: file, withDestinationURL: root.appendingPathComponent("none"))
            #expect(
                throws: DatasetError.unreadable(
                    path: file.path, reason: "the link leads nowhere; remove it, or leave such files out (onBadImage: skip)")
            ) { try key(store, root) }
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
            #expect(
                throws: DatasetError.unreadable(
                    path: file.path, reason: "it is not a file; remove it, or leave such files out (onBadImage: skip)")
            ) { try key(store, root) }
            #expect(throws: DatasetError.self) { try key(store, root, "water") }
        }
    }

    /// The keys of the parts, and how many files were read for them.
    private func parts(
        _ store: ArtifactStore, _ root: URL, seed: UInt64 = 1, recording: Bool = true
    ) throws -> (keys: [ArtifactKey], read: Int) {
        try store.database.write { try $0.execute(sql: "DELETE FROM file_digest") }
        let read = Mutex(0)
        let keys = try store.partKeys(
            of: "ink", in: ImageFolder(root: root), as: AuthorsSplit(.spg, seed: seed), recording: recording,
            progress: { _, total in read.withLock { $0 = total } })
        return ([keys.images, keys.train, keys.validation], read.withLock { $0 })
    }

    @Test func partsOfAnUnchangedDomainAreNotReadEither() throws {
        try withTree { root, store in
            let expected = try ImageFolder(root: root).parts(of: "ink", as: AuthorsSplit(.spg)) {
                try store.digests(ofFiles: $0)
            }
            let (keys, read) = try parts(store, root)
            #expect(keys == [expected.images.key, expected.train.key, expected.validation.key] && read == 6)
            #expect(try store.manifest(keys[1]) == expected.train)
            #expect(try parts(store, root) == (keys, 0))
            // Each way to split is remembered by itself, and beside the whole domain. The latest that was recorded counts.
            #expect(try key(store, root).key == keys[0])
            #expect(try parts(store, root) == (keys, 0))
            let others = try parts(store, root, seed: 2).keys
            #expect(others[0] == keys[0] && others[1] != keys[1])
            for _ in 0..<2 {
                #expect(try parts(store, root, seed: 2, recording: false) == (others, 0))
                #expect(try parts(store, root, recording: false) == (keys, 0))
            }
            #expect(try parts(store, root).keys == keys)
            #expect(try parts(store, root) == (keys, 0))
            try write("new", root, "ink/cat/9.jpg")
            settle()
            let changed = try parts(store, root)
            #expect(changed.read == 7 && changed.keys[0] != keys[0] && changed.keys != keys)
            #expect(try parts(store, root) == (changed.keys, 0))
        }
    }
}
