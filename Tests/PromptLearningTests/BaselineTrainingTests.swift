import CLIP
import PromptLearning
import Tensors
import Testing

/// What trainings of KgCoOp, CoCoOp, DPL and DAPL have in common: gradients, resumption, and numbers that cease to be numbers.
@Suite struct BaselineTrainingTests {
    private let model: CLIPText
    private let training = TinyText.images("training"), validation = TinyText.images("validation", perClass: 3)

    init() throws {
        model = try TinyText.model.get()
    }

    private func coCoOp(_ change: (inout CoCoOp.Parameters) -> Void = { _ in }) throws -> CoCoOp {
        var parameters = CoCoOp.Parameters()
        (parameters.batchSize, parameters.epochs, parameters.learningRate, parameters.validateEvery) = (4, 3, 0.02, 2)
        change(&parameters)
        return try CoCoOp(
            parameters, model: model, classNames: TinyText.classNames, training: training, validation: validation)
    }

    private func dpl(_ change: (inout DPL.Parameters) -> Void = { _ in }) throws -> DPL {
        var parameters = DPL.Parameters()
        (parameters.contextLength, parameters.hiddenWidth, parameters.batchSize) = (2, 16, 4)
        (parameters.steps, parameters.validateEvery, parameters.validationBatchSize) = (13, 5, 5)
        parameters.learningRate = 0.02
        change(&parameters)
        return try DPL(
            parameters, model: model, classNames: TinyText.classNames, training: training, validation: validation)
    }

    private func dapl(_ change: (inout DAPL.Parameters) -> Void = { _ in }) throws -> DAPL {
        var parameters = DAPL.Parameters()
        parameters.classSpecificContexts = true
        (parameters.contextLength, parameters.domainContextLength, parameters.batchSize, parameters.epochs) = (2, 2, 8, 3)
        parameters.threshold = 0.3
        change(&parameters)
        return try DAPL(
            parameters, model: model, classNames: TinyText.classNames, training: training, validation: validation,
            target: UnlabelledFeatures(center: validation.center, augmented: []), names: ("ink", "chalk"))
    }

    @Test func gradientsOfKgCoOp() throws {
        var parameters = KgCoOp.Parameters()
        (parameters.coOp.context, parameters.coOp.batchSize, parameters.knowledgeWeight) = ("", 4, 2)
        let probe = try Probe(
            learner: KgCoOp.training(
                parameters, model: model, classNames: TinyText.classNames, training: training, validation: validation)
        ) { $0.update(images: TinyText.batch("images", 0, 4), labels: TinyText.labels(4), learningRate: $1).step }
        try probe.gradientsEqualDifferences()
    }

    @Test func gradientsOfCoCoOp() throws {
        let probe = try Probe(learner: coCoOp()) {
            $0.update(images: TinyText.batch("images", 0, 4), labels: TinyText.labels(4), learningRate: $1).step
        }
        try probe.gradientsEqualDifferences()
    }

    @Test(arguments: DPL.Competitors.allCases) func gradientsOfDPL(competitors: DPL.Competitors) throws {
        let probe = try Probe(learner: dpl { $0.competitors = competitors }) {
            $0.update(
                images: TinyText.batch("images", 0, 8), norms: TinyText.norms(0, 8), labels: TinyText.labels(8),
                learningRate: $1
            ) { RandomStream(seed: 1, purpose: "masks", $0) }.step
        }
        try probe.gradientsEqualDifferences()
    }

    @Test(arguments: DAPL.Competitors.allCases) func gradientsOfDAPL(competitors: DAPL.Competitors) throws {
        let probe = try Probe(learner: dapl { $0.competitors = competitors }) {
            $0.update(
                images: TinyText.batch("images", 0, 8), labels: TinyText.labels(8),
                target: TinyText.batch("target", 0, 6), learningRate: $1
            ).step
        }
        try probe.gradientsEqualDifferences()
    }

    @Test func resumption() throws {
        try Probe(learner: coCoOp()) { _, _ in fatalError() }.resumesToTheSameBits { try coCoOp() }
        try Probe(learner: dpl()) { _, _ in fatalError() }.resumesToTheSameBits { try dpl() }
        try Probe(learner: dapl()) { _, _ in fatalError() }.resumesToTheSameBits { try dapl() }
    }

    @Test("DPL's last epoch has the steps that are left") func stepsOfDPL() throws {
        #expect(try dpl().epochs == 3)
        #expect(try dpl { $0.steps = 10 }.epochs == 2)
        #expect(try dpl { $0.steps = 1 }.epochs == 1)
    }

    @Test("Numbers that cease to be finite end a training, with the epoch and the step") func divergence() throws {
        func fails(_ learner: some Training) {
            var learner = learner
            let error = #expect(throws: PromptError.self) { try learner.run { _ in } }
            #expect(error?.isDivergence == true)
        }
        fails(try coCoOp { $0.learningRate = 1e30 })
        fails(try dpl { $0.learningRate = 1e30 })
        fails(try dapl { ($0.learningRate, $0.pace) = (1e30, .epoch) })
    }

    @Test("A state of other parameters is refused") func foreignState() throws {
        var learner = try coCoOp()
        let state = try coCoOp { ($0.context, $0.contextLength) = ("", 3) }.state
        #expect(throws: PromptError.self) { try learner.restore(state) }
        // Numbers that count nothing.
        for (name, tensor) in [
            ("epoch", Tensor(.nan)), ("epoch", Tensor(1e30)), ("epoch", Tensor(-1)), ("epoch", Tensor([0])),
            ("best", Tensor([1], [0.5])), ("best", Tensor([2], [0.5, .infinity])), ("history", Tensor([2, 1])),
        ] {
            var changed = learner.state
            changed[name] = tensor
            #expect(throws: PromptError.self, "\(name) \(tensor.values)") { try learner.restore(changed) }
        }
    }

    @Test("A context that no text can hold is said, not made") func longContexts() throws {
        #expect(throws: PromptError.self) { try coCoOp { ($0.context, $0.contextLength) = ("", 1_000_000) } }
        #expect(throws: PromptError.self) { try dpl { $0.contextLength = 1_000_000 } }
        #expect(throws: PromptError.self) { try dapl { $0.domainContextLength = 1_000_000 } }
        #expect(throws: PromptError.self) { try dapl { ($0.contextLength, $0.domainContextLength) = (40, 40) } }
    }

    @Test("What is stored makes the same prompts, and what does not fit makes none") func stored() throws {
        var one = try coCoOp(), two = try dpl(), three = try dapl()
        try one.runEpoch()
        try two.runEpoch()
        try three.runEpoch()
        let noise = Tensor([validation.count, 0]), names = TinyText.classNames

        let context = one.result.context
        let read = try #require(ConditionalContext(tensors: context.tensors, featureDimension: 32, width: 64))
        #expect(
            read.prompts(noise: noise, features: validation.center)
                == context.prompts(noise: noise, features: validation.center))
        #expect(ConditionalContext(tensors: context.tensors, featureDimension: 64, width: 64) == nil)

        let network = two.result.network
        let again = try #require(DomainPromptNetwork(tensors: network.tensors, featureDimension: 32, width: 64))
        #expect(again.prompt(of: validation.center) == network.prompt(of: validation.center))
        #expect(DomainPromptNetwork(tensors: network.tensors, featureDimension: 32, width: 60) == nil)
        #expect(DomainPromptNetwork(tensors: [:], featureDimension: 32, width: 64) == nil)

        let adapted = three.result.context
        let same = try #require(DomainAdaptedContext(tensors: adapted.tensors, classCount: 4, width: 64))
        #expect(
            try same.textFeatures(of: .target, classNames: names, domain: "chalk", model: model)
                == adapted.textFeatures(of: .target, classNames: names, domain: "chalk", model: model))
        #expect(DomainAdaptedContext(tensors: adapted.tensors, classCount: 5, width: 64) == nil)
    }
}
