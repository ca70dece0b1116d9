import ArtifactStore
import Foundation

/// How a stage learns that the `spg run` that started it is gone, however that came to its end.
///
/// It is a pipe that nothing is ever written to. `spg run` alone holds the end for writing; the stage's end hangs up
/// when `spg run` lives no more, be it by `kill -9`. (Linux's `PR_SET_PDEATHSIG` goes by the thread that started a
/// process, and threads come and go in a `spg run` that lives on.)
public enum Lifeline {
    /// The environment variable that tells a stage which of its descriptors it is.
    public static let variable = "SPG_LIFELINE"

    /// Whether `spg run` has started this process, before the lifeline is held.
    public static var isThere: Bool { getenv(variable) != nil }

    /// From now on this process ends with the `spg run` that started it, as by Ctrl-C: at once, with the last checkpoint
    /// in the store and nothing half-written, and with it whatever programs it has started. Does nothing where `spg run`
    /// did not start it.
    /// - Returns: whether it did.
    public static func hold() -> Bool {
        guard let text = getenv(variable), let descriptor = Int32(String(cString: text)),
            fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
        else { return false }
        // Programs that this one starts get neither: they are in its process group, which is ended as a whole.
        unsetenv(variable)
        Thread.detachNewThread {
            var end = pollfd(fd: descriptor, events: 0, revents: 0)
            while poll(&end, 1, -1) < 0, errno == EINTR {}
            guard end.revents & Int16(POLLHUP) != 0 else { return }
            kill(0, SIGINT)
            // Where the signal is ignored, or what handles it takes too long. The status is that of an interrupted program.
            Thread.sleep(forTimeInterval: Interruption.grace / .seconds(1))
            _exit(130)
        }
        return true
    }
}

/// How a stage tells the `spg run` that started it that nothing had to be made for an artifact: another process made it
/// meanwhile, or all that it consists of was there. Whoever starts a stage by hand gets the key alone.
public enum FoundNote {
    /// What stands on standard output, on a line before the key.
    public static func line(_ key: ArtifactKey) -> String { "found \(key)" }
}
