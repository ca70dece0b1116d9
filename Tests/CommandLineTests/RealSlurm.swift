import Foundation
import TestSupport

/// A Slurm of its own on this machine, for as long as the value lives: it takes root, slurmctld, slurmd and munge.
final class RealSlurm: Sendable {
    private static let scripts = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Slurm").standardized
    let folder: TemporaryFolder

    /// Whether the tests of Slurm were asked for.
    static let isAsked = ProcessInfo.processInfo.environment["SPG_SLURM_TESTS"] == "1"

    struct Failure: Error, CustomStringConvertible { let description: String }

    init(machines: Int = 3) throws {
        folder = try TemporaryFolder()
        try Self.run(Self.scripts.appending(path: "start").path, [folder.url.path, "\(machines)"])
    }

    deinit { _ = try? Self.run(Self.scripts.appending(path: "stop").path, [folder.url.path]) }

    /// What a shell has to say before a program that is to see this Slurm.
    var shell: String { "export SLURM_CONF='\(folder.url.path)/slurm.conf';" }

    /// Starts a daemon again that was killed: `munged`, `slurmctld`, `n0`, ….
    func start(_ daemon: String) throws {
        try Self.run(Self.scripts.appending(path: "daemon").path, [folder.url.path, daemon])
    }

    func kill(_ daemon: String, by signal: Int32 = SIGKILL) throws {
        let name = daemon == "munged" ? "munge/pid" : daemon == "slurmctld" ? "slurmctld.pid" : "slurmd-\(daemon).pid"
        let text = try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
        guard let process = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw Failure(description: text)
        }
        Glibc.kill(process, signal)
    }

    /// Runs one of Slurm's programs.
    @discardableResult
    func run(_ program: String, _ arguments: String...) throws -> String {
        try Self.run("/bin/sh", ["-c", "\(shell) exec \"$@\"", "sh", program] + arguments)
    }

    @discardableResult
    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        // The daemons hold what they inherit open, so that a pipe would not end: what goes wrong is in their logs.
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let isDaemon = program.hasPrefix(scripts.path)
        process.standardOutput = isDaemon ? FileHandle.nullDevice : output
        // Otherwise daemons, and the jobs that they start, would heed no request to end.
        try Program.withoutBlockedSignals { try process.run() }
        let text = isDaemon ? Data() : output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(program) \(arguments): status \(process.terminationStatus)")
        }
        return String(decoding: text, as: UTF8.self)
    }
}
