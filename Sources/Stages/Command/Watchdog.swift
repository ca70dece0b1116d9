import Foundation

/// A small program that outlives this process by a moment, where this one is killed: it kills the command that this one ran,
/// with all that it has started, and removes its folder.
///
/// It is a shell that reads from a pipe. The pipe ends when this process does, however that comes to its end.
struct Watchdog {
    let process: pid_t
    private let pipe: Int32

    /// `$1` is the variable by which what the command has started is known, `$2` the folder. What left the command's group is
    /// found by the variable; a process that starts others meanwhile is found in another round.
    private static let script = """
        trap '' HUP INT TERM
        read -r group
        read -r end
        [ -z "$group" ] || kill -s KILL -- "-$group"
        for round in 1 2 3 4 5 6 7 8 9; do
            files=$(grep -lsF -e "$1" /proc/[0-9]*/environ)
            [ -n "$files" ] || break
            for file in $files; do
                id=${file#/proc/}
                kill -s KILL "${id%/environ}"
            done
        done 2>/dev/null
        rm -rf -- "$2"
        """

    init(_ folder: WorkFolder) throws {
        guard let ends = privatePipe() else { throw StageInputError("pipe: \(String(cString: strerror(errno)))") }
        defer { close(ends.reading) }
        do {
            let words = ["/bin/sh", "-c", Self.script, "spg-watchdog", "\(Shell.variable)=\(folder.name)", folder.path]
            process = try Shell.start(words) { actions in
                posix_spawn_file_actions_adddup2(&actions, ends.reading, STDIN_FILENO)
                // Whoever waits for the end of what this process writes does not wait for the watchdog's.
                posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
                posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
            }
        } catch {
            close(ends.writing)
            throw error
        }
        pipe = ends.writing
    }

    /// Tells it which group the command runs in.
    func watch(_ group: pid_t) {
        let line = Array("\(group)\n".utf8)
        _ = write(pipe, line, line.count)
    }

    /// Ends it, now that there is nothing to watch.
    func release() {
        kill(process, SIGKILL)
        while waitpid(process, nil, 0) < 0, errno == EINTR {}
        close(pipe)
    }
}
