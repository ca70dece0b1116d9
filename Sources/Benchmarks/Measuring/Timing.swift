import Foundation
import Tensors

/// What a benchmark gave: medians over rounds.
public struct Timing: Codable, Sendable {
    public var title: String
    public var unit: Benchmark.Unit
    public var rounds: Int
    /// In the benchmark's unit.
    public var ours: Double
    public var peer: Double?
    /// How many times faster we were than the peer: the median over rounds of both.
    public var ratio: Double?
    /// The rate of our matrix products, counted over the whole time, as a share of that of one large product in the
    /// same rounds. Nil where there are no products, or nothing else.
    public var shareOfPeak: Double?

    package init(
        title: String, unit: Benchmark.Unit, rounds: Int, ours: Double, peer: Double? = nil, ratio: Double? = nil,
        shareOfPeak: Double? = nil
    ) {
        (self.title, self.unit, self.rounds, self.ours) = (title, unit, rounds, ours)
        (self.peer, self.ratio, self.shareOfPeak) = (peer, ratio, shareOfPeak)
    }
}

/// Times benchmarks, round by round: ours, a large product, the peer. A machine that slows down or is busy for a while
/// then does so for all three.
public struct Stopwatch {
    let peer: Peer?
    /// Rounds go on until there are at least three and this many seconds are gone…
    var seconds = 6.0
    /// …or until so many are.
    var limit = 24.0
    package var mostRounds = 40

    public init(peer: Peer?) {
        self.peer = peer
    }

    /// Nil where something that the benchmark needs is not there.
    public func measure(_ benchmark: Benchmark) throws -> Timing? {
        let workshop = try Workshop()
        defer { workshop.remove() }
        guard let work = try benchmark.prepare(workshop) else { return nil }
        let outcome = try work.run()
        if let peer { try compare(outcome, try peer.prepare(work.task), benchmark.title) }
        let peak = LargeProduct()
        peak.run()

        var ours: [Double] = [], theirs: [Double] = [], shares: [Double] = []
        let start = ContinuousClock.now
        while ours.count < mostRounds {
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            if elapsed > limit || ours.count >= 3 && elapsed > seconds { break }
            let (time, operations) = try turn { _ = try work.run() }
            let (peakTime, peakOperations) = turn { peak.run() }
            ours.append(time / work.amount)
            shares.append(operations / time / (peakOperations / peakTime))
            if let peer { theirs.append(try peer.run() / work.peerAmount) }
        }
        let ratios = zip(ours, theirs).map { $1 / $0 }
        return Timing(
            title: benchmark.title, unit: benchmark.unit, rounds: ours.count,
            ours: benchmark.unit.value(of: median(ours)),
            peer: theirs.isEmpty ? nil : benchmark.unit.value(of: median(theirs)),
            ratio: ratios.isEmpty ? nil : median(ratios),
            shareOfPeak: benchmark.unit == .gigaflops || median(shares) == 0 ? nil : median(shares))
    }

    /// Does our side alone, a number of times, and nothing else: for profilers, and for busy machines.
    ///
    /// - Returns: the processor time of one run, over all threads, in seconds; nil where the benchmark lacks something.
    public static func repeating(_ benchmark: Benchmark, times: Int) throws -> Double? {
        let workshop = try Workshop()
        defer { workshop.remove() }
        guard let work = try benchmark.prepare(workshop) else { return nil }
        _ = try work.run()
        let start = processorTime()
        for _ in 0..<times { _ = try work.run() }
        return (processorTime() - start) / Double(times)
    }

    private func compare(_ ours: [Float], _ peer: [Float], _ title: String) throws {
        let agree = zip(ours, peer).allSatisfy { abs($0 - $1) <= 1e-3 * max(1, abs($1)) }
        guard ours.count == peer.count, agree else {
            throw BenchmarkError.disagreement(title: title, ours: ours, peer: peer)
        }
    }
}

extension Benchmark.Unit {
    /// From seconds for one of the amount's items.
    fileprivate func value(of seconds: Double) -> Double {
        switch self {
        case .imagesPerSecond, .gigaflops: 1 / seconds
        case .milliseconds: 1000 * seconds
        }
    }
}

/// One large square product on all threads.
private struct LargeProduct {
    private let a = FormulaModel.uniform("a", [1536, 1536]), b = FormulaModel.uniform("b", [1536, 1536])

    func run() { _ = Tensor.product(a, b) }
}

/// Runs something over and over for a fifth of a second, or once where that takes longer, as the peer does in its turn.
///
/// - Returns: how many seconds one run took, and how much arithmetic of matrix products it did.
private func turn(_ body: () throws -> Void) rethrows -> (seconds: Double, operations: Double) {
    let clock = ContinuousClock(), start = clock.now, operations = ProductArithmetic.operations
    var runs = 0.0, seconds = 0.0
    repeat {
        try body()
        runs += 1
        seconds = (clock.now - start) / .seconds(1)
    } while seconds < 0.2
    return (seconds / runs, Double(ProductArithmetic.operations - operations) / runs)
}

/// What all threads of this process have used so far, in seconds.
private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// The middle value, or the mean of the two in the middle; NaN of none.
package func median(_ values: [Double]) -> Double {
    guard !values.isEmpty else { return .nan }
    let sorted = values.sorted(), half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
