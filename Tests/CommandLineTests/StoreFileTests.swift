import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("Stores that cannot be used or cannot grow")
struct StoreFileTests {
    private let extracting = ["--data", "data", "--domain", "ink", "--views", "40"]

    @Test("A file that is no store, or another program's, or a newer version's: status 65, and it is left as it is")
    func strangers() async throws {
        let workplace = try Workplace()
        let notes = workplace.url.appending(path: "notes.txt")
        try Data("these are notes, and no database".utf8).write(to: notes)
        for arguments in [["spg-extract", "--data", "data"], ["spg", "run", "small.yaml"]] {
            let outcome = try await workplace.start(
                arguments[0], arguments.dropFirst() + ["--store", "notes.txt"]).outcome()
            #expect(outcome.status == 65 && outcome.errors.contains("“notes.txt” is no SQLite database"), "\(outcome.errors)")
        }
        #expect(try String(contentsOf: notes, encoding: .utf8) == "these are notes, and no database")

        #expect(try await workplace.run("spg-extract", "--data", "data", "--domain", "ink").status == 0)
        let file = URL(filePath: workplace.storePath)
        for (offset, message) in [(60, "made by a newer version of this program"), (68, "of another program")] {
            // The header's user version and application id, four bytes each.
            var bytes = try Data(contentsOf: file)
            bytes.replaceSubrange(offset..<offset + 4, with: [0, 0, 0, 99])
            let altered = workplace.url.appending(path: "altered-\(offset).sqlite")
            try bytes.write(to: altered)
            for arguments in [["spg-evaluate", "--embeddings", "ink"], ["spg", "status", "small.yaml"]] {
                let outcome = try await workplace.start(
                    arguments[0], arguments.dropFirst() + ["--store", altered.path]).outcome()
                #expect(outcome.status == 65 && outcome.errors.contains(message), "\(outcome.errors)")
                #expect(outcome.errors.contains(altered.path))
            }
            #expect(try Data(contentsOf: altered) == bytes)
        }
    }

    @Test("A store in a place that cannot be: status 74")
    func impossiblePlace() async throws {
        let workplace = try Workplace()
        let outcome = try await workplace.run("spg-extract", "--data", "data", "--store", "small.yaml/store.sqlite")
        #expect(outcome.status == 74, "\(outcome.errors)")
        #expect(outcome.errors.contains("cannot open the store “small.yaml/store.sqlite”"), "\(outcome.errors)")
    }

    @Test("A limit on the size of files: status 74; what was there is there, and the same command goes on without it")
    func fileSizeLimit() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg-extract", "--data", "data", "--domain", "oil").status == 0)
        let before = try workplace.contents()
        // 512-byte blocks; the signal that goes with the limit is ignored, as it is under most job schedulers.
        let limited = try await workplace.start("spg-extract", extracting, shell: "trap '' XFSZ; ulimit -f 100;").outcome()
        #expect(limited.status == 74, "\(limited.errors)")
        #expect(limited.output.isEmpty && limited.errors.contains("store.sqlite"))
        #expect(limited.errors.contains("run the same command again"), "\(limited.errors)")
        try workplace.expectSound()
        #expect(try workplace.contents() == before)
        #expect(try await workplace.start("spg-extract", extracting).outcome().status == 0)
        #expect(try workplace.count("SELECT count(*) FROM embeddings") == 24 * 42)
    }

    /// Makes a small file system, where the test may.
    private static func withSmallDisk(_ body: (URL) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        func run(_ words: String...) throws -> Int32 {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = words
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        guard getuid() == 0, try run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder.url.path) == 0 else { return }
        do {
            try await body(folder.url)
        } catch {
            _ = try run("umount", folder.url.path)
            throw error
        }
        #expect(try run("umount", folder.url.path) == 0)
    }

    @Test("A disk that fills: status 74 and “the disk is full”; with room again the same command goes on")
    func fullDisk() async throws {
        let workplace = try Workplace()
        try await Self.withSmallDisk { disk in
            let path = disk.appending(path: "store.sqlite").path
            let first = try await workplace.run("spg-extract", "--data", "data", "--domain", "oil", "--store", path)
            #expect(first.status == 0, "\(first.errors)")
            // All but some 60 KB are taken.
            let filler = disk.appending(path: "filler")
            let free = try disk.resourceValues(forKeys: [.volumeAvailableCapacityKey]).volumeAvailableCapacity ?? 0
            try Data(count: max(0, free - 60_000)).write(to: filler)

            let full = try await workplace.start("spg-extract", extracting + ["--store", path]).outcome()
            #expect(full.status == 74 && full.output.isEmpty)
            #expect(full.errors.contains("the disk is full"), "\(full.errors)")
            try FileManager.default.removeItem(at: filler)
            do {
                let store = try ArtifactStore(path: path, readOnly: true)
                #expect(try store.query("PRAGMA integrity_check").rows == [[.text("ok")]])
                #expect(try store.query("SELECT * FROM artifacts WHERE kind = 'embeddings'").rows.count == 1)
            }
            let again = try await workplace.start("spg-extract", extracting + ["--store", path]).outcome()
            #expect(again.status == 0, "\(again.errors)")
        }
    }
}
