import Foundation
import Synchronization

/// Signals that ask this process to end: Ctrl-C, SIGTERM, a terminal that closes.
///
/// Where something would be lost or left behind, they are handled; otherwise they end the process as they always do. A second
/// signal ends it at once in any case. What ignores a signal from its start on, as by `nohup`, goes on ignoring it.
public enum Interruption {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// How long a process may take to end by itself after it was asked to: what it has is written by then.
    public static let grace = Duration.seconds(30)

    private struct Handlers {
        var isWatching = false
        var received = false
        var latest = 0
        var all: [Int: @Sendable (Int32) -> Void] = [:]
    }

    private static let handlers = Mutex(Handlers())
    /// The end for writing of the pipe by which a signal's number gets from the signal to a thread.
    private static let pipeEnd = Atomic<Int32>(-1)

    /// From now on signals are handled, if there is something to handle them. For programs, at their start.
    /// - Parameter others: signals that ask this program to end besides those that ask every program.
    public static func watch(for others: [Int32] = []) {
        let isFirst = handlers.withLock { handlers in
            defer { handlers.isWatching = true }
            return !handlers.isWatching
        }
        guard isFirst, let ends = privatePipe() else { return }
        pipeEnd.store(ends.writing, ordering: .sequentiallyConsistent)
        for number in signals + others {
            let before = signal(number) { number in
                let error = errno
                var byte = UInt8(truncatingIfNeeded: number)
                write(Interruption.pipeEnd.load(ordering: .sequentiallyConsistent), &byte, 1)
                errno = error
            }
            if unsafeBitCast(before, to: UInt.self) == unsafeBitCast(SIG_IGN, to: UInt.self) { signal(number, SIG_IGN) }
        }
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                if read(ends.reading, &byte, 1) == 1 { receive(Int32(byte)) }
            }
        }
    }

    private static func receive(_ number: Int32) {
        let called = handlers.withLock { handlers in
            defer { handlers.received = true }
            return handlers.received ? [] : Array(handlers.all.values)
        }
        if called.isEmpty { end(by: number) }
        // On threads of their own: this one waits for the second signal.
        for handler in called { Thread.detachNewThread { handler(number) } }
    }

    /// While `body` runs, a signal calls `handler`, on another thread, in place of ending the process. The handler, or who it
    /// tells, ends it when nothing can be lost any more.
    /// - Throws: what `body` throws.
    public static func handled<Value, Failure: Error>(
        by handler: @escaping @Sendable (Int32) -> Void, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let place = add(handler)
        defer { remove(place) }
        return try body()
    }

    /// As above, for what waits.
    /// - Throws: what `body` throws.
    public static func handled<Value: Sendable>(
        by handler: @escaping @Sendable (Int32) -> Void, _ body: @Sendable () async throws -> Value
    ) async throws -> Value {
        let place = add(handler)
        defer { remove(place) }
        return try await body()
    }

    private static func add(_ handler: @escaping @Sendable (Int32) -> Void) -> Int {
        handlers.withLock { handlers in
            handlers.latest += 1
            handlers.all[handlers.latest] = handler
            return handlers.latest
        }
    }

    private static func remove(_ place: Int) { handlers.withLock { $0.all[place] = nil } }

    /// Ends this process as a signal does that nobody handles.
    public static func end(by number: Int32) -> Never {
        signal(number, SIG_DFL)
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, number)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        raise(number)
        _exit(128 + number)
    }
}
