import ArtifactStore
import PromptLearning
import Stages
import Testing

/// Methods that see more of an image than its feature learn on real images, too: some of DesktopIcons. Those that do with
/// features are tested in PromptLearningTests.
@Suite("Learning on DesktopIcons from images")
struct DesktopIconsTests {
    /// What a training measured in its first epoch and in its last.
    private func measured(
        _ name: String, by stage: LearningStage<some LearnedMethod>, in bench: Bench
    ) throws -> (first: Double, last: Double, key: ArtifactKey) {
        let key = try stage.run(checkpoint: bench.checkpoint, store: bench.store)
        let values = try bench.store.metrics(of: key).filter { $0.name == name }.sorted { $0.epoch < $1.epoch }.map(\.value)
        return (try #require(values.first), try #require(values.last), key)
    }

    @Test func adCLIP() throws {
        let bench = try Bench(desktopIcons: "icon-clip")
        func extracted(_ domain: String) throws -> ArtifactKey { try bench.extract(domain, views: 0, statistics: true).key }
        let source = try extracted("oxygen"), target = try extracted("breeze")
        let stage = try LearningStage<ADCLIP>(
            ADCLIP.kind.defaults.changed([
                "scales": 2, "imageTokens": 2, "batchSize": 8, "epochs": 24, "validateEvery": 24, "pace": "epoch",
            ]), inputs: ["embeddings": [source], "target": [target]])
        let loss = try measured("cross-entropy", by: stage, in: bench)
        #expect(loss.last < 0.8 * loss.first, "\(loss)")
    }

    private func expectLearning<Method: LearnedMethod>(_: Method.Type, _ parameters: [String: JSONValue]) throws {
        let bench = try Bench(desktopIcons: "icon-clip-vit")
        func extracted(_ domain: String) throws -> ArtifactKey { try bench.extract(domain, views: 0).key }
        let sources = try ["oxygen", "tango"].map(extracted), target = try extracted("breeze")
        let stage = try LearningStage<Method>(
            Method.kind.defaults.changed([
                "crops": false, "batchSize": 8, "epochs": 8, "warmUpEpochs": 0, "learningRate": 0.1,
            ]).changed(parameters), inputs: ["embeddings": sources])
        let loss = try measured("loss", by: stage, in: bench)
        #expect(loss.last < 0.8 * loss.first, "\(loss)")
        // What was learned is worth something on images of a domain that was not seen: of eight classes.
        let evaluation = try bench.store.evaluation(
            bench.evaluated(VisionPromptEvaluation.self, ["generator": [loss.key]], on: target))
        let correct = evaluation.predictions.count { $0.label == $0.predicted }
        #expect(correct > evaluation.predictions.count / 2, "\(correct)")
    }

    @Test(arguments: [1, 6]) func vpt(depth: Int) throws {
        try expectLearning(VPT.self, ["template": "an icon of a {}.", "depth": .number(Double(depth))])
    }

    @Test func maple() throws {
        try expectLearning(MaPLe.self, ["context": "an icon of a", "depth": 4])
    }
}
