import Foundation
import Reporting

/// A run's timings and what they were taken with.
public struct Report: Codable, Sendable {
    public var machine: Machine
    public var date: Date
    public var threads: Int
    public var command: String
    /// The peer's, where there was one.
    public var peer: Peer.Versions?
    /// Why there was none.
    public var peerIsMissing: String?
    public var timings: [Timing]

    public init(
        machine: Machine, threads: Int, command: String, peer: Peer.Versions?, peerIsMissing: String?, timings: [Timing]
    ) {
        self.machine = machine
        date = .now
        (self.threads, self.command, self.peer) = (threads, command, peer)
        (self.peerIsMissing, self.timings) = (peerIsMissing, timings)
    }

    /// One row for each benchmark.
    public var table: Table {
        let hasPeer = peer != nil
        let titles = ["ours"] + (hasPeer ? ["PyTorch", "ratio"] : []) + ["of peak"]
        var table = Table(
            [Table.Column("work"), .init("unit")] + titles.map { Table.Column($0, .trailing) })
        for m in timings {
            let share = m.shareOfPeak.map { String(format: "%.0f %%", 100 * $0) } ?? ""
            let peer = hasPeer ? [Self.text(m.peer), Self.text(m.ratio) + "×"] : []
            table.append([m.title, m.unit.rawValue, Self.text(m.ours)] + peer + [share])
        }
        return table
    }

    /// Three digits, more before the point where there are.
    private static func text(_ value: Double?) -> String {
        guard let value else { return "" }
        return String(format: value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value)
    }

    /// A page for the documentation.
    public var markdown: String {
        let peerLine =
            peer.map { "PyTorch \($0.torch) and Pillow \($0.pillow) on Python \($0.python), \($0.threads) threads" }
            ?? "No PyTorch: \(peerIsMissing ?? "it was not asked for")"
        let load = machine.load.map { String(format: "%.1f", $0) } ?? "unknown"
        return """
            # Benchmarks

            Made by `\(command)` on \(date.formatted(.iso8601.year().month().day())); run it to make this page anew.

            - Machine: \(machine.processor), \(machine.cores) cores, \(machine.system); load before the run \(load)
            - Ours: Swift \(machine.swift), \(machine.blas), \(threads) threads, float32
            - \(peerLine)\(peer == nil ? "" : ", float32")

            \(table.markdown)

            Models have random weights made by formula (icon-clip apart), so nothing need be downloaded. Either side first
            does the work once unmeasured, and what it computes must agree; then the sides take turns, and the table shows
            medians, the ratio being the median of the rounds' ratios. Times in ms are per step, or per image predicted.
            “Of peak” is our matrix products' arithmetic over the whole time, as a share of the rate of one 1536×1536
            product on all threads measured in the same rounds.

            PyTorch's side is the usual way of doing the same (`Scripts/bench/peers.py`): prompts padded to the context
            length, one for each class encoded in full, image features cached. Class names have 1.4 tokens in the mean.
            On a busy machine both sides are slower, PyTorch by more, since its threads wait for each other more often.

            """
    }
}
