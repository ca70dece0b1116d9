import COpenBLAS
import Dispatch
import Foundation
import Synchronization

/// The process's one thread policy: Tensors splits work over its own threads, and every BLAS call inside runs on one.
///
/// Two pools that each believe they own the cores spin against each other; this keeps OpenBLAS's asleep.
public enum Threads {
    private static let configured = Atomic<Int>(0)

    /// Whether the caller already runs on one part of some work. Work inside it is not split again.
    @TaskLocal static var isInsidePart = false

    /// How many threads share one piece of work. Set once, at start. Results are the same on any number of them.
    public static var count: Int {
        get {
            let count = configured.load(ordering: .relaxed)
            if count > 0 { return count }
            let cores = ProcessInfo.processInfo.activeProcessorCount
            Threads.count = cores
            return cores
        }
        set {
            openblas_set_num_threads(1)
            configured.store(max(1, newValue), ordering: .relaxed)
        }
    }
}

/// Splits `0..<count` into one contiguous part per thread and runs `body` on each part at the same time.
///
/// The split depends on `count` and the number of threads only, so results are the same in every run.
/// - Parameters:
///   - count: how many elements there are.
///   - grain: the fewest elements worth a thread of their own.
///   - body: works on the elements of one part.
public func parallel(_ count: Int, grain: Int = 1, _ body: @Sendable (Range<Int>) -> Void) {
    let parts = min(Threads.count, count / max(1, grain))
    guard parts > 1, !Threads.isInsidePart else {
        if count > 0 { body(0..<count) }
        return
    }
    DispatchQueue.concurrentPerform(iterations: parts) { part in
        Threads.$isInsidePart.withValue(true) {
            body(count * part / parts..<count * (part + 1) / parts)
        }
    }
}

/// Runs `body` for every item in `0..<count`, threads taking the next item as they come free: for items that differ in cost.
/// Which thread runs an item must not matter to the result.
public func parallelItems(_ count: Int, _ body: @Sendable (Int) -> Void) {
    let next = Atomic(0)
    parallel(min(count, Threads.count)) { workers in
        for _ in workers {
            while true {
                let item = next.add(1, ordering: .relaxed).oldValue
                guard item < count else { break }
                body(item)
            }
        }
    }
}

/// Runs `body` as one part of some work: nothing inside it is split, so its result does not depend on `Threads.count`.
package func unsplit(_ body: () -> Void) {
    Threads.$isInsidePart.withValue(true, operation: body)
}

/// A pointer that may cross into the closures of `parallel`: their parts write to disjoint elements.
@usableFromInline
package struct Shared<Pointee>: @unchecked Sendable {
    @usableFromInline package let pointer: UnsafeMutablePointer<Pointee>

    @usableFromInline
    package init(_ pointer: UnsafeMutablePointer<Pointee>) { self.pointer = pointer }

    @usableFromInline
    package init(_ pointer: UnsafePointer<Pointee>) { self.pointer = UnsafeMutablePointer(mutating: pointer) }
}
