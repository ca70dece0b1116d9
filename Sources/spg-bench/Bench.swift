import ArgumentParser
import Benchmarks
import CommandLineSupport
import Foundation
import Tensors

@main
struct Bench: ParsableCommand {
    static func main() {
        Conduct.begin()
        main(Conduct.arguments)
    }

    static let configuration = CommandConfiguration(
        commandName: "spg-bench",
        abstract: "Times the numeric work, side by side with PyTorch and ONNX Runtime where a Python has them.",
        discussion: "Example: spg-bench --python .build-peers/bin/python --only CoOp",
        version: Version.description(of: "spg-bench"))

    @OptionGroup var threading: ThreadOptions
    @OptionGroup var progress: ProgressOptions

    @Option(
        help: "A Python with PyTorch, Pillow and ONNX Runtime. If left out, that of Scripts/bench-peers, else python3.",
        completion: .file())
    var python: String?

    @Option(help: ArgumentHelp("Only the benchmarks whose title contains this.", valueName: "text"))
    var only: String?

    @Option(
        help: ArgumentHelp(
            "Run only our side, this many times, and print the processor time of one run; for profilers.", valueName: "n"))
    var `repeat`: Int?

    @Flag(help: "Count processor time instead of elapsed time: for busy machines, with --threads 1.")
    var processorTime = false

    @Option(help: ArgumentHelp("Write a page of results.", valueName: "file"), completion: .file(extensions: ["md"]))
    var markdown: String?

    @Option(help: ArgumentHelp("Write the results as JSON.", valueName: "file"), completion: .file(extensions: ["json"]))
    var json: String?

    func run() throws {
        try reportingErrors {
            threading.apply()
            progress.apply()
            let all = Benchmark.suite(
                threads: threading.count, iconClip: URL(filePath: "Models/icon-clip"),
                iconClasses: URL(filePath: "Scripts/desktop-icons/classes.json"))
            let chosen = all.filter { only.map($0.title.contains) ?? true }
            guard !chosen.isEmpty else { throw BenchmarkError.unknown(only ?? "", known: all.map(\.title)) }

            if let times = `repeat` {
                for benchmark in chosen {
                    let seconds = try Stopwatch.repeating(benchmark, times: max(1, times))
                    print(seconds.map { String(format: "%9.3f ms", 1000 * $0) } ?? "    left out", benchmark.title)
                }
                return
            }
            let console = Console.standardError
            let machine = Machine.current, clock = processorTime ? Stopwatch.Clock.processor : .elapsed
            let (peers, missingPeers) = startPeers()
            for missing in missingPeers { console.line(missing) }
            let stopwatch = Stopwatch(peers: peers, clock: clock)
            var timings: [Timing] = []
            for (index, benchmark) in chosen.enumerated() {
                console.note("\(index + 1)/\(chosen.count) \(benchmark.title)")
                guard let timing = try stopwatch.measure(benchmark) else {
                    console.line("    left out: its model is not there, or the processor lacks its numbers")
                    continue
                }
                timings.append(timing)
            }
            let report = Report(
                machine: machine, threads: threading.count, clock: clock, command: command,
                peers: Dictionary(uniqueKeysWithValues: peers.map { ($0.runtime, $0.versions) }),
                missingPeers: missingPeers, timings: timings)
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

    private var command: String {
        processorTime ? "spg-bench --threads \(threading.count) --processor-time" : "make bench"
    }

    /// The other sides, and why there are no more.
    private func startPeers() -> ([Peer], [String]) {
        let own = ".build-peers/bin/python"
        let python = python ?? (FileManager.default.isExecutableFile(atPath: own) ? own : "python3")
        var peers: [Peer] = [], missing: [String] = []
        for runtime in Peer.Runtime.allCases {
            do {
                peers.append(
                    try Peer(runtime, python: python, script: "Scripts/bench/peers.py", threads: threading.count))
            } catch {
                missing.append(
                    "\(python) lacks \(runtime.modules), so that \(runtime.rawValue)'s column is left out. "
                        + "Scripts/bench-peers makes a Python that has all of it.")
            }
        }
        return (peers, missing)
    }

    private func write(_ data: Data, to path: String) throws {
        let file = URL(filePath: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file, options: .atomic)
    }
}
