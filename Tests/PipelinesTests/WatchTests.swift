import ArtifactStore
import Foundation
import Pipelines
import Reporting
import Tensors
import Testing

@Suite("What is seen of a pipeline that runs")
struct WatchTests {
    private func moment(
        _ states: [(String, PipelineMoment.State)], isAtWork: Bool = true, edits: [String] = []
    ) -> PipelineMoment {
        PipelineMoment(
            pipeline: "small",
            request: PastRequest(
                request: PipelineRequest(pipeline: "small", file: "/p/small.yaml", edits: edits),
                asked: "2026-11-30T10:00:00.000Z"),
            instances: states.map { name, state in
                .init(name: name, stage: String(name.prefix { $0 != "(" }), state: state)
            }, isAtWork: isAtWork)
    }

    private func running(_ change: (inout PipelineMoment.Running) -> Void = { _ in }) -> PipelineMoment.State {
        var running = PipelineMoment.Running()
        change(&running)
        return .running(running)
    }

    private let made = PipelineMoment.State.made(created: "2026-11-30T10:00:01.000Z", seconds: 4)

    private func texts(_ moment: PipelineMoment, columns: Int = 80, rows: Int) -> [String] {
        WatchScreen(moment, columns: columns, rows: rows, keys: "q leaves").lines.map(\.text)
    }

    @Test("A chart has a block for each value, or for several; gaps and lines without height are shown as such")
    func charts() {
        #expect(blockChart([1, 2, 3, 4, 5, 6, 7, 8], width: 20) == "▁▂▃▄▅▆▇█")
        #expect(blockChart([8, 8, 1, 1], width: 2) == "█▁")
        #expect(blockChart([1, .nan, 2], width: 9) == "▁ █")
        #expect(blockChart([3, 3, 3], width: 9) == "▄▄▄" && blockChart([.nan, .infinity], width: 9) == "  ")
        #expect(blockChart([-Double.greatestFiniteMagnitude, .greatestFiniteMagnitude], width: 9) == "▁█")
        #expect(blockChart((0..<1000).map(Double.init), width: 8) == "▁▂▃▄▅▆▇█")
        #expect(blockChart([], width: 5) == "" && blockChart([1], width: 0) == "")
        #expect(figure(0.2134) == "0.213" && figure(-2e-5) == "-2.0e-05" && figure(0) == "0.000" && figure(123456) == "1.2e+05")
    }

    @Test("The first line counts, and says how long the rest will take, or what makes it")
    func titles() {
        #expect(PipelineMoment(pipeline: "small").title == "small has never been run with this store")
        #expect(moment([("a(x 1)", made), ("a(x 2)", made)], isAtWork: false).title == "small: all 2 made")
        #expect(
            moment([("a(x 1)", made), ("a(x 2)", .waiting)], isAtWork: false, edits: ["stages.a.with.epochs=2"]).title
                == "small: 1 of 2 made, nothing at work: spg run /p/small.yaml --set stages.a.with.epochs=2 makes the rest")
        // Two at a time: what runs by its own pace, what waits as long as others took.
        let paced = moment([
            ("a(x 1)", made), ("a(x 2)", running { $0.secondsLeft = 2 }), ("a(x 3)", running { $0.secondsLeft = 30 }),
            ("a(x 4)", .waiting), ("b(x 1)", .failed(message: "no")),
        ])
        #expect(paced.title == "small: 1 of 5 made, 2 running, 1 failed, about 30 s left")
        #expect(
            moment([("a(x 1)", made), ("a(x 2)", running { $0.secondsLeft = 2 }), ("b(x 1)", .waiting)]).title
                == "small: 1 of 3 made, 1 running, at least 2.0 s left")
        #expect(
            moment([("a(x 1)", running()), ("a(x 2)", .stopped(epoch: 3))]).title == "small: 0 of 2 made, 1 running, 1 stopped")
    }

    @Test("A screen shows what runs first, then what failed, then the stages; curves where there is room, and what is left out")
    func screens() {
        let curves = [
            PipelineMoment.Curve(name: "loss", values: [2, 1]), .init(name: "validation accuracy", values: [0.25, 0.5]),
        ]
        let moment = moment([
            ("a(x 1)", made), ("a(x 2)", .failed(message: "it exited\nError: x.jpg is truncated\nrest")),
            ("b(x 1)", running { ($0.epoch, $0.epochs, $0.rate, $0.secondsLeft, $0.curves) = (2, 5, 0.5, 6, curves) }),
            ("b(x 2)", running { ($0.seconds, $0.remark) = (3, "extract ink: 12/40 images, 4.0/s, 7.0 s left") }),
        ])
        let all = texts(moment, rows: 30)
        #expect(
            all == [
                "small: 1 of 4 made, 2 running, 1 failed, at least 6.0 s left",
                "asked for at 2026-11-30T10:00:00.000Z by /p/small.yaml",
                "", "b(x 1)  epoch 2 of 5, 2.0 s each, about 6.0 s left",
                "    loss                 █▁  1.000", "    validation accuracy  ▁█  0.500",
                "b(x 2)  extract ink: 12/40 images, 4.0/s, 7.0 s left, for 3.0 s",
                "", "a(x 2)  failed: x.jpg is truncated",
                "", "a  1 of 2  ██████████··········  4.0 s each, 1 failed", "b  0 of 2  ····················  2 running",
                "q leaves",
            ])
        // A line less than all: no empty lines. Then no curves; then no stages, one after another.
        #expect(texts(moment, rows: 12) == all.filter { !$0.isEmpty })
        #expect(
            texts(moment, rows: 9)
                == all.filter { !$0.isEmpty && !$0.hasPrefix("    validation") && !$0.hasPrefix("    loss") }
                .inserting("    loss                 █▁  1.000", at: 3))
        #expect(texts(moment, rows: 7) == Array(all[0...1]) + [all[3], all[6], all[8], "… and 2 stages", "q leaves"])
        #expect(texts(moment, rows: 5) == Array(all[0...1]) + [all[3], "… and 1 running, 1 failed, 2 stages", "q leaves"])
        #expect(texts(moment, rows: 4) == Array(all[0...1]) + ["q leaves"] && texts(moment, rows: 1) == [all[0]])
        for rows in 1...40 { #expect(texts(moment, rows: rows).count <= rows) }
    }

    @Test("Off a terminal each thing that happens is a line; what runs is told of again after five seconds")
    func narrative() {
        var narrative = WatchNarrative()
        let first = moment([("a(x 1)", made), ("a(x 2)", .waiting), ("a(x 3)", .stopped(epoch: 4))])
        #expect(narrative.tell(first, at: 0) == ["small: 1 of 3 made, 1 stopped", "a(x 3)  stopped after epoch 4"])
        #expect(narrative.tell(first, at: 1).isEmpty)
        func second(_ epoch: Int) -> PipelineMoment {
            moment([
                ("a(x 1)", made),
                (
                    "a(x 2)",
                    running {
                        ($0.epoch, $0.epochs, $0.curves) = (
                            epoch, 9, [.init(name: "loss", values: [2, 1.5]), .init(name: "spread", values: [.nan])]
                        )
                    }
                ), ("a(x 3)", .stopped(epoch: 4)),
            ])
        }
        #expect(narrative.tell(second(1), at: 2) == ["a(x 2)  running: epoch 1 of 9, loss 1.500"])
        #expect(narrative.tell(second(2), at: 6).isEmpty)
        #expect(narrative.tell(second(3), at: 7) == ["a(x 2)  running: epoch 3 of 9, loss 1.500"])
        let last = moment([("a(x 1)", made), ("a(x 2)", made), ("a(x 3)", .failed(message: "Error: no room"))])
        #expect(narrative.tell(last, at: 8) == ["a(x 2)  made in 4.0 s", "a(x 3)  FAILED: no room"])
        // Another run has begun.
        var next = last
        next.request = next.request.map { PastRequest(request: $0.request, asked: "2026-11-30T11:00:00.000Z") }
        #expect(narrative.tell(next, at: 9) == [next.title, "a(x 3)  FAILED: no room"])
    }

    @Test("The store tells what is made, what runs with its epochs, rate and curves, what stopped and what failed")
    func look() throws {
        let laboratory = try Laboratory(), store = laboratory.store
        let plan = try laboratory.plan()
        var watch = PipelineWatch(of: "sample", axes: ["target", "seed"], in: store)
        #expect(try watch.look() == PipelineMoment(pipeline: "sample"))
        try plan.record(in: store, askedBy: "sample.yaml", edits: ["a=b"])
        let waiting = try watch.look()
        #expect(waiting.instances.map(\.name) == plan.instances.map(\.name))
        #expect(waiting.instances.allSatisfy { $0.state == .waiting } && waiting.request?.request.edits == ["a=b"])
        for instance in plan.instances where instance.stage == "features" { try laboratory.make(instance) }
        func instance(_ name: String) throws -> Instance { try #require(plan.instances.first { $0.name == name }) }
        let training = try instance("prompts(domain oil, seed 1)"), failing = try instance("prompts(domain ink, seed 1)")
        try store.recordFailure("Error: no room", of: failing.key)
        func save(_ epoch: Int) throws {
            let rows = (0..<epoch).flatMap { [Float(2 - $0), Float.nan] }
            try store.save(
                TrainingCheckpoint(
                    progress: ["epoch": .number(Double(epoch))],
                    payload: Safetensors.encode(
                        ["history": Tensor([epoch, 2], rows)],
                        metadata: ["epochs": "50", "measurements": #"["loss","draw spread"]"#])), for: training.key)
        }
        try save(1)
        #expect(try watch.look().instances.first { $0.name == training.name }?.state == .stopped(epoch: 1))
        do {
            let claim = try store.claim(training.key)
            defer { withExtendedLifetime(claim) {} }
            try store.note(.started(training, ProcessShare(threads: 1, memory: 0)))
            try store.note(.progress(training, line: "fit: 1/50 epochs"))
            var state = try #require(try watch.look().running.first)
            #expect(state.instance.name == training.name && state.how.epoch == 1 && state.how.epochs == 50)
            #expect(state.how.rate == nil && state.how.remark == "fit: 1/50 epochs" && state.how.curves.map(\.name) == ["loss"])
            try save(2)
            state = try #require(try watch.look().running.first)
            #expect(state.how.epoch == 2 && state.how.curves == [.init(name: "loss", values: [2, 1])])
            let rate = try #require(state.how.rate)
            #expect(rate > 0 && state.how.secondsLeft.map { $0 <= 48 / rate } == true)
        }
        #expect(try watch.look().instances.first { $0.name == training.name }?.state == .stopped(epoch: 2))
        #expect(try watch.look().failed.map(\.message) == ["Error: no room"])
        let last = try watch.look()
        #expect(last.made == 3 && last.stages.map(\.name) == plan.specification.stages.map(\.name) && !last.isAtWork)
        // What the program said is in place until it has ended, and then all of it.
        try store.note(.ended(training, cost: .init(seconds: 1, processorSeconds: 1, peakBytes: 0), log: "a\nb"))
        try store.note(.progress(training, line: "late"))
        #expect(try store.attempt(at: training.key)?.log == "a\nb")
    }

    @Test("Of a program's lines one in two seconds is noted, and everything else")
    func pace() throws {
        let plan = try Laboratory().plan(), now = ContinuousClock.now
        var pace = RemarkPace()
        let line = ExecutionEvent.progress(plan.instances[0], line: "a"),
            other = ExecutionEvent.progress(plan.instances[1], line: "a")
        #expect(
            pace.admits(line, at: now) && !pace.admits(line, at: now + .seconds(1)) && pace.admits(other, at: now + .seconds(1))
        )
        #expect(pace.admits(.found(plan.instances[0]), at: now) && pace.admits(line, at: now + .seconds(2)))
    }
}

extension [String] {
    fileprivate func inserting(_ line: String, at place: Int) -> [String] {
        var lines = self
        lines.insert(line, at: place)
        return lines
    }
}
