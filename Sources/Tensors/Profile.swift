import Synchronization

/// Where the time of a piece of work goes, part by part; counted only where it was asked for.
///
/// While it is off, a part costs one look at an atomic flag.
public enum Profile {
    /// What time is spent on. What is none of these is the rest.
    public enum Part: String, CaseIterable, Sendable {
        case model, read, decode, preprocess, encode, textForward = "text forward", backward, optimizer, store
    }

    /// What a part has taken.
    public struct Share: Hashable, Sendable {
        /// Elapsed; of work that threads do side by side, each thread's share of its own time.
        public var seconds = 0.0
        /// The arithmetic of the matrix products in it.
        public var operations = 0

        package init(seconds: Double = 0, operations: Int = 0) {
            (self.seconds, self.operations) = (seconds, operations)
        }
    }

    private struct Account {
        var start = ContinuousClock.now
        var operations = ProductArithmetic.operations
        var parts: [Part: Share] = [:]
    }

    private static let isCounting = Atomic(false)
    private static let account = Mutex(Account())
    /// The products of the thread that is inside a part. What is inside one is not measured again.
    @TaskLocal private static var tally: Tally?

    private final class Tally: Sendable {
        let operations = Atomic(0)
    }

    /// Takes note of the arithmetic of a product.
    static func count(_ operations: Int) {
        if isOn { tally?.operations.add(operations, ordering: .relaxed) }
    }

    /// Whether parts are counted.
    public static var isOn: Bool { isCounting.load(ordering: .relaxed) }

    /// Counts from here on, from nothing.
    public static func start() {
        account.withLock { $0 = Account() }
        isCounting.store(true, ordering: .relaxed)
    }

    /// Counts no more. What was counted can still be read.
    public static func stop() { isCounting.store(false, ordering: .relaxed) }

    /// Begins anew, where counting is on.
    public static func restart() {
        if isOn { start() }
    }

    /// Each part so far, and all time since the start with the arithmetic in it.
    public static var shares: (parts: [Part: Share], total: Share) {
        account.withLock {
            let total = Share(
                seconds: ($0.start.duration(to: .now)) / .seconds(1),
                operations: ProductArithmetic.operations - $0.operations)
            return ($0.parts, total)
        }
    }

    /// Does something, and counts its time where that was asked for.
    /// - Throws: what `body` throws.
    public static func measure<Value, Failure: Error>(
        _ part: Part, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard isOn, tally == nil else { return try body() }
        let start = ContinuousClock.now, operations = ProductArithmetic.operations, tally = Tally()
        // Beside other threads only this one's products are the part's; alone, it may set others to work.
        let isShared = Threads.isInsidePart
        defer {
            let seconds = start.duration(to: .now) / .seconds(1)
            let done = isShared ? tally.operations.load(ordering: .relaxed) : ProductArithmetic.operations - operations
            account.withLock {
                $0.parts[part, default: Share()].seconds += isShared ? seconds / Double(Threads.count) : seconds
                $0.parts[part, default: Share()].operations += done
            }
        }
        // The closure of withValue throws untyped errors; a result carries the type through.
        return try $tally.withValue(tally) { Result { () throws(Failure) in try body() } }.get()
    }
}
