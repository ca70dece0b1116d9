import Foundation

/// The system's shell, as far as a stage needs it.
enum Shell {
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

    /// Runs a command in this process's group, so that whoever interrupts this process interrupts it, too. Its standard output
    /// goes to standard error, since a stage's own has its key on it.
    /// - Throws: `StageInputError` where there is no shell.
    static func run(_ command: String) throws -> Status {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
        let words = ["/bin/sh", "-c", command].map { (word: String) in strdup(word) }
        let variables = ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") }
        defer { (words + variables).forEach { free($0) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, "/bin/sh", &actions, nil, words + [nil], variables + [nil])
        guard code == 0 else { throw StageInputError("/bin/sh cannot be started: \(String(cString: strerror(code)))") }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        // The two halves of a wait status: the signal in the low seven bits, the exit status above them.
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal)
    }
}
