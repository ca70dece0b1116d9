import Foundation
import Pipelines
import TestSupport

/// A Slurm of its own on this machine, for as long as the value lives: it takes root, slurmctld, slurmd and munge.
final class RealSlurm: Sendable {
    private static let scripts = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Slurm").standardized
    let folder: TemporaryFolder

    /// Whether the tests of Slurm were asked for.
    static let isAsked = ProcessInfo.processInfo.environment["SPG_SLURM_TESTS"] == "1"

    /// Whether this machine has what accounting takes.
    static let hasAccounting = ["/usr/sbin/slurmdbd", "/usr/sbin/mariadbd"].allSatisfy(FileManager.default.isExecutableFile)

    struct Failure: Error, CustomStringConvertible { let description: String }

    /// - Parameter withAccounting: whether it keeps accounts in a database.
    init(machines: Int = 3, withAccounting: Bool = false) throws {
        folder = try TemporaryFolder()
        try Self.run(
            "/usr/bin/env",
            (withAccounting ? ["SLURM_ACCOUNTING=1"] : []) + [
                Self.scripts.appending(path: "start").path, folder.url.path, "\(machines)",
            ])
    }

    deinit { _ = try? Self.run(Self.scripts.appending(path: "stop").path, [folder.url.path]) }

    /// What a shell has to say before a program that is to see this Slurm.
    var shell: String { "export SLURM_CONF='\(folder.url.path)/slurm.conf';" }

    /// Starts a daemon again that was killed: `munged`, `slurmctld`, `n0`, ….
    func start(_ daemon: String) throws {
        try Self.run(Self.scripts.appending(path: "daemon").path, [folder.url.path, daemon])
    }

    /// The process of a daemon.
    private func process(_ daemon: String) throws -> pid_t {
        let name = daemon == "munged" ? "munge/pid" : daemon == "slurmctld" ? "slurmctld.pid" : "slurmd-\(daemon).pid"
        let text = try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
        guard let process = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Failure(description: text)
        }
        return process
    }

    func kill(_ daemon: String, by signal: Int32 = SIGKILL) throws {
        try Glibc.kill(process(daemon), signal)
    }

    /// Lets the controller lose what it knows of jobs.
    func forgetJobs() throws {
        try kill("slurmctld")
        try Self.sh("rm -f '\(folder.url.path)'/state/job_state*")
        try start("slurmctld")
    }

    /// Kills all that runs on a machine at once, as a power cut does: its daemon and the jobs' processes.
    func cutPower(of machine: String) throws {
        try kill(machine)
        let name = Data("SLURMD_NODENAME=\(machine)\0".utf8), own = Data(folder.url.path.utf8)
        for entry in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let process = pid_t(entry),
                let environment = FileManager.default.contents(atPath: "/proc/\(entry)/environ"),
                let command = FileManager.default.contents(atPath: "/proc/\(entry)/cmdline"),
                environment.range(of: own) != nil || command.range(of: own) != nil,
                environment.range(of: name) != nil || command.starts(with: Data("slurmstepd".utf8))
            else { continue }
            Glibc.kill(process, SIGKILL)
        }
    }

    /// Lets no new job begin.
    func drain(_ machines: String = "ALL") throws {
        try run("scontrol", "update", "nodename=\(machines)", "state=drain", "reason=test")
    }

    func resume(_ machines: String = "ALL") throws {
        try run("scontrol", "update", "nodename=\(machines)", "state=resume")
    }

    /// The jobs in its queue, a line each.
    func queue(_ format: String = "%i %T", _ more: String...) throws -> [String] {
        try Self.run("/bin/sh", ["-c", "\(shell) exec squeue --me --noheader \"$@\"", "sh", "--format=\(format)"] + more)
            .split(separator: "\n").map(String.init)
    }

    /// Runs one of Slurm's programs.
    @discardableResult
    func run(_ program: String, _ arguments: String...) throws -> String {
        try Self.run("/bin/sh", ["-c", "\(shell) exec \"$@\"", "sh", program] + arguments)
    }

    /// Runs a line of a shell.
    static func sh(_ line: String) throws { try run("/bin/sh", ["-c", line]) }

    /// Foundation's own waiting for a process may go on for ever where many are started at a time.
    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        var errors: [String] = []
        // Daemons, and the jobs that they start, do not end with whoever started them.
        let child = try ChildProcess(executable: "/usr/bin/env", arguments: ["-u", "SPG_LIFELINE", program] + arguments)
        let outcome = child.wait { errors.append($0) }
        guard outcome.ending == .exited(status: 0) else {
            throw Failure(description: "\(program) \(arguments): \(outcome.ending); \(errors.joined(separator: "; "))")
        }
        return outcome.output
    }
}
