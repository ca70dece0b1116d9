import CLIP
import Foundation
import PromptLearning
import Tensors
import Testing

/// Each method learns something on real features: icon-clip's, of some of DesktopIcons
/// (Tests/Reference/desktop_icons_features.py).
@Suite struct DesktopIconsTests {
    private let model: CLIPText
    private let training: FeatureSet, validation: FeatureSet, target: FeatureSet
    private let names = ["address_book", "calendar", "envelope", "folder", "house", "padlock", "server", "trash_can"]

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        model = try CLIPText(checkpoint: Checkpoint(contentsOf: root.appending(path: "Models/icon-clip")))
        let file = try Safetensors(contentsOf: root.appending(path: "Tests/Fixtures/desktop-icons.safetensors"))
        let (features, norms) = try file.tensor(named: "features").normalizedRowsWithNorms()
        let all = FeatureSet(
            center: features, augmented: [], norms: FeatureNorms(center: norms),
            labels: try file.tensor(named: "labels").values.map { Int($0) },
            domains: try file.tensor(named: "domains").values.map { Int($0) })
        let sources = all.domains.indices.filter { all.domains[$0] < 2 }
        training = all.subset(sources.filter { $0 % 3 != 0 })
        validation = all.subset(sources.filter { $0 % 3 == 0 })
        target = all.subset(all.domains.indices.filter { all.domains[$0] == 2 })
    }

    /// The first and the last of an epoch's measurements.
    private func run(_ learner: some Training, _ measurement: String) throws -> (first: Float, last: Float) {
        var learner = learner
        try learner.runEpoch()
        let first = try #require(learner.history.last(measurement))
        try learner.run { _ in }
        return (first, try #require(learner.history.last(measurement)))
    }

    @Test func coOp() throws {
        var parameters = CoOp.Parameters()
        (parameters.context, parameters.learningRate, parameters.batchSize) = ("an icon of a", 0.1, 16)
        parameters.epochs = 12
        let loss = try run(
            CoOp(parameters, model: model, classNames: names, training: training, validation: validation), "loss")
        #expect(loss.last < 0.8 * loss.first, "\(loss)")
    }

    @Test func coCoOp() throws {
        var parameters = CoCoOp.Parameters()
        (parameters.context, parameters.learningRate, parameters.batchSize) = ("an icon of a", 0.1, 4)
        (parameters.epochs, parameters.validateEvery) = (12, 12)
        let loss = try run(
            CoCoOp(parameters, model: model, classNames: names, training: training, validation: validation), "loss")
        #expect(loss.last < 0.8 * loss.first, "\(loss)")
    }

    @Test(arguments: DPL.Competitors.allCases) func dpl(competitors: DPL.Competitors) throws {
        var parameters = DPL.Parameters()
        (parameters.contextLength, parameters.hiddenWidth, parameters.batchSize) = (4, 64, 8)
        (parameters.learningRate, parameters.steps, parameters.validateEvery) = (0.1, 80, 10)
        parameters.competitors = competitors
        let loss = try run(
            DPL(parameters, model: model, classNames: names, training: training, validation: validation), "loss")
        #expect(loss.last < 0.8 * loss.first, "\(loss)")
    }

    @Test func dualCoOp() throws {
        var parameters = DualCoOp.Parameters()
        (parameters.context, parameters.negativeContext) = ("an icon of a", "no icon of a")
        (parameters.learningRate, parameters.batchSize, parameters.epochs) = (0.02, 16, 12)
        let learner = try DualCoOp(
            parameters, model: model, classNames: names, training: training, validation: validation)
        for measurement in ["positive loss", "negative loss"] {
            let loss = try run(learner, measurement)
            #expect(loss.last < 0.9 * loss.first, "\(measurement): \(loss)")
        }
    }

    /// Two domains' prompts, far enough apart to be told: each domain's images are to get their own.
    private var labels: Tensor {
        let start = model.transformer.embeddings(of: model.tokenizer.encode("an icon of a"))
        var stream = RandomStream(seed: 1, purpose: "labels")
        let row = start.reshaped([1, start.count])
        return Tensor(
            [2, start.count],
            (0..<2).flatMap { _ in
                (row + stream.uniform([1, start.count]).mapped { 0.4 * $0 - 0.2 }).values
            })
    }

    private func imitation<Network: ImitatingNetwork>(_ network: Network, labels: Tensor) throws -> PromptImitation<Network> {
        var parameters = Imitation()
        (parameters.batchSize, parameters.epochs, parameters.stepsPerEpoch) = (16, 8, 30)
        (parameters.warmUpEpochs, parameters.validateEvery) = (1, 4)
        return try PromptImitation(
            parameters, network: network, labels: labels, model: model, classNames: names, training: training,
            validation: validation)
    }

    @Test func regressor() throws {
        let network = PromptRegressor(featureDimension: 128, contextLength: 4, width: 128, seed: 1)
        let loss = try run(imitation(network, labels: labels), "loss")
        #expect(loss.last < 0.5 * loss.first, "\(loss)")
    }

    @Test func dualPath() throws {
        let network = try DualPath(featureDimension: 128, contextLength: 4, width: 128, parameters: .init())
        let pairs = concatenated(Variable(labels), Variable(labels.gatheringRows([1, 0]))).value
        let loss = try run(imitation(network, labels: pairs), "loss")
        #expect(loss.last < 0.5 * loss.first, "\(loss)")
    }

    @Test func flow() throws {
        let network = try PromptFlow(labels: labels, featureDimension: 128, contextLength: 4, steps: 16, seed: 1)
        let loss = try run(imitation(network, labels: labels), "loss")
        #expect(loss.last < 0.8 * loss.first, "\(loss)")
    }

    @Test func dapl() throws {
        var parameters = DAPL.Parameters()
        (parameters.contextLength, parameters.domainContextLength, parameters.domainWords) = (4, 4, false)
        parameters.classSpecificContexts = true
        (parameters.template, parameters.threshold) = ("an icon of a {}.", 0.3)
        (parameters.learningRate, parameters.pace, parameters.epochs, parameters.batchSize) = (0.1, .epoch, 12, 16)
        let learner = try DAPL(
            parameters, model: model, classNames: names, training: training, validation: validation,
            target: UnlabelledFeatures(center: target.center, augmented: []), names: ("oxygen and tango", "breeze"))
        let loss = try run(learner, "target loss")
        #expect(loss.last < 0.8 * loss.first, "\(loss)")
        #expect(try run(learner, "confident share").last > 0.3)
    }
}
