import Foundation
import Synchronization
import TestSupport

/// One of the executables that lie beside the test bundle, started as a process.
final class Program: Sendable {
    /// How a process ended and what it printed.
    struct Outcome {
        /// The exit status, or the signal's number negated.
        var status: Int32
        var output: String
        var errors: String
        var seconds: Double
        /// Lines of standard output.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    static let names = ["spg", "spg-extract", "spg-fit", "spg-cgan", "spg-evaluate", "spg-command"]

    /// The folder that the build system puts executables and test bundles in.
    static let folder = (Bundle.allBundles.map(\.bundleURL) + [URL(filePath: CommandLine.arguments[0])])
        .flatMap { [$0, $0.deletingLastPathComponent(), $0.deletingLastPathComponent().deletingLastPathComponent()] }
        .first { FileManager.default.isExecutableFile(atPath: $0.appending(path: "spg-extract").path) }

    private let process: Mutex<Process>
    private let scratch: TemporaryFolder
    private let start = ContinuousClock.now
    /// Gets the seconds that the process took when it ends.
    private let end = AsyncStream.makeStream(of: Double.self)
    let identifier: pid_t

    /// Starts a program.
    /// - Parameters:
    ///   - folder: its current folder.
    ///   - shell: words of a shell that come before it, such as "ulimit -f 100;".
    init(_ name: String, _ arguments: [String], in folder: URL, shell: String = "") throws {
        guard let executables = Self.folder else { throw NotBuilt() }
        scratch = try TemporaryFolder()
        let process = Process()
        // `exec`: the process has the program's identifier. What it prints goes to files, which never fill up.
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            ["-c", "\(shell) exec \"$@\"", "sh", executables.appending(path: name).path] + arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.file(scratch.url.appending(path: "output"))
        process.standardError = try Self.file(scratch.url.appending(path: "errors"))
        process.terminationHandler = { [end, start] _ in
            end.continuation.yield((ContinuousClock.now - start) / .seconds(1))
            end.continuation.finish()
        }
        try Self.withoutBlockedSignals { try process.run() }
        identifier = process.processIdentifier
        self.process = Mutex(process)
    }

    /// The threads that tasks run on block signals, and a process inherits what its starter blocks.
    static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t(), before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    private static func file(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    /// Sends a signal as soon as a condition holds.
    func signal(_ number: Int32, when condition: @escaping @Sendable () -> Bool) {
        act(when: condition) { kill($0, number) }
    }

    /// Does something to the process as soon as a condition holds, if it still runs then. Looks at it on a thread of its
    /// own: other tests may keep all threads that tasks run on busy.
    func act(when condition: @escaping @Sendable () -> Bool, _ action: @escaping @Sendable (pid_t) -> Void) {
        Thread.detachNewThread { [self] in
            while process.withLock({ $0.isRunning }) {
                if condition() { return action(identifier) }
                usleep(2000)
            }
        }
    }

    var isRunning: Bool { process.withLock { $0.isRunning } }

    /// The processes that it has started and that still run.
    var children: [pid_t] {
        let tasks = "/proc/\(identifier)/task"
        return ((try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []).flatMap { task in
            let list = (try? String(contentsOfFile: "\(tasks)/\(task)/children", encoding: .utf8)) ?? ""
            return list.split(separator: " ").compactMap { pid_t($0) }
        }
    }

    /// What it has written on its standard error until now.
    var errorsSoFar: String {
        (try? String(contentsOf: scratch.url.appending(path: "errors"), encoding: .utf8)) ?? ""
    }

    /// What it has written on its standard output until now.
    var outputSoFar: String { (try? text("output")) ?? "" }

    /// Waits for the end. To be called once.
    func outcome() async throws -> Outcome {
        var seconds = 0.0
        for await time in end.stream { seconds = time }
        let status = process.withLock { $0.terminationReason == .exit ? $0.terminationStatus : -$0.terminationStatus }
        return Outcome(status: status, output: try text("output"), errors: try text("errors"), seconds: seconds)
    }

    /// What it has written on its standard error so far.
    var errors: String { (try? text("errors")) ?? "" }

    private func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: scratch.url.appending(path: name)), as: UTF8.self)
    }

    struct NotBuilt: Error {}
}
