@preconcurrency import Glibc

/// How every program behaves towards the system, from before it reads its command line.
public enum Conduct {
    /// To be called first of all.
    ///
    /// - What is printed and cannot be written (a full disk, a limit, a closed descriptor) is a failure of the program: it
    ///   ends with status 74. Standard output is a buffer, so only its end knows. A pipe that nobody reads any more ends
    ///   the program by SIGPIPE, as it ends others; where that is ignored, its
    ///   status stays what it is.
    /// - A limit on the size of files is an error of the write that meets it, and no signal that ends the program in the
    ///   middle of something.
    /// - SIGQUIT (Ctrl-\) ends the program at once. Swift's runtime would write what each thread is at, and let it go on.
    ///   Where a program crashed, that is still written.
    public static func begin() {
        if isCompleting { completeSilently() }
        occupyStandardDescriptors()
        checkMemory()
        // A handler that does nothing, and not SIG_IGN, which programs that this one starts would inherit.
        signal(SIGXFSZ) { _ in }
        endAtOnceByQuit()
        atexit { Conduct.checkOutput() }
    }

    /// Whether a shell asks what a word may become that is being typed.
    private static var isCompleting: Bool { CommandLine.arguments.dropFirst().first == "---completion" }

    /// A shell would print what is wrong into the line that is being typed, and wait for an answer that takes long.
    private static func completeSilently() {
        let nowhere = open("/dev/null", O_WRONLY)
        dup2(nowhere, STDERR_FILENO)
        close(nowhere)
        signal(SIGALRM) { _ in _exit(0) }
        alarm(10)
    }

    /// The command line without the program's name. ArgumentParser takes the argument after `--context=` for its value;
    /// split in two, it is what is written: an empty text.
    public static var arguments: [String] {
        let words = CommandLine.arguments.dropFirst(), end = words.firstIndex(of: "--") ?? words.endIndex
        return words[..<end].flatMap { word in
            guard word.hasPrefix("--"), word.firstIndex(of: "=") == word.indices.last else { return [word] }
            return [String(word.dropLast()), ""]
        } + words[end...]
    }

    /// Takes the runtime's handler away. Where SIGQUIT was ignored from the start, as in a shell's background, it stays so.
    private static func endAtOnceByQuit() {
        let before = signal(SIGQUIT, SIG_DFL)
        if unsafeBitCast(before, to: UInt.self) == unsafeBitCast(SIG_IGN, to: UInt.self) { signal(SIGQUIT, SIG_IGN) }
    }

    /// Threads that cannot be made for want of room are waited for without end, and what cannot be allocated ends a program
    /// anywhere: below what every program takes, nothing is begun.
    private static func checkMemory() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return }
        let cores = UInt(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let needed: UInt = (3 << 29) + cores << 25
        guard limit.rlim_cur < needed else { return }
        Console.standardError.line(
            """
            Error: this process may take \(limit.rlim_cur >> 10) KiB of address space (ulimit -v), and the program takes \
            \(needed >> 10) KiB at least; raise the limit
            """)
        // Without what is done at the end, which would wait for threads, too.
        _exit(ExitStatus.inputOutput.rawValue)
    }

    /// Keeps a file that is opened later from becoming standard output or error where those are closed. What is written to
    /// either fails as it would without.
    private static func occupyStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    private static func checkOutput() {
        errno = 0
        let isWritten = fflush(stdout) == 0 && ferror(stdout) == 0
        guard !isWritten else { return }
        guard errno != EPIPE else { return }
        let reason = errno == 0 ? "" : ": " + String(cString: strerror(errno))
        Console.standardError.line(
            "Error: what was printed could not be written to standard output\(reason); part of it is missing there")
        _exit(ExitStatus.inputOutput.rawValue)
    }
}
