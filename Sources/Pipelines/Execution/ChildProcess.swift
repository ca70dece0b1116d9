import Foundation
import Stages
import Synchronization

/// A program that runs as a child, in a process group of its own, so that it is ended by whoever started it and not by
/// the terminal. A stage ends with this process, too (`Lifeline`).
package final class ChildProcess: Sendable {
    /// How a child ended.
    package enum Ending: Hashable, Sendable {
        case exited(status: Int32)
        case killed(signal: Int32)
    }

    /// What a child has left when it has ended.
    package struct Outcome: Sendable {
        package var ending: Ending
        /// What it wrote on its standard output.
        package var output: String
        /// The lines of it.
        package var lines: [String] { output.split(whereSeparator: \.isNewline).map(String.init) }
        /// Of all its threads, and of its own children that it waited for.
        package var processorSeconds: Double
        package var peakBytes: Int
    }

    /// A program that cannot be started.
    package struct StartError: Error, CustomStringConvertible {
        let executable: String
        let code: Int32
        package var description: String { "\(executable) cannot be started: \(String(cString: strerror(code)))" }
    }

    private struct State {
        /// Until its status is collected the process identifier is the child's.
        var isCollected = false
        var interrupted: ContinuousClock.Instant?
    }

    private let process: pid_t
    private let standardOutput: Int32
    private let standardError: Int32
    private let lifeline: Int32
    private let state = Mutex(State())

    /// How long an interrupted child may take to end by itself.
    private let grace: Duration

    /// One child is started at a time: between its making and its marking as close-on-exec, a pipe could otherwise end
    /// up in another child, which would hold it open.
    private static let starting = Mutex(())

    /// Starts a program with nothing on its standard input.
    /// - Parameter environment: variables that it gets besides those of this process.
    /// - Throws: if the system has no pipes left or does not start the program, with its error number.
    package init(
        executable: String, arguments: [String], environment: [String: String] = [:],
        grace: Duration = Interruption.grace + .seconds(5)
    ) throws(StartError) {
        self.grace = grace
        (process, standardOutput, standardError, lifeline) = try Self.starting.withLock { _ throws(StartError) in
            var output: [Int32] = [-1, -1], error: [Int32] = [-1, -1], life: [Int32] = [-1, -1], child: pid_t = 0
            var code: Int32 = 0
            if pipe(&output) != 0 || pipe(&error) != 0 || pipe(&life) != 0 { code = errno }
            if code == 0 {
                (output + error + life).forEach { _ = fcntl($0, F_SETFD, FD_CLOEXEC) }
                code = Self.spawn(
                    &child, executable, arguments, environment, output: output[1], error: error[1], life: life[0])
            }
            let kept = [output[0], error[0], life[1]], given = [output[1], error[1], life[0]]
            for descriptor in given + (code == 0 ? [] : kept) where descriptor >= 0 { close(descriptor) }
            guard code == 0 else { throw StartError(executable: executable, code: code) }
            return (child, kept[0], kept[1], kept[2])
        }
    }

    private static func spawn(
        _ child: inout pid_t, _ executable: String, _ arguments: [String], _ environment: [String: String], output: Int32,
        error: Int32, life: Int32
    ) -> Int32 {
        let lifeline = STDERR_FILENO + 1
        let variables = environment.merging([Lifeline.variable: "\(lifeline)"]) { $1 }
        return Stages.spawn(&child, [executable] + arguments, environment: variables) { actions in
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
            posix_spawn_file_actions_adddup2(&actions, error, STDERR_FILENO)
            posix_spawn_file_actions_adddup2(&actions, life, lifeline)
        }
    }

    /// Asks the child and all its own children to end; after the time of grace they are killed.
    package func interrupt() {
        state.withLock {
            guard !$0.isCollected, $0.interrupted == nil else { return }
            $0.interrupted = .now
            kill(-process, SIGINT)
        }
    }

    /// Waits for the child to end.
    ///
    /// Blocks the calling thread. To be called once.
    /// - Parameter line: gets every line of the child's standard error as it comes.
    package func wait(line: (String) -> Void) -> Outcome {
        var output = Data(), errors = LineBuffer()
        var open = [standardOutput, standardError]
        var status: Int32 = 0
        var usage = rusage()
        var hasEnded = false
        // A child's own children may hold its pipes longer than it lives: its end, not theirs, is waited for.
        while !open.isEmpty, !hasEnded {
            var polls = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let ready = poll(&polls, nfds_t(polls.count), 200)
            if ready == 0 { hasEnded = collect(&status, &usage) }
            for entry in polls where entry.revents != 0 {
                guard let data = Self.read(entry.fd) else {
                    open.removeAll { $0 == entry.fd }
                    continue
                }
                if entry.fd == standardOutput { output += data } else { errors.append(data).forEach(line) }
            }
            killIfOverdue()
        }
        while !hasEnded {
            hasEnded = collect(&status, &usage)
            if !hasEnded { usleep(5_000) }
            killIfOverdue()
        }
        for descriptor in [standardOutput, standardError, lifeline] { close(descriptor) }
        errors.end().map(line)
        // The two halves of a wait status: the signal in the low seven bits, the exit status above them.
        let signal = status & 0x7f
        let ending = signal == 0 ? Ending.exited(status: (status >> 8) & 0xff) : .killed(signal: signal)
        return Outcome(
            ending: ending, output: String(decoding: output, as: UTF8.self),
            processorSeconds: usage.ru_utime.seconds + usage.ru_stime.seconds, peakBytes: usage.ru_maxrss * 1024)
    }

    /// Takes the child's status, and what it used, if it has ended.
    private func collect(_ status: inout Int32, _ usage: inout rusage) -> Bool {
        var received: Int32 = 0, used = rusage()
        let isCollected = state.withLock {
            $0.isCollected = wait4(process, &received, WNOHANG, &used) == process
            return $0.isCollected
        }
        if isCollected { (status, usage) = (received, used) }
        return isCollected
    }

    private func killIfOverdue() {
        state.withLock {
            guard let interrupted = $0.interrupted, !$0.isCollected, .now - interrupted > grace else { return }
            kill(-process, SIGKILL)
        }
    }

    /// What is there to read, or nil at the end.
    private static func read(_ descriptor: Int32) -> Data? {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return count > 0 ? Data(buffer[..<count]) : nil
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}

/// Cuts a stream of bytes into lines. Of a line that is longer than anybody reads, the beginning is kept.
struct LineBuffer {
    private var bytes = Data()
    private var isCut = false
    private static let longest = 8192

    /// The lines that are complete now. A carriage return ends a line too: progress may be written that way.
    mutating func append(_ data: Data) -> [String] {
        var parts = data.split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }
        let last = parts.removeLast()
        let lines = parts.compactMap { part in
            add(part)
            return end()
        }
        add(last)
        return lines
    }

    /// What came after the last complete line.
    mutating func end() -> String? {
        defer { (bytes, isCut) = (Data(), false) }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self) + (isCut ? "…" : "")
    }

    private mutating func add(_ part: Data) {
        let room = Self.longest - bytes.count
        isCut = isCut || part.count > room
        bytes += part.prefix(room)
    }
}
