import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines
import Reporting
import Stages

struct WatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Shows a pipeline while it runs: stages, rates, time left, curves of losses.",
        discussion: """
            EXAMPLE
              spg watch Pipelines/desktop-icons.yaml

            Run it in another shell than spg run. It shows what the last run asked for, also after its end. If there was \
            no run yet, it waits for one. It only reads the store: q or Ctrl-C leaves it, and the run goes on.

            On a terminal it stays until you leave it. Elsewhere it prints a line for each thing that happens, and ends when \
            all is made, or nothing is at work in the store.
            """)

    @Argument(help: "The pipeline file, such as Pipelines/desktop-icons.yaml.", completion: .pipelineFiles)
    var file: String

    @OptionGroup var storage: StoreOptions

    @Flag(help: "Show the trials of spg tune in place of the pipeline itself.")
    var trials = false

    func run() throws {
        try reportingErrors {
            var specification = try Specification(contentsOf: URL(fileURLWithPath: file), kinds: StageKind.all)
            if trials { specification.name = Tuning.name(ofTrialsOf: specification.name) }
            var watch = Reopening(specification: specification, storage: storage)
            if let screen = FullScreen() {
                try screen.shown { try watch.show(on: screen) }
            } else {
                try watch.tell()
            }
        }
    }
}

/// A look at a store that may not be there yet, and that is opened anew where it cannot be read any more as it was: one that a
/// reader may not write to and that nobody wrote to is read without locks, until somebody does.
private struct Reopening {
    let specification: Specification
    let storage: StoreOptions
    private var watch: PipelineWatch?
    /// Whether there was no store at the last look.
    private var isMissing = false

    init(specification: Specification, storage: StoreOptions) {
        (self.specification, self.storage) = (specification, storage)
    }

    /// How the pipeline stands, and how long to wait before the next look: looking is to take a twentieth of the time at most.
    private mutating func look() throws -> (moment: PipelineMoment, pause: Duration) {
        let start = ContinuousClock.now
        let moment = try moment()
        return (moment, max(.seconds(1), (.now - start) * 20))
    }

    private mutating func moment() throws -> PipelineMoment {
        if let moment = try? watch?.look() { return moment }
        let neverRun = PipelineMoment(pipeline: specification.name), wasMissing = isMissing
        isMissing = !storage.exists
        guard !isMissing else { return neverRun }
        do {
            watch = PipelineWatch(
                of: specification.name, axes: specification.matrix.map(\.name), in: try storage.openThere())
            return try watch?.look() ?? neverRun
        } catch  where wasMissing {
            // Somebody is just making it.
            return neverRun
        }
    }

    mutating func show(on screen: FullScreen) throws {
        var (moment, pause) = try look(), next = ContinuousClock.now + pause
        while true {
            let (columns, rows) = screen.size
            screen.show(WatchScreen(moment, columns: columns, rows: rows, keys: "q leaves; a run goes on").lines)
            switch screen.wait(for: next - .now) {
            case .key("q"), .key("Q"), .closed: return
            case .key, .changed: continue
            case .timeout:
                (moment, pause) = try look()
                next = .now + pause
            }
        }
    }

    mutating func tell() throws {
        var narrative = WatchNarrative()
        let start = ContinuousClock.now
        while true {
            let (moment, pause) = try look()
            for line in narrative.tell(moment, at: (.now - start) / .seconds(1)) { print(line.printable) }
            // Whoever reads it is to have it now. What cannot be written is an error at the program's end.
            guard fflush(nil) == 0 else { return }
            if moment.isFinished && moment.running.isEmpty || !moment.isAtWork { return }
            Thread.sleep(forTimeInterval: pause / .seconds(1))
        }
    }
}
