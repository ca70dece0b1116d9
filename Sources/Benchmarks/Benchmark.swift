import Tensors

/// A piece of work to be timed, ours and, where there is a peer, the peer's way of doing the same.
public struct Benchmark: Sendable {
    /// What a result is told in.
    public enum Unit: String, Sendable, Codable {
        case imagesPerSecond = "images/s"
        case milliseconds = "ms"
        case seconds = "s"
        case gigaflops = "GFLOP/s"
    }

    public let title: String
    public let unit: Unit
    /// Makes models and data ready; files that the peer is to read go into the workshop's folder. Nil where something
    /// that it needs is not there, such as a model.
    package let prepare: @Sendable (Workshop) throws -> PreparedBenchmark?

    package init(title: String, unit: Unit, prepare: @escaping @Sendable (Workshop) throws -> PreparedBenchmark?) {
        (self.title, self.unit, self.prepare) = (title, unit, prepare)
    }
}

/// A benchmark made ready.
package struct PreparedBenchmark {
    /// What one run does: images, steps, or thousand millions of operations.
    package var amount: Double
    /// Does it once, and returns some numbers of the outcome, which must be the peer's too; none where chance decides.
    package var run: () throws -> [Float]
    /// The same for the peers, and how much one of their runs does.
    package var task: PeerTask
    package var peerAmount: Double
    /// What our products are taken in: those that the share of the peak is told of.
    package var precision: Precision
    /// How near the outcomes must be: less near where either side's products are bfloat16's.
    var tolerance: Float { precision == .bf16 || task.precision == .bf16 ? 2e-2 : 1e-3 }

    package init(
        amount: Double, run: @escaping () throws -> [Float], task: PeerTask, peerAmount: Double,
        precision: Precision = .float32
    ) {
        (self.amount, self.run, self.task, self.peerAmount) = (amount, run, task, peerAmount)
        self.precision = precision
    }
}

/// What went wrong in measuring.
public enum BenchmarkError: Error, CustomStringConvertible {
    /// The two sides did not compute the same thing.
    case disagreement(title: String, ours: [Float], runtime: Peer.Runtime, peer: [Float])
    /// The peer's process ended, or said what cannot be understood.
    case peer(String)
    case unknown(String, known: [String])

    public var description: String {
        switch self {
        case .disagreement(let title, let ours, let runtime, let peer):
            "“\(title)” gives \(ours) here and \(peer) in \(runtime.rawValue); times of different results are not comparable."
        case .peer(let reason): "The Python side failed: \(reason)"
        case .unknown(let text, let known):
            "No benchmark's title contains “\(text)”. There are:\n  " + known.joined(separator: "\n  ")
        }
    }
}
