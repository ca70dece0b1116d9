import Dispatch
import Synchronization

/// Runs `body` on several threads at once and collects what they throw.
func concurrently(_ count: Int, _ body: @Sendable (Int) throws -> Void) -> [String] {
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: count) { index in
        do {
            try body(index)
        } catch {
            failures.withLock { $0.append("\(error)") }
        }
    }
    return failures.withLock { $0 }
}
