import Foundation
import Pipelines
import TestSupport
import Testing

/// Whether this process may mount something where no other process sees it.
private let canMount: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "unshare -m sh -c 'mount -t tmpfs none /mnt'"]
    (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
}()

/// A shared folder that is a file system of its own, which fails while a task works.
@Suite("A shared folder that is full, read-only or gone for a while loses nothing", .enabled(if: canMount))
struct SharedFolderTests {
    /// How the folder fails and comes back; shell commands in the workplace. What lies in `behind` is what `shared` shows.
    static let failures: [(fail: String, mend: String, says: String)] = [
        (
            """
            mkdir disk; mount -t tmpfs -o size=4m none disk; cp -r behind/. disk; dd if=/dev/zero of=disk/filler bs=1k
            mount --bind disk shared
            """, "rm shared/filler", "No space left"
        ),
        ("mount -o remount,bind,ro shared", "mount -o remount,bind,rw shared", "Read-only"),
        ("umount -l shared", "mount --bind behind shared", "there is no"),
    ]

    @Test(arguments: failures.indices) func folderFails(index: Int) async throws {
        let (fail, mend, says) = Self.failures[index]
        let cluster = try Cluster(), plan = try cluster.plan(), url = cluster.workplace.url
        try await cluster.extract(plan)
        let work = try cluster.ready(plan).filter { $0.program == "spg-fit" }
        try cluster.write(work, as: "task", sideBySide: 3)
        try FileManager.default.moveItem(at: cluster.shared, to: url.appending(path: "behind"))
        try FileManager.default.createDirectory(at: cluster.shared, withIntermediateDirectories: true)
        // The folder fails when the programs have begun, and comes back when a file says so.
        let script = """
            mount --bind behind shared
            (until grep -q started begun; do sleep 0.02; done; \(fail)
             until [ -e mend ]; do sleep 0.02; done; \(mend)) > /dev/null 2>&1 &
            "$@"; status=$?; cp -r shared/tasks behind; exit $status
            """
        try Data().write(to: url.appending(path: "begun"))
        let program = try cluster.start("task", shell: "exec unshare -m sh -c '\(script)' sh \"$@\";")
        program.act(when: { cluster.hasStore(on: "node") }) { _ in
            try? Data("started".utf8).write(to: url.appending(path: "begun"))
        }
        program.act(when: { program.errorsSoFar.contains("it is tried again") }) { _ in
            try? Data().write(to: url.appending(path: "mend"))
        }
        let outcome = try await program.outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains(says), "\(outcome.errors)")
        try FileManager.default.removeItem(at: cluster.shared)
        try FileManager.default.moveItem(at: url.appending(path: "behind"), to: cluster.shared)
        #expect(try cluster.merge("task").count == work.count)
        #expect(try cluster.workplace.store.verify().damages.isEmpty)
    }
}
