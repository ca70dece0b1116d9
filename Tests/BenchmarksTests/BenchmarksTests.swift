import CLIP
import Foundation
import Tensors
import Testing

import Benchmarks

@Suite struct BenchmarksTests {
    @Test func medianIsTheMiddle() {
        #expect(median([3, 1, 2]) == 2)
        #expect(median([4, 1, 2, 3]) == 2.5)
        #expect(median([]).isNaN)
    }

    @Test func formulaClassNamesHaveOneToThreeTokensOfTheirOwn() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "merges-\(UUID()).txt")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(FormulaVocabulary.merges.utf8).write(to: file)
        let tokenizer = try Tokenizer(contentsOf: file)
        #expect(tokenizer.vocabularyCount == FormulaVocabulary.count)
        #expect(tokenizer.encode(FormulaVocabulary.context).count == 4)
        let names = FormulaVocabulary.classNames(345).map(tokenizer.encode)
        #expect(Set(names.map { $0[0] }).count == 345)
        let tokens = names.joined().count
        #expect(tokens == 483)  // 345 names, of which 115 have a second token and 23 a third
    }

    /// The work is run, its products are counted, and rates are amounts by time.
    @Test func measuresWithoutAPeer() throws {
        let a = Tensor([64, 64], repeating: 1)
        let benchmark = Benchmark(title: "ones", unit: .imagesPerSecond) { _ in
            PreparedBenchmark(
                amount: 10, run: { [Tensor.product(a, a)[0, 0]] }, task: PeerTask(kind: .product), peerAmount: 10)
        }
        var stopwatch = Stopwatch(peers: [])
        stopwatch.mostRounds = 2
        let result = try #require(try stopwatch.measure(benchmark))
        #expect(result.rounds == 2 && result.ours > 0 && result.peers.isEmpty)
        #expect(try #require(result.shareOfPeak) > 0)
        // Held by any process that runs.
        #expect(try #require(result.memory) > 1_000_000)
        let absent = Benchmark(title: "absent", unit: .milliseconds) { _ in nil }
        #expect(try stopwatch.measure(absent) == nil)
    }

    @Test func reportLeavesOutThePeerWhereThereIsNone() {
        let measured = Timing(title: "step", unit: .milliseconds, rounds: 3, ours: 1.5, shareOfPeak: 0.5, memory: 412_345_678)
        let report = Report(
            machine: .current, threads: 2, clock: .elapsed, command: "make bench", peers: [:], missingPeers: ["none here"],
            timings: [measured])
        #expect(report.table.columns.map(\.title) == ["work", "unit", "ours", "of peak", "MB"])
        #expect(report.table.rows == [["step", "ms", "1.50", "50 %", "412"]])
        #expect(report.markdown.contains("none here"))
    }
}
