import FormulaModels
import Foundation
import Tensors

/// What a benchmark gave: medians over rounds.
public struct Timing: Codable, Sendable {
    public var title: String
    public var unit: Benchmark.Unit
    public var rounds: Int
    /// In the benchmark's unit.
    public var ours: Double
    public var peers: [Comparison]
    /// The rate of our matrix products, counted over the whole time, as a share of that of one large product in the
    /// same rounds. Nil where there are no products, or nothing else.
    public var shareOfPeak: Double?
    /// The most memory that our process held while it did the work over and over, the model with it.
    public var memory: Int?

    package init(
        title: String, unit: Benchmark.Unit, rounds: Int, ours: Double, peers: [Comparison] = [],
        shareOfPeak: Double? = nil, memory: Int? = nil
    ) {
        (self.title, self.unit, self.rounds, self.ours) = (title, unit, rounds, ours)
        (self.peers, self.shareOfPeak, self.memory) = (peers, shareOfPeak, memory)
    }

    /// How a peer did in the same rounds.
    public struct Comparison: Codable, Sendable {
        public var runtime: Peer.Runtime
        /// In the benchmark's unit.
        public var value: Double
        /// How many times faster we were: the median over rounds of both.
        public var ratio: Double
        /// The same of its process, the model and the runtime with it.
        public var memory: Int?

        package init(runtime: Peer.Runtime, value: Double, ratio: Double, memory: Int? = nil) {
            (self.runtime, self.value, self.ratio, self.memory) = (runtime, value, ratio, memory)
        }
    }
}

/// Times benchmarks, round by round: ours, a large product, the peers. A machine that slows down or is busy for a while
/// then does so for all of them.
public struct Stopwatch {
    /// Which time is counted, on either side.
    public enum Clock: String, Codable, Sendable {
        case elapsed
        /// What all threads of the process have used. On one thread it tells speed on a machine busy with other things.
        case processor

        /// Seconds from a beginning that is the same for all calls.
        var now: Double {
            var time = timespec()
            clock_gettime(self == .elapsed ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
    }

    let peers: [Peer]
    let clock: Clock
    /// Rounds go on until there are at least three and this many seconds are gone…
    var seconds = 6.0
    /// …or until so many are.
    var limit = 20.0
    package var mostRounds = 40

    public init(peers: [Peer], clock: Clock = .elapsed) {
        (self.peers, self.clock) = (peers, clock)
    }

    /// Nil where something that the benchmark needs is not there.
    /// - Throws: what the benchmark throws; an error of Foundation where it has no room for its files.
    public func measure(_ benchmark: Benchmark) throws -> Timing? {
        let workshop = try Workshop()
        defer { workshop.remove() }
        guard let work = try benchmark.prepare(workshop) else { return nil }
        let outcome = try work.run()
        let able = peers.filter { work.task.runtimes.contains($0.runtime) }
        for peer in able {
            let other = try peer.prepare(work.task)
            guard work.agrees(outcome, other) else {
                throw BenchmarkError.disagreement(
                    title: benchmark.title, ours: outcome, runtime: peer.runtime, peer: other)
            }
        }
        let peak = LargeProduct(work.precision)
        peak.run()
        // Reading a model, or making one, takes more than working with it.
        for memory in [.own] + able.map(\.memory) { memory.reset() }

        var ours: [Double] = [], theirs = able.map { _ in [Double]() }, shares: [Double] = []
        let start = ContinuousClock.now
        while ours.count < mostRounds {
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            if elapsed > limit || ours.count >= 3 && elapsed > seconds { break }
            let (time, operations) = try turn(clock) { _ = try work.run() }
            let (peakTime, peakOperations) = turn(clock) { peak.run() }
            ours.append(time / work.amount)
            shares.append(operations / time / (peakOperations / peakTime))
            for (index, peer) in able.enumerated() { theirs[index].append(try peer.run(clock) / work.peerAmount) }
        }
        let comparisons = zip(able, theirs).map { peer, theirs in
            Timing.Comparison(
                runtime: peer.runtime, value: benchmark.unit.value(of: median(theirs)),
                ratio: median(zip(ours, theirs).map { $1 / $0 }), memory: peer.memory.bytes)
        }
        for peer in able { try peer.forget() }
        return Timing(
            title: benchmark.title, unit: benchmark.unit, rounds: ours.count,
            ours: benchmark.unit.value(of: median(ours)),
            peers: comparisons,
            shareOfPeak: benchmark.unit == .gigaflops || median(shares) == 0 ? nil : median(shares),
            memory: PeakMemory.own.bytes)
    }

    /// Does our side alone, a number of times, and nothing else: for profilers, and for busy machines.
    ///
    /// - Returns: the processor time of one run, over all threads, in seconds; nil where the benchmark lacks something.
    /// - Throws: what the benchmark throws; an error of Foundation where it has no room for its files.
    public static func repeating(_ benchmark: Benchmark, times: Int) throws -> Double? {
        let workshop = try Workshop()
        defer { workshop.remove() }
        guard let work = try benchmark.prepare(workshop) else { return nil }
        _ = try work.run()
        let start = Clock.processor.now
        for _ in 0..<times { _ = try work.run() }
        return (Clock.processor.now - start) / Double(times)
    }
}

extension PreparedBenchmark {
    /// Whether two sides' outcomes are the same but for rounding.
    fileprivate func agrees(_ ours: [Float], _ peer: [Float]) -> Bool {
        ours.count == peer.count && zip(ours, peer).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
    }
}

extension Benchmark.Unit {
    /// From seconds for one of the amount's items.
    fileprivate func value(of seconds: Double) -> Double {
        switch self {
        case .imagesPerSecond, .gigaflops: 1 / seconds
        case .milliseconds: 1000 * seconds
        case .seconds: seconds
        }
    }
}

/// One large square product on all threads.
struct LargeProduct {
    static let side = 1536

    private let a = Formula.numbers("a", [side, side])
    private let b: WeightMatrix

    init(_ precision: Precision) {
        b = WeightMatrix(Formula.numbers("b", [Self.side, Self.side]), .asIs, precision)
    }

    /// - Returns: the product's first and last number.
    @discardableResult
    func run() -> [Float] {
        var c = Tensor(uninitialized: [Self.side, Self.side])
        c.withUnsafeMutablePointer { c in a.withUnsafePointer { b.multiply($0, rows: Self.side, into: c) } }
        return [c[0, 0], c[Self.side - 1, Self.side - 1]]
    }
}

/// Runs something over and over for a fifth of a second, or once where that takes longer, as the peer does in its turn.
///
/// - Returns: how many seconds one run took, and how much arithmetic of matrix products it did.
private func turn(
    _ clock: Stopwatch.Clock, _ body: () throws -> Void
) rethrows -> (seconds: Double, operations: Double) {
    let start = clock.now, operations = ProductArithmetic.operations
    var runs = 0.0, seconds = 0.0
    repeat {
        try body()
        runs += 1
        seconds = clock.now - start
    } while seconds < 0.2
    return (seconds / runs, Double(ProductArithmetic.operations - operations) / runs)
}

/// The middle value, or the mean of the two in the middle; NaN of none.
package func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted(), half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
