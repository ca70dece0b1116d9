import CProcess
import Foundation
import Synchronization

/// The system's shell, as far as a stage needs it: runs one command, and leaves nothing running that the command has started.
///
/// The command and all that it starts are descendants of this process, whatever group or session they go to. When the
/// command has ended, or is to end, the rest of them are asked to end, and killed after a time of grace. Where this process
/// is killed itself, its `Watchdog` does that.
final class Shell: Sendable {
    /// How a command ended.
    enum Status: Hashable, CustomStringConvertible {
        case exited(Int32)
        case killed(Int32)

        var description: String {
            switch self {
            case .exited(let status): "exited with status \(status)"
            case .killed(let signal): "was ended by signal \(signal) (\(String(cString: strsignal(signal))))"
            }
        }
    }

    /// The environment variable that tells what belongs to which folder.
    static let variable = "SPG_COMMAND"

    private struct State {
        /// That the command runs in, while it or anything that it has started does.
        var group: pid_t?
        var isInterrupted = false
    }

    private let folder: WorkFolder
    private let state = Mutex(State())
    /// How long what is asked to end may take to.
    private let grace = Duration.seconds(2)

    init(_ folder: WorkFolder) {
        self.folder = folder
    }

    /// Runs a command. Its standard output goes to standard error, since a stage's own has its key on it. To be called once.
    /// - Throws: `StageInputError` where there is no shell.
    func run(_ command: String) throws -> Status {
        guard becomes_subreaper() != 0 else { throw StageInputError("prctl: \(String(cString: strerror(errno)))") }
        let watchdog = try Watchdog(folder)
        defer { watchdog.release() }
        let environment = [Self.variable: folder.name]
        let child = try state.withLock { state in
            guard !state.isInterrupted else { Self.waitForTheEnd() }
            let child = try Self.start(["/bin/sh", "-c", command], environment: environment) { actions in
                posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
                posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
            }
            state.group = child
            return child
        }
        watchdog.watch(child)
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        endRest(except: watchdog.process)
        let isInterrupted = state.withLock { state in
            state.group = nil
            return state.isInterrupted
        }
        if isInterrupted {
            watchdog.release()
            Self.waitForTheEnd()
        }
        // The two halves of a wait status: the signal in the low seven bits, the exit status above them.
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal)
    }

    /// Ends the command and then this process, by a signal; called on another thread than the one that runs the command.
    func interrupt(_ number: Int32) {
        let group = state.withLock { state in
            state.isInterrupted = true
            return state.group
        }
        if let group {
            kill(-group, number)
            let end = ContinuousClock.now + grace
            while state.withLock({ $0.group != nil }) {
                if .now > end { for process in ProcessTable.descendants(of: getpid()) { kill(process, SIGKILL) } }
                usleep(10_000)
            }
        }
        folder.remove()
        Interruption.end(by: number)
    }

    /// The thread that handles a signal ends the process.
    private static func waitForTheEnd() -> Never {
        while true { pause() }
    }

    /// Ends what the command has started and not waited for, now that itself has ended.
    private func endRest(except watchdog: pid_t) {
        let end = ContinuousClock.now + grace
        var asked: Set<pid_t> = []
        while true {
            // Takes the status of those that have ended; they count as children until then.
            let rest = ProcessTable.descendants(of: getpid()).filter { $0 != watchdog && waitpid($0, nil, WNOHANG) != $0 }
            if rest.isEmpty { return }
            let isOverdue = .now > end
            for process in rest where isOverdue || asked.insert(process).inserted {
                kill(process, isOverdue ? SIGKILL : SIGTERM)
            }
            usleep(10_000)
        }
    }

    /// Starts a program in a process group of its own (`spawn`).
    /// - Throws: `StageInputError` where it cannot be started.
    static func start(
        _ words: [String], environment: [String: String] = [:],
        _ prepare: (inout posix_spawn_file_actions_t) -> Void
    ) throws -> pid_t {
        var child: pid_t = 0
        let code = spawn(&child, words, environment: environment, prepare)
        guard code == 0 else { throw StageInputError("\(words[0]) cannot be started: \(String(cString: strerror(code)))") }
        return child
    }
}
