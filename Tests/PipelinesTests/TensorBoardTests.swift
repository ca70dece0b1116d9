import ArtifactStore
import Foundation
import Pipelines
import Reporting
import Testing

@Suite("Event files of TensorBoard")
struct TensorBoardTests {
    private static let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/tensorboard/events")

    private func run(
        _ stage: String = "prompts", _ cell: [(axis: String, value: String)] = [], _ measurements: [Metric] = []
    ) -> TensorBoardRun {
        TensorBoardRun(
            stage: stage, cell: cell,
            hyperparameters: [
                "epochs": 3, "learningRate": 0.002, "context": "a photo of a", "classSpecificContexts": false,
                "weights": [1, 0.5],
            ],
            measurements: measurements, began: 1_764_500_000.25, ended: 1_764_500_030.25)
    }

    @Test("A run has the bytes that TensorBoard's own messages and writer give (Tests/Reference/tensorboard_events.py)")
    func golden() throws {
        let run = run(
            "prompts", [],
            [
                Metric(epoch: 1, name: "loss", value: 2.5), Metric(epoch: 1, name: "validation accuracy", value: 0),
                Metric(epoch: 2, name: "loss", value: -1.25), Metric(epoch: 300, name: "loss", value: 1e-7),
            ])
        #expect(try run.events == Data(contentsOf: Self.golden))
    }

    @Test("A run's folder is its stage and cell; whatever names hold, it is a folder below, and another one for each name")
    func folders() {
        func folder(_ stage: String, _ cell: [(axis: String, value: String)] = []) -> String {
            let path = run(stage, cell).path
            #expect(path.hasSuffix("/events.out.tfevents.spg"))
            return String(path.dropLast("/events.out.tfevents.spg".count))
        }
        #expect(folder("prompts", [("domain", "tango"), ("seed", "1")]) == "prompts/domain=tango,seed=1")
        #expect(folder("zero-shot") == "zero-shot")
        #expect(folder("..", [("a", "../b")]) == "%2E./a=%2E.%2Fb")
        #expect(folder("é ü", [("x", "日本")]) == "é%20ü/x=日本")
        #expect(folder("s", [("a", "1,b=2")]) != folder("s", [("a", "1"), ("b", "2")]))
        #expect(folder("s", [("a", "\u{1B}[31m\n\0")]) == "s/a=%1B%5B31m%0A%00")
        let long = String(repeating: "x", count: 300)
        let cut = folder("s", [("a", long + "1")])
        #expect(cut.utf8.count == 202 && cut != folder("s", [("a", long + "2")]))
    }

    @Test("A pipeline's runs are what it has learned, with the history, the values and the times of the store")
    func runs() throws {
        let laboratory = try Laboratory()
        let plan = try laboratory.plan()
        #expect(try plan.tensorBoardRuns(in: laboratory.store).isEmpty)
        for instance in plan.instances where instance.stage == "features" || instance.name == "prompts(domain oil, seed 1)" {
            try laboratory.make(instance)
        }
        let instance = try #require(plan.instances.first { $0.name == "prompts(domain oil, seed 1)" })
        let runs = try plan.tensorBoardRuns(in: laboratory.store), artifact = try laboratory.store.artifact(instance.key)
        let run = try #require(runs.first)
        #expect(runs.count == 1 && run.path.hasPrefix("prompts/domain=oil,seed=1/"))
        #expect(run.ended - run.began == artifact?.seconds)
        #expect(Moment.date(artifact?.created ?? "")?.timeIntervalSince1970 == run.ended)
        #expect(run.hyperparameters["stage"] == "prompts" && run.hyperparameters["uses"] == "fit")
        #expect(run.hyperparameters["domain"] == "oil" && run.hyperparameters["seed"] == 1)
    }
}
