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
                arguments[0], arguments.dropFirst() + ["--store", "notes.txt"]
            ).outcome()
            #expect(
                outcome.status == 65 && outcome.errors.contains("“notes.txt” is not a SQLite database"), "\(outcome.errors)")
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
                    arguments[0], arguments.dropFirst() + ["--store", altered.path]
                ).outcome()
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

    private static func run(_ words: String...) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }

    /// Makes a small file system, where the test may.
    private static func withSmallDisk(megabytes: Int = 3, _ body: (URL) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        guard getuid() == 0, try run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", folder.url.path) == 0 else {
            return
        }
        do {
            try await body(folder.url)
        } catch {
            _ = try run("umount", "-l", folder.url.path)
            throw error
        }
        // Lazily: a process that another test has just started may hold a file of it for a moment.
        #expect(try run("umount", "-l", folder.url.path) == 0)
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
            // Emptied first: a process that another test has just started may hold it open.
            try Data().write(to: filler)
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

    @Test("A disk that fills at any moment of a run: what was announced stays, and with room again the same results come out")
    func fullDiskDuringARun() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml", "--threads", "1").status == 0)
        let made = try workplace.contents()
        let size = try workplace.store.statistics().fileBytes
        try await Self.withSmallDisk(megabytes: 256 + 4 * size / 1_000_000) { disk in
            let path = disk.appending(path: "store.sqlite").path
            var failures = 0
            for share in [0.05, 0.3, 0.6] {
                let room = Int(share * Double(size))
                let filler = disk.appending(path: "filler")
                let free = try disk.resourceValues(forKeys: [.volumeAvailableCapacityKey]).volumeAvailableCapacity ?? 0
                try Data(count: max(0, free - room)).write(to: filler)
                let before = FileManager.default.fileExists(atPath: path) ? try Self.keys(path) : []
                let outcome = try await workplace.start(
                    "spg", ["run", "small.yaml", "--threads", "1", "--store", path]
                ).outcome()
                if outcome.status != 0 {
                    failures += 1
                    #expect(outcome.status == 1 || outcome.status == 74, "\(outcome.status)")
                    #expect(outcome.errors.contains("the disk is full"), "\(outcome.errors)")
                }
                // Emptied first: a process that another test has just started may hold it open.
                try Data().write(to: filler)
                try FileManager.default.removeItem(at: filler)
                guard FileManager.default.fileExists(atPath: path) else { continue }
                let store = try ArtifactStore(path: path)
                #expect(try store.verify().damages.isEmpty)
                #expect(try Self.keys(path).isSuperset(of: before))
            }
            #expect(failures > 0)
            let last = try await workplace.start("spg", ["run", "small.yaml", "--threads", "1", "--store", path]).outcome()
            #expect(last.status == 0, "\(last.errors)")
            try FileManager.default.copyItem(atPath: path, toPath: workplace.folder.path("full.sqlite"))
            #expect(try workplace.contents(of: "full.sqlite") == made)
        }
    }

    private static func keys(_ path: String) throws -> Set<QueryResult.Value> {
        Set(try ArtifactStore(path: path).query("SELECT key FROM artifacts").rows.map { $0[0] })
    }

    @Test("A store on a read-only disk can be read; what would write to it ends with status 74 and changes nothing")
    func readOnlyDisk() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml", "--threads", "1").status == 0)
        try await Self.withSmallDisk(megabytes: 256) { disk in
            let path = disk.appending(path: "store.sqlite").path
            #expect(try await workplace.run("spg", "store", "backup", path).status == 0)
            let bytes = try Data(contentsOf: URL(filePath: path))
            guard try Self.run("mount", "-o", "remount,ro", disk.path) == 0 else { return }
            for words in [
                ["query", "SELECT count(*) FROM artifacts"], ["store", "stats"], ["store", "verify"], ["store", "gc", "small"],
                ["store", "backup", "copy.sqlite"], ["export", "features", "ink", "--output", "ink.npy"],
            ] {
                let outcome = try await workplace.start("spg", words + ["--store", path]).outcome()
                #expect(outcome.status == 0, "\(words): \(outcome.errors)")
            }
            for words in [
                ["run", "small.yaml"], ["store", "gc", "small", "--delete"], ["store", "verify", "--drop"],
                ["store", "merge", "store.sqlite"],
            ] {
                let outcome = try await workplace.start("spg", words + ["--store", path]).outcome()
                #expect(outcome.status == 74, "\(words): \(outcome.status) \(outcome.errors)")
                #expect(
                    outcome.errors.contains("cannot be written to") || outcome.errors.contains("cannot open the store"),
                    "\(outcome.errors)")
            }
            #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
        }
    }
}
