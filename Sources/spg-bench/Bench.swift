import ArgumentParser
import Benchmarks
import CommandLineSupport
import Foundation
import Tensors

@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spg-bench",
        abstract: "Times the numeric work, side by side with PyTorch where a Python has it.",
        discussion: "Example: spg-bench --python .build-peers/bin/python --only CoOp")

    @OptionGroup var threading: ThreadOptions

    @Option(help: "A Python with PyTorch and Pillow. If left out, that of Scripts/bench-peers, else python3.")
    var python: String?

    @Option(help: ArgumentHelp("Only the benchmarks whose title contains this.", valueName: "text"))
    var only: String?

    @Option(help: ArgumentHelp(
        "Only do our side this many times and print the processor time of one run; for profilers.", valueName: "n"))
    var `repeat`: Int?

    @Option(help: ArgumentHelp("Write a page of results.", valueName: "file"))
    var markdown: String?

    @Option(help: ArgumentHelp("Write the results as JSON.", valueName: "file"))
    var json: String?

    func run() throws {
        try reportingErrors {
            threading.apply()
            let all = Benchmark.suite(
                threads: threading.count, iconClip: URL(filePath: "Models/icon-clip"),
                iconClasses: URL(filePath: "Scripts/desktop-icons/classes.json"))
            let chosen = all.filter { only.map($0.title.contains) ?? true }
            guard !chosen.isEmpty else { throw BenchmarkError.unknown(only ?? "", known: all.map(\.title)) }

            if let times = `repeat` {
                for benchmark in chosen {
                    let seconds = try Stopwatch.repeating(benchmark, times: max(1, times))
                    print(seconds.map { String(format: "%9.3f ms", 1000 * $0) } ?? "    no model", benchmark.title)
                }
                return
            }
            let console = Console.standardError
            let machine = Machine.current
            let (peer, peerIsMissing) = startPeer()
            if let peerIsMissing { console.line(peerIsMissing) }
            let stopwatch = Stopwatch(peer: peer)
            var timings: [Timing] = []
            for (index, benchmark) in chosen.enumerated() {
                console.line("\(index + 1)/\(chosen.count) \(benchmark.title)")
                guard let timing = try stopwatch.measure(benchmark) else {
                    console.line("    left out: its model is not there")
                    continue
                }
                timings.append(timing)
            }
            let report = Report(
                machine: machine, threads: threading.count, command: "make bench", peer: peer?.versions,
                peerIsMissing: peerIsMissing, timings: timings)
            print(report.table.text)
            if let markdown { try write(Data(report.markdown.utf8), to: markdown) }
            if let json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
                encoder.dateEncodingStrategy = .iso8601
                try write(encoder.encode(report), to: json)
            }
        }
    }

    /// The other side, or why there is none.
    private func startPeer() -> (Peer?, String?) {
        let own = ".build-peers/bin/python"
        let python = python ?? (FileManager.default.isExecutableFile(atPath: own) ? own : "python3")
        do {
            return (try Peer(python: python, script: "Scripts/bench/peers.py", threads: threading.count), nil)
        } catch {
            let remedy = "Scripts/bench-peers makes a Python that has both."
            return (nil, "\(python) has no PyTorch and Pillow, so their column is left out. \(remedy)")
        }
    }

    private func write(_ data: Data, to path: String) throws {
        let file = URL(filePath: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file, options: .atomic)
    }
}
