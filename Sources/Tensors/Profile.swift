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
        /// Elapsed; of work that all threads share image by image, a thread's share of its own time.
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
    /// Inside a part nothing is counted again.
    @TaskLocal private static var isInsidePart = false

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
    public static func measure<Value, Failure: Error>(
        _ part: Part, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        guard isOn, !isInsidePart else { return try body() }
        // Products of other threads would be counted with this one's.
        let isShared = Threads.isInsidePart
        let start = ContinuousClock.now, operations = ProductArithmetic.operations
        defer {
            let seconds = start.duration(to: .now) / .seconds(1)
            account.withLock {
                $0.parts[part, default: Share()].seconds += isShared ? seconds / Double(Threads.count) : seconds
                if !isShared {
                    $0.parts[part, default: Share()].operations += ProductArithmetic.operations - operations
                }
            }
        }
        // The closure of withValue throws untyped errors; a result carries the type through.
        return try $isInsidePart.withValue(true) { Result { () throws(Failure) in try body() } }.get()
    }
}
