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
    public static func begin() {
        occupyStandardDescriptors()
        // A handler that does nothing, and not SIG_IGN, which programs that this one starts would inherit.
        signal(SIGXFSZ) { _ in }
        atexit { Conduct.checkOutput() }
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
