import ArtifactStore
import Foundation
import TestSupport
import Testing

/// Another user: `nobody`, where the tests run as root, who may write to everything. Else the permissions bind the tests.
private enum Reader {
    /// Words of a shell that make what follows run as that user.
    static let shell = getuid() == 0 ? #"set -- setpriv --reuid=65534 --regid=65534 --clear-groups "$@";"# : ""

    /// Whether that user can run the programs.
    static let canRun: Bool = {
        guard getuid() == 0, let folder = Program.folder else { return getuid() != 0 }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", folder.appending(path: "spg").path, "--help",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()
}

@Suite(
    "A store of another user's, that one may only read", .enabled(if: Reader.canRun, "the user nobody cannot run the programs"))
struct ReadOnlyStoreTests {
    /// A workplace with a store in `kept/`, which everybody may read, and a folder `own/` that everybody may write to.
    private func workplace(file: Int = 0o444, folder: Int = 0o555) async throws -> (Workplace, path: String) {
        let workplace = try Workplace()
        let path = workplace.folder.path("kept/store.sqlite")
        let made = try await workplace.run("spg", "run", "small.yaml", "--threads", "1", "--store", "kept/store.sqlite")
        #expect(made.status == 0, "\(made.errors)")
        for name in ["store.sqlite-claims", "store.sqlite-wal", "store.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: workplace.folder.path("kept/\(name)"))
        }
        try FileManager.default.createDirectory(atPath: workplace.folder.path("own"), withIntermediateDirectories: true)
        for (name, mode) in [("own", 0o777), ("kept/store.sqlite", file), ("kept", folder)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: workplace.folder.path(name))
        }
        return (workplace, path)
    }

    /// So that its owner can delete it.
    private func release(_ workplace: Workplace) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: workplace.folder.path("kept"))
    }

    @Test("Whatever only looks works, and leaves nothing beside the store; what would write to it ends with status 74")
    func readers() async throws {
        let (workplace, path) = try await workplace()
        defer { try? release(workplace) }
        let before = try Data(contentsOf: URL(filePath: path))
        for words in [
            ["query", "SELECT count(*) FROM artifacts"], ["store", "stats"], ["store", "verify"], ["store", "gc", "small"],
            ["store", "backup", "own/copy.sqlite"], ["export", "features", "ink", "--output", "own/ink.npy"],
            ["results"], ["results", "small.yaml"], ["report", "small.yaml", "--output", "own/report.html"],
            ["status", "small.yaml"],
            ["run", "small.yaml", "--dry-run"], ["watch", "small.yaml"],
            ["export", "tensorboard", "small.yaml", "-o", "own/runs"],
            ["explain", "small.yaml", "zero-shot(target oil)"], ["graph", "small.yaml"], ["show", "coop/ink/1"],
        ] {
            let outcome = try await workplace.start("spg", words + ["--store", path], shell: Reader.shell).outcome()
            #expect(outcome.status == 0 && !outcome.output.isEmpty, "\(words): \(outcome.errors)")
        }
        let status = try await workplace.start(
            "spg", ["status", "small.yaml", "--store", path], shell: Reader.shell
        ).outcome()
        #expect(status.output.contains("All 12 artifacts are made; nothing is to run."), "\(status.output)")
        let copy = try ArtifactStore(path: workplace.folder.path("own/copy.sqlite"), readOnly: true)
        #expect(try copy.verify().artifacts == 15)
        for words in [
            ["run", "small.yaml"], ["store", "gc", "small", "--delete"], ["store", "verify", "--drop"],
            ["store", "merge", "own/copy.sqlite"],
        ] {
            let outcome = try await workplace.start("spg", words + ["--store", path], shell: Reader.shell).outcome()
            #expect(outcome.status == 74, "\(words): \(outcome.status) \(outcome.errors)")
            #expect(outcome.errors.contains("cannot be written to"), "\(outcome.errors)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: workplace.folder.path("kept")) == ["store.sqlite"])
        #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }

    @Test("A dry run of --force reads images and weights there, too, whatever is remembered of them")
    func rereading() async throws {
        let (workplace, path) = try await workplace(file: 0o644, folder: 0o755)
        defer { try? release(workplace) }
        let store = try ArtifactStore(path: path)
        try await store.database.write {
            try $0.execute(sql: "UPDATE file_digest SET sha256 = zeroblob(32); DELETE FROM seen_domain")
        }
        try store.close()
        for name in ["-claims", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + name) }
        for (name, mode) in [("kept/store.sqlite", 0o444), ("kept", 0o555)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: workplace.folder.path(name))
        }
        func dryRun(_ more: String...) async throws -> String {
            let words = ["run", "small.yaml", "--dry-run", "--store", path] + more
            let outcome = try await workplace.start("spg", words, shell: Reader.shell).outcome()
            #expect(outcome.status == 0, "\(outcome.errors)")
            return outcome.output
        }
        #expect(try await !dryRun().contains("All 12 artifacts are made"))
        let forced = try await dryRun("--force")
        #expect(forced.components(separatedBy: "done, and made again by --force").count == 13, "\(forced)")
    }

    @Test("In a folder that one may write to, too, a reader leaves nothing that its owner could not write to")
    func sharedFolder() async throws {
        let (workplace, path) = try await workplace(folder: 0o777)
        let outcome = try await workplace.start("spg", ["store", "verify", "--store", path], shell: Reader.shell).outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: workplace.folder.path("kept")) == ["store.sqlite"])
    }

    @Test("It is merged from where it lies")
    func mergedFrom() async throws {
        let (workplace, path) = try await workplace()
        defer { try? release(workplace) }
        let merged = try await workplace.start(
            "spg", ["store", "merge", path, "--store", "own/mine.sqlite"], shell: Reader.shell
        ).outcome()
        #expect(merged.status == 0 && merged.output.contains("2 generator"), "\(merged.errors)")
    }

    @Test("A log that was left beside it is named: without it the store would be another")
    func logLeftBehind() async throws {
        let (workplace, path) = try await workplace(folder: 0o755)
        try Data(count: 100).write(to: URL(filePath: path + "-wal"))
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: workplace.folder.path("kept"))
        defer { try? release(workplace) }
        let outcome = try await workplace.start(
            "spg", ["query", "SELECT 1", "--store", path], shell: Reader.shell
        ).outcome()
        #expect(
            outcome.status == 74 && outcome.errors.contains("store.sqlite-wal beside it has to be read too"),
            "\(outcome.errors)")
    }
}
