import ArtifactStore
import Foundation
import PromptLearning
import Stages
import TestSupport
import Testing

/// CoCoOp, DPL and DAPL as stages, from embeddings to evaluations.
@Suite("Baselines as stages")
struct BaselineTests {
    private static let small: [String: JSONValue] = ["batchSize": 8, "contextLength": 2]

    private func coCoOp(_ sources: [ArtifactKey], _ changes: [String: JSONValue] = [:]) throws -> LearningStage<CoCoOp> {
        try LearningStage(
            CoCoOp.kind.defaults.changed(Self.small)
                .changed(["context": "", "epochs": 2, "learningRate": 0.05]).changed(changes),
            inputs: ["embeddings": sources])
    }

    private func dpl(_ sources: [ArtifactKey], _ changes: [String: JSONValue] = [:]) throws -> LearningStage<DPL> {
        try LearningStage(
            DPL.kind.defaults.changed(Self.small)
                .changed(["hiddenWidth": 16, "steps": 6, "validateEvery": 3]).changed(changes),
            inputs: ["embeddings": sources])
    }

    private func dapl(
        _ sources: [ArtifactKey], _ target: ArtifactKey, _ changes: [String: JSONValue] = [:]
    ) throws -> LearningStage<DAPL> {
        try LearningStage(
            DAPL.kind.defaults.changed(Self.small)
                .changed(["domainContextLength": 2, "epochs": 2, "threshold": 0.3, "domainWords": false]).changed(changes),
            inputs: ["embeddings": sources, "target": [target]])
    }

    @Test("Each learns, classifies the target, and is made once") func flow() throws {
        let bench = try Bench()
        let target = try bench.extract("chalk").key, sources = try ["ink", "oil"].map { try bench.extract($0).key }
        func made<Method>(_ stage: LearningStage<Method>, as method: String) throws -> ArtifactKey {
            let key = try stage.run(checkpoint: bench.checkpoint, store: bench.store)
            #expect(try stage.run(checkpoint: bench.checkpoint, store: bench.store) == key)
            let stored = try bench.store.weights(key)
            #expect(stored.method == method && stored.domain == "ink+oil" && stored.seed == 1)
            #expect(try !bench.store.metrics(of: key).isEmpty)
            return key
        }
        let keys = try [
            made(coCoOp(sources), as: "cocoop"), made(dpl(sources), as: "dpl"), made(dapl(sources, target), as: "dapl"),
        ]
        let evaluations = try [
            bench.evaluated(GeneratorEvaluation.self, ["generator": [keys[0]]], on: target),
            bench.evaluated(DPLEvaluation.self, ["generator": [keys[1]]], on: target, with: ["batchSize": 10]),
            bench.evaluated(DAPLEvaluation.self, ["generator": [keys[2]]], on: target),
        ]
        for (key, method) in zip(evaluations, ["cocoop", "dpl", "dapl"]) {
            let evaluation = try bench.store.evaluation(key)
            #expect(evaluation.method == method && evaluation.seed == 1 && evaluation.predictions.count == 24)
        }

        // Each kind of evaluation refuses what another method has learned.
        func refuses<Method: EvaluationMethod>(_ method: Method.Type, _ key: ArtifactKey) {
            #expect(throws: StageInputError.self) { try bench.evaluated(method, ["generator": [key]], on: target) }
        }
        refuses(GeneratorEvaluation.self, keys[1])
        refuses(GeneratorEvaluation.self, keys[2])
        refuses(DPLEvaluation.self, keys[0])
        refuses(DAPLEvaluation.self, keys[1])
    }

    @Test("Who shares a prompt in DPL's evaluation depends on the batch and the seed alone") func batches() throws {
        let bench = try Bench()
        let target = try bench.extract("chalk").key, sources = try [bench.extract("ink").key]
        let key = try dpl(sources).run(checkpoint: bench.checkpoint, store: bench.store)
        func probabilities(_ changes: [String: JSONValue]) throws -> [Double] {
            let made = try bench.evaluated(DPLEvaluation.self, ["generator": [key]], on: target, with: changes)
            return try bench.store.evaluation(made).predictions.map(\.probability)
        }
        // One batch of all: the order means nothing but to the order in which sums are taken.
        for (a, b) in zip(try probabilities(["seed": 1]), try probabilities(["seed": 2])) { #expect(abs(a - b) < 1e-4) }
        #expect(try probabilities(["batchSize": 5, "seed": 1]) != probabilities(["batchSize": 5, "seed": 2]))
        #expect(throws: UnfitParameter.self) { try probabilities(["batchSize": 0]) }
    }

    @Test("At its end a training says which epoch it has kept, where it chooses one") func keptEpoch() throws {
        let bench = try Bench()
        let sources = try [bench.extract("ink").key, bench.extract("oil").key], target = try bench.extract("chalk").key
        /// What was said after the last epoch, and after those before.
        func notes<Method>(_ stage: LearningStage<Method>) throws -> (key: ArtifactKey, last: String, others: [String]) {
            var notes: [String] = []
            let key = try stage.run(checkpoint: bench.checkpoint, store: bench.store) { notes.append($0.note) }
            return (key, notes.last ?? "", notes.dropLast())
        }
        let chosen = try notes(dpl(sources))
        let measured = try bench.store.metrics(of: chosen.key).filter { $0.name == "validation accuracy" }
        let best = try #require(measured.map(\.value).max())
        let epoch = try #require(measured.filter { $0.value == best }.compactMap(\.epoch).min())
        #expect(chosen.last.hasSuffix(", best \(String(format: "%.3f", best)) at epoch \(epoch), kept"), "\(chosen.last)")
        #expect(!chosen.others.isEmpty && chosen.others.allSatisfy { !$0.contains("kept") })
        #expect(try !notes(dapl(sources, target)).last.contains("kept"))
    }

    @Test("DAPL, which chooses no epoch, learns from all of the source where it is told to; what chooses one cannot")
    func wholeSource() throws {
        let bench = try Bench()
        let sources = try ["ink", "oil"].map { try bench.extract($0).key }, target = try bench.extract("chalk").key
        let stages = try [0.7, 1].map { try dapl(sources, target, ["trainFraction": .number($0)]) }
        let keys = try stages.map { try $0.run(checkpoint: bench.checkpoint, store: bench.store) }
        let made = try keys.map { try bench.store.weights($0) }
        #expect(made[0].validationAccuracy != nil && made[1].validationAccuracy == nil)
        #expect(made[0].tensors != made[1].tensors)
        let names = try keys.map { Set(try bench.store.metrics(of: $0).map(\.name)) }
        #expect(names[0].subtracting(names[1]) == ["validation accuracy"] && names[1].contains("target loss"))
        let tested = try bench.evaluated(DAPLEvaluation.self, ["generator": [keys[1]]], on: target)
        #expect(try bench.store.evaluation(tested).predictions.count == 24)

        let all = DAPL.kind.defaults.changed(["trainFraction": 1])
        _ = try DAPL.kind.check(all)
        #expect(throws: UnfitParameter.self) { try DAPL.kind.check(all.changed(["trainFraction": 1.01])) }
        for kind in [CoOp.kind, DPL.kind, ADCLIP.kind, ConditionalGAN.kind] {
            #expect(throws: UnfitParameter.self) { try kind.check(kind.defaults.changed(["trainFraction": 1])) }
        }
    }

    @Test("The defaults are those of the released configurations for what is done here")
    func released() {
        let dapl = DAPL.kind.defaults, maple = MaPLe.kind.defaults, vpt = VPT.kind.defaults
        // ep25-32.yaml, RN50.
        for (name, value) in [
            "classSpecificContexts": false, "contextLength": 16, "domainContextLength": 16, "threshold": 0.5, "temperature": 1,
            "targetWeight": 1, "learningRate": 3e-3, "epochs": 25, "batchSize": 32, "warmUpLearningRate": 1e-5,
        ] as [String: JSONValue] { #expect(dapl[name] == value, "\(name)") }
        // vit_b16_c2_ep5_batch4_2ctx_cross_datasets.yaml
        for (name, value) in [
            "depth": 3, "epochs": 2, "learningRate": 2.6e-3, "batchSize": 4, "contextLength": 2, "warmUpEpochs": 1,
        ] as [String: JSONValue] { #expect(maple[name] == value, "\(name)") }
        // vit_b16_c2_ep5_batch4_4.yaml, for every task.
        for (name, value) in [
            "depth": 12, "epochs": 5, "learningRate": 2.5e-3, "batchSize": 4, "promptLength": 8, "warmUpEpochs": 1,
        ] as [String: JSONValue] { #expect(vpt[name] == value, "\(name)") }
    }

    @Test("Stopped and gone on, a training makes the same bits") func resumption() throws {
        struct Stopped: Error {}
        let bench = try Bench(), other = try bench.withFreshStore()
        func tensors<Method>(
            _ stage: (Bench) throws -> LearningStage<Method>
        ) throws {
            let expected = try stage(bench).run(checkpoint: bench.checkpoint, store: bench.store)
            #expect(throws: Stopped.self) {
                try stage(other).run(checkpoint: other.checkpoint, store: other.store, savingEvery: .zero) {
                    if $0.epoch == 1, !$0.isResumption { throw Stopped() }
                }
            }
            var resumed = false
            let key = try stage(other).run(checkpoint: other.checkpoint, store: other.store, savingEvery: .zero) {
                resumed = resumed || $0.isResumption
            }
            #expect(key == expected && resumed)
            #expect(try bench.store.weights(key).tensors == other.store.weights(key).tensors)
            #expect(try bench.store.metrics(of: key) == other.store.metrics(of: key))
        }
        func sources(_ bench: Bench) throws -> [ArtifactKey] { try ["ink", "oil"].map { try bench.extract($0).key } }
        try tensors { try coCoOp(sources($0)) }
        try tensors { try dpl(sources($0)) }
        try tensors { try dapl(sources($0), $0.extract("chalk").key) }
    }

    @Test("Parameters that no run could use are refused by name") func unfit() {
        func refuses(_ kind: StageKind, _ name: String, _ value: JSONValue) {
            let error = #expect(throws: UnfitParameter.self) { _ = try kind.check(kind.defaults.changed([name: value])) }
            #expect(error?.name == name)
        }
        refuses(CoCoOp.kind, "batchSize", 0)
        refuses(CoCoOp.kind, "validateEvery", 0)
        refuses(DPL.kind, "competitors", "none")
        refuses(DPL.kind, "depth", 1)
        refuses(DPL.kind, "dropout", 1)
        refuses(DAPL.kind, "pace", "fast")
        refuses(DAPL.kind, "threshold", 2)
        refuses(DAPL.kind, "template", "no place")
        refuses(ZeroShot.kind, "templates", ["an icon", "a {}"])
    }

    @Test("Templates: one as before, several, and lists by name") func templates() throws {
        let bench = try Bench(), target = try bench.extract("chalk").key
        let plain = ZeroShot.kind.recipe(ZeroShot.kind.defaults, inputs: [])
        #expect(plain.parameters["templates"] == nil)
        func evaluation(_ templates: [JSONValue]) throws -> Evaluation {
            try bench.store.evaluation(bench.evaluated(ZeroShot.self, on: target, with: ["templates": .array(templates)]))
        }
        let one = try bench.store.evaluation(bench.evaluated(ZeroShot.self, on: target, with: ["template": "{} texture."]))
        #expect(try evaluation(["{} texture."]).predictions == one.predictions)
        #expect(try evaluation(["dtd"]).predictions == one.predictions)
        #expect(try evaluation(["dtd", "a photo of a {}."]).predictions != one.predictions)
        #expect(NamedTemplates.lists["imagenet-80"]?.count == 80 && NamedTemplates.lists["imagenet-7"]?.count == 7)
        #expect(NamedTemplates.lists.values.joined().allSatisfy { $0.contains("{}") })
    }
}
