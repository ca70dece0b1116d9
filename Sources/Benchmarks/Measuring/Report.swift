import Foundation
import Reporting

/// A run's timings and what they were taken with.
public struct Report: Codable, Sendable {
    public var machine: Machine
    public var date: Date
    public var threads: Int
    public var clock: Stopwatch.Clock
    public var command: String
    /// Those of the peers that there were.
    public var peers: [Peer.Runtime: Peer.Versions]
    /// Why there were no others.
    public var missingPeers: [String]
    public var timings: [Timing]

    public init(
        machine: Machine, threads: Int, clock: Stopwatch.Clock, command: String,
        peers: [Peer.Runtime: Peer.Versions], missingPeers: [String], timings: [Timing]
    ) {
        self.machine = machine
        date = .now
        (self.threads, self.clock, self.command, self.peers) = (threads, clock, command, peers)
        (self.missingPeers, self.timings) = (missingPeers, timings)
    }

    /// One row for each benchmark.
    public var table: Table {
        let titles =
            ["ours"] + runtimes.flatMap { [$0.rawValue, "ratio"] } + ["of peak", "MB"]
            + runtimes.map { "\($0.rawValue), MB" }
        var table = Table(
            [Table.Column("work"), .init("unit")] + titles.map { Table.Column($0, .trailing) })
        for m in timings {
            let share = m.shareOfPeak.map { String(format: "%.0f %%", 100 * $0) } ?? ""
            let memory = [m.memory] + runtimes.map { runtime in m.peers.first { $0.runtime == runtime }?.memory }
            let peers = runtimes.flatMap { runtime -> [String] in
                guard let peer = m.peers.first(where: { $0.runtime == runtime }) else { return ["", ""] }
                return [Self.text(peer.value), Self.text(peer.ratio) + "×"]
            }
            table.append(
                [m.title, m.unit.rawValue, Self.text(m.ours)] + peers + [share]
                    + memory.map { $0.map { "\($0 / 1_000_000)" } ?? "" })
        }
        return table
    }

    /// The peers' runtimes, in the order of the columns.
    private var runtimes: [Peer.Runtime] { Peer.Runtime.allCases.filter { peers[$0] != nil } }

    /// Three digits, more before the point where there are.
    private static func text(_ value: Double) -> String {
        String(format: value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value)
    }

    /// A page for the documentation.
    public var markdown: String {
        let peerLines =
            runtimes.compactMap { runtime in
                peers[runtime].map { peer in
                    "- \(runtime.rawValue) \(peer.runtime) and Pillow \(peer.pillow) on Python \(peer.python), "
                        + "\(peer.threads) threads"
                }
            } + missingPeers.map { "- " + $0 }
        let load = machine.load.map { String(format: "%.1f", $0) } ?? "unknown"
        return """
            # Benchmarks

            Made by `\(command)` on \(date.formatted(.iso8601.year().month().day())); run it to make this page again.

            - Machine: \(machine.processor), \(machine.cores) cores, \(machine.system); load before the run \(load)
            - Ours: Swift \(machine.swift), \(machine.blas), \(threads) threads
            \(peerLines.joined(separator: "\n"))
            - Times are \(clock == .elapsed ? "elapsed time" : "processor time over all threads, as the machine was busy")

            \(table.markdown)

            Models have random weights made by formula (icon-clip apart), so nothing need be downloaded. Either side first
            does the work once unmeasured, and what it computes must agree; then the sides take turns, and the table shows
            medians, the ratio being the median of the rounds' ratios. Times in ms are per step, or per image predicted.
            “Of peak” is our matrix products' arithmetic over the whole time, as a share of the rate of one 1536×1536
            product on all threads measured in the same rounds, in the same numbers. Those are float32 where nothing else is
            said; for bfloat16, PyTorch runs under `autocast`.

            PyTorch's side is the usual way of doing the same (`Scripts/bench/peers.py`): prompts padded to the context
            length, one for each class encoded in full, image features cached. Class names have 1.4 tokens in the mean.
            Steps of VPT and MaPLe go forward through the image encoder, and MaPLe's through the text encoder, and back to the
            prompts of 12 and 9 layers; images are in memory.
            The CGAN's epoch is that of SPG's stage II for PACS with art painting left out: 173 steps on the features of
            5,560 images, without selection. PyTorch's is the authors' way, which encodes the images of both halves of each
            step with ViT-B/16; it is timed on steps of 8 images and extrapolated to the 692 of these that make an epoch.
            On a busy machine both sides are slower, PyTorch by more, since its threads wait for each other more often.

            """
    }
}
