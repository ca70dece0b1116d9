import ArtifactStore
import Datasets
import Foundation
import PromptLearning
import Pipelines
import Stages
import Testing

/// A method reads how long features were as CLIP put them out: of older stores that has to be found out first, and of no more
/// features than those that something to be made reads.
@Suite("Norms of features in a plan") struct NormTests {
    /// The sample, with a method that reads norms beside one that does not.
    private static let text = sampleText.replacing("  generator:\n    uses: cgan", with: "  generator:\n    uses: normed")

    private static var kinds: [StageKind] {
        let normed = StageKind(
            name: "normed", executable: "stage", makes: .generator, algorithmVersion: 1,
            parameters: declared(["seed": 1]),
            roles: [.init("embeddings", .embeddings, .sources), .init("prompts", .prompt, .sources)],
            check: { _ throws(UnfitParameter) in [.norms] })
        return sampleKinds() + [normed]
    }

    private func plan(_ laboratory: Laboratory, _ text: String = text) throws -> Plan {
        let root = laboratory.folder.appendingPathComponent("data").path
        let specification = try specification(text.replacing("Data/sample", with: root), kinds: Self.kinds)
        return try Plan(
            specification,
            inputs: PlanInputs(
                for: specification, in: laboratory.store, encoder: { _ in Laboratory.encoder.key }, recording: true))
    }

    private func names(_ plan: Plan, _ laboratory: Laboratory, only: [String] = [], remakes: Bool = false) throws -> [String] {
        var selection = Selection()
        selection.only = only.map(InstanceSelector.init)
        selection.remakes = remakes
        return try plan.work(selection, in: laboratory.store).map { $0.name + ($0.fillsNorms ? " +" : "") }
    }

    @Test("Features that are to be made are made with norms where they are read; what has them is left alone")
    func making() throws {
        let laboratory = try Laboratory()
        let plan = try plan(laboratory)
        #expect(plan.instances.filter(\.readsNorms).map(\.stage) == Array(repeating: "generator", count: 4))
        // With the target oil, ink and chalk are learned from; with ink, oil and chalk.
        #expect(try names(plan, laboratory).filter { $0.hasPrefix("features") }.allSatisfy { $0.hasSuffix(" +") })
        for instance in plan.instances where instance.stage != "generator" && instance.stage != "spg" {
            try laboratory.make(instance, norm: 9)
        }
        #expect(try names(plan, laboratory).count == 8)
        #expect(try !names(plan, laboratory).contains { $0.hasPrefix("features") })
    }

    @Test("Features of older stores are encoded again where what is to be made reads norms, and no others are")
    func filling() throws {
        let laboratory = try Laboratory()
        let plan = try plan(laboratory), others = try Laboratory().plan()
        for instance in plan.instances where instance.stage != "generator" && instance.stage != "spg" {
            try laboratory.make(instance)
        }
        let features = ["chalk", "ink", "oil"].map { "features(domain \($0)) +" }
        #expect(try names(plan, laboratory).prefix(3) == features[...])
        #expect(try names(plan, laboratory).count == 3 + 8)
        // What is chosen says which.
        let chosen = try names(plan, laboratory, only: ["features", "generator(target oil)"])
        #expect(chosen == Array(features.prefix(2)) + ["generator(target oil, seed 1)", "generator(target oil, seed 2)"])
        #expect(try names(plan, laboratory, only: ["features"]).isEmpty)
        let error = #expect(throws: SelectionError.self) { try names(plan, laboratory, only: ["generator"]) }
        #expect(error?.description.contains("which has features without the norms that are read") == true)
        // Whatever is made again gets its norms anyway.
        #expect(try names(plan, laboratory, only: ["features"], remakes: true).allSatisfy { !$0.hasSuffix(" +") })

        let states = Dictionary(uniqueKeysWithValues: zip(plan.instances.map(\.name), try plan.states(in: laboratory.store)))
        #expect(states["features(domain oil)"] == .incomplete(reader: "generator(target ink, seed 1)"))
        #expect(states["features(domain oil)"]?.isToRun == true)
        guard case .done = states["prompts(domain oil, seed 1)"] else { throw Unexpected() }
        // Who reads no norms is done with what is there.
        #expect(try others.work(Selection(), isMade: { _ in true }, hasNorms: { _ in throw Unexpected() }).isEmpty)

        let filling = try #require(try plan.work(Selection(), in: laboratory.store).first)
        #expect(filling.arguments(for: plan.specification, store: "s", threads: 1).contains("--norms"))
        #expect(!plan.instances[0].arguments(for: plan.specification, store: "s", threads: 1).contains("--norms"))

        // Once what reads them is made, nobody does.
        for instance in plan.instances where instance.stage == "generator" || instance.stage == "spg" {
            try laboratory.make(instance)
        }
        #expect(try names(plan, laboratory).isEmpty)
        guard case .done = try plan.states(in: laboratory.store)[0] else { throw Unexpected() }
    }

    @Test("An estimate counts the images that lack norms, and next to nothing on the disk") func estimate() throws {
        let laboratory = try Laboratory()
        for number in 1..<10 { try laboratory.addImage("oil/cat/\(number).jpg") }
        let plan = try plan(laboratory), store = laboratory.store
        let oil = try #require(plan.instances.first { $0.name == "features(domain oil)" })
        let chalk = try #require(plan.instances.first { $0.name == "features(domain chalk)" })
        try laboratory.make(oil)
        try store.beginAttempt(at: oil.key, threads: 1)
        try store.endAttempt(at: oil.key, cost: .init(seconds: 22, processorSeconds: 22, peakBytes: 1), log: "")
        try laboratory.make(chalk, norm: 9)
        let work = try plan.work(Selection(), in: store).filter { $0.stage == "features" && $0.name.contains("oil") }
        #expect(work.count == 1 && work[0].fillsNorms)
        func estimate() throws -> RunEstimate.Stage? {
            try plan.estimate(
                work, on: Capacity(jobs: 1, threads: 1, cores: 1, memory: 1 << 30), in: store,
                model: ModelSize(imageGigaflop: 1, textRowGigaflop: 0.001, dimension: 2, textWidth: 4, loadSeconds: 0),
                rate: { 10 }
            ).stages.first
        }
        // Eleven images took 22 s, or 2 s each.
        #expect(try estimate()?.seconds == 22 && estimate()?.bytes == 11 * 8)
        let half = try store.manifest(oil.recipe.inputs[0].key).images.prefix(6).map {
            ImageView(image: $0.digest, view: "center")
        }
        try store.insert(
            .init([6, 2], (0..<6).flatMap { _ in [Float(1), 0] }), norms: Array(repeating: 9, count: 6), for: half,
            encoder: Laboratory.encoder.key)
        #expect(try estimate()?.seconds == 10 && estimate()?.bytes == 5 * 8)
    }

    @Test("Imported features are not encoded here for their norms") func imported() throws {
        let laboratory = try Laboratory()
        let plan = try plan(
            laboratory, Self.text.replacing("checkpoint: Models/sample", with: "checkpoint: Models/sample, imported: gpu"))
        for instance in plan.instances where instance.stage == "features" { try laboratory.make(instance) }
        #expect(try !names(plan, laboratory).contains { $0.hasPrefix("features") })
    }

    private struct Unexpected: Error {}
}
