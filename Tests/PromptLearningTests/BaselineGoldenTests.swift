import CLIP
import Foundation
import PromptLearning
import Tensors
import Testing

/// Training steps of CoOp, KgCoOp, CoCoOp, DPL and DAPL against PyTorch: Tests/Reference/baselines.py made the fixture.
@Suite struct BaselineGoldenTests {
    private struct Golden: Decodable {
        struct Step: Decodable {
            var loss: Float
            var gradients, values: [[Double]]
            var confidentShare: Double?

            enum CodingKeys: String, CodingKey {
                case loss, gradients, values
                case confidentShare = "confident share"
            }
        }
        var tokens: [Int]
        var context: Int
        var coop, kgcoop, cocoop, dpl, dapl: [String: [Step]]
        var rates: [Float]
        var ensemble: [Double]
    }

    private let golden: Golden
    private let model: CLIPText
    private let images = TinyText.images("images")

    init() throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/baselines.json")
        golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
        model = try TinyText.model.get()
    }

    private func expect(_ step: DescentStep, _ values: [Tensor], equal expected: Golden.Step, _ what: String) {
        #expect(abs(step.loss - expected.loss) < 1e-4 * max(1, expected.loss), "\(what): loss \(step.loss)")
        #expect(step.gradients.count == expected.gradients.count && values.count == expected.values.count)
        for (index, (gradient, value)) in zip(step.gradients, values).enumerated() {
            PromptLearningTests.expect(gradient, expected.gradients[index], within: 5e-4, "\(what): gradient \(index)")
            PromptLearningTests.expect(value, expected.values[index], within: 1e-5, "\(what): value \(index)")
        }
    }

    @Test("The tokenizer of the reference is ours") func tokens() {
        #expect(model.tokenizer.encode("bars and rings") + model.tokenizer.encode(", a chalk image..") == golden.tokens)
        #expect(model.tokenizer.encode("a photo of a").count == golden.context)
    }

    @Test(
        "CoOp in every form",
        arguments: [
            ("words, 4, end", PromptLayout.ClassTokenPosition.end, false), ("random, 16, end", .end, false),
            ("random, 5, middle", .middle, false),
            ("random, 4, front", .front, false), ("random, 3, class-specific", .end, true),
            ("words, 4, middle, class-specific", .middle, true),
        ])
    func coOp(name: String, position: PromptLayout.ClassTokenPosition, isSpecific: Bool) throws {
        let words = name.split(separator: ", ")
        var parameters = CoOp.Parameters()
        parameters.context = words[0] == "words" ? "a photo of a" : ""
        parameters.contextLength = try #require(Int(words[1]))
        parameters.classTokenPosition = position
        parameters.classSpecificContexts = isSpecific
        parameters.batchSize = 8
        parameters.seed = TinyText.seed
        var learner = try CoOp(
            parameters, model: model, classNames: TinyText.classNames, training: images, validation: images)
        for (index, expected) in try #require(golden.coop[name]).enumerated() {
            let step = learner.update(
                images: TinyText.batch("images", index, 8), labels: TinyText.labels(8), learningRate: 2e-3)
            expect(
                step.step, [try #require(learner.state["parameters.0"])],
                equal: expected, "\(name), step \(index)")
        }
    }

    @Test("CoCoOp with one image in a step, and with several", arguments: [1, 3])
    func coCoOp(size: Int) throws {
        var parameters = CoCoOp.Parameters()
        parameters.batchSize = size
        parameters.seed = TinyText.seed
        var learner = try CoCoOp(
            parameters, model: model, classNames: TinyText.classNames, training: images, validation: images)
        for (index, expected) in try #require(golden.cocoop["\(size)"]).enumerated() {
            let measured = learner.update(
                images: TinyText.batch("images", index, size), labels: TinyText.labels(size), learningRate: 2e-3)
            expect(measured.step, learner.current, equal: expected, "step \(index)")
        }
    }

    @Test("KgCoOp: one context for all classes, and one for each", arguments: [("8", 4, false), ("0.5", 3, true)])
    func kgCoOp(weight: String, length: Int, isSpecific: Bool) throws {
        var parameters = KgCoOp.Parameters()
        parameters.knowledgeWeight = try #require(Double(weight))
        (parameters.coOp.context, parameters.coOp.contextLength) = ("", length)
        (parameters.coOp.classSpecificContexts, parameters.coOp.batchSize) = (isSpecific, 8)
        parameters.coOp.seed = TinyText.seed
        var learner = try KgCoOp.training(
            parameters, model: model, classNames: TinyText.classNames, training: images, validation: images)
        for (index, expected) in try #require(golden.kgcoop[weight]).enumerated() {
            let measured = learner.update(
                images: TinyText.batch("images", index, 8), labels: TinyText.labels(8), learningRate: 2e-3)
            expect(
                measured.step, [try #require(learner.state["parameters.0"])], equal: expected, "step \(index)")
        }
    }

    @Test("DPL with the released code's loss, and with the paper's", arguments: DPL.Competitors.allCases)
    func dpl(competitors: DPL.Competitors) throws {
        var parameters = DPL.Parameters()
        parameters.competitors = competitors
        (parameters.contextLength, parameters.hiddenWidth, parameters.batchSize) = (4, 24, 5)
        parameters.seed = TinyText.seed
        var learner = try DPL(
            parameters, model: model, classNames: TinyText.classNames, training: images, validation: images)
        for (index, expected) in try #require(golden.dpl[competitors.rawValue]).enumerated() {
            let measured = learner.update(
                images: TinyText.batch("images", index, 15), norms: TinyText.norms(index, 15), labels: TinyText.labels(15),
                learningRate: 1e-3
            ) { RandomStream(seed: UInt64(TinyText.seed), purpose: "dropout \($0)", index) }
            expect(measured.step, learner.current, equal: expected, "step \(index)")
        }
    }

    @Test(
        "DAPL as released, with shared vectors, as in the paper, and where CLIP is sure of nothing",
        arguments: [
            ("released", true, true, DAPL.Competitors.ownDomain, 0.5), ("shared", false, true, .ownDomain, 0.5),
            ("paper", true, false, .bothDomains, 0.5), ("unsure", true, true, .ownDomain, 1.0),
        ])
    func dapl(name: String, isSpecific: Bool, hasWords: Bool, competitors: DAPL.Competitors, threshold: Double) throws {
        var parameters = DAPL.Parameters()
        (parameters.contextLength, parameters.domainContextLength) = (3, 2)
        (parameters.classSpecificContexts, parameters.domainWords) = (isSpecific, hasWords)
        (parameters.competitors, parameters.threshold) = (competitors, threshold)
        (parameters.batchSize, parameters.seed) = (8, TinyText.seed)
        var learner = try DAPL(
            parameters, model: model, classNames: TinyText.classNames, training: images, validation: images,
            target: UnlabelledFeatures(center: images.center, augmented: []), names: ("ink", "chalk"))
        for (index, expected) in try #require(golden.dapl[name]).enumerated() {
            let measured = learner.update(
                images: TinyText.batch("images", index, 8), labels: TinyText.labels(8),
                target: TinyText.batch("target", index, 6), learningRate: 3e-3)
            expect(measured.step, learner.current, equal: expected, "\(name), step \(index)")
            #expect(abs(measured.confidentShare - (expected.confidentShare ?? -1)) < 1e-6)
        }
    }

    @Test("Learning rates past the end of the cosine rise again, as the schedule of DAPL's trainer does")
    func rates() {
        let schedule = LearningRateSchedule(base: 3e-3, epochs: 25, warmUp: .constant(1e-5), warmUpEpochs: 1)
        for (step, rate) in golden.rates.enumerated() {
            #expect(abs(schedule.rate(epoch: step) - rate) < 1e-8, "step \(step)")
        }
    }

    @Test("An ensemble of templates; one template is itself, to the bit") func ensemble() throws {
        let names = TinyText.classNames
        let text = try zeroShotFeatures(of: names, templates: ["a photo of a {}.", "{} drawing"], model: model)
        PromptLearningTests.expect(text, golden.ensemble, within: 1e-5, "ensemble")
        let one = try ClassPrompts(classNames: names, template: "{} drawing", model: model).textFeatures(model: model)
        #expect(try zeroShotFeatures(of: names, templates: ["{} drawing"], model: model) == one)
    }
}
