import CLIP
import FormulaModels
import Foundation
import PromptLearning
import Tensors

// Methods that learn from a prompt for every image: CoCoOp and AD-CLIP.

extension Benchmark {
    /// One step of CoCoOp on one image, as its authors have it.
    static func coCoOpStep(_ encoder: TextEncoder, classes: Int) -> Benchmark {
        Benchmark(title: "CoCoOp step, \(encoder.name), \(classes) classes, batch 1", unit: .milliseconds) { workshop in
            guard let bench = try TextBench(encoder, classes: classes, workshop) else { return nil }
            let features = bench.features(1), labels = [3]
            let set = FeatureSet(center: features, augmented: [], labels: labels, domains: [0])
            var parameters = CoCoOp.Parameters()
            parameters.context = encoder.context
            var training = try CoCoOp(
                parameters, model: bench.model, classNames: bench.classNames, training: set, validation: set)
            let learned = Dictionary(uniqueKeysWithValues: zip(ConditionalContext.parameterNames, training.current))
            var task = PeerTask(kind: .cocoop)
            task.checkpoint = bench.checkpoint.weightsURL.path
            task.inputs = try workshop.inputs(learned.merging(["features": features]) { $1 })
            (task.prompts, task.labels) = (bench.prompts, labels)
            return PreparedBenchmark(
                amount: 1, run: { [training.update(images: features, labels: labels, learningRate: 2e-3).step.loss] },
                task: task, peerAmount: 1)
        }
    }

    /// One step of AD-CLIP on 16 images of the source and 16 of the target, whose features and block statistics are there.
    /// - Parameters:
    ///   - widths: of the image encoder's blocks.
    ///   - hasPeer: whether the peer does it, too: with many classes it has no room for its gradients.
    static func adCLIPStep(_ encoder: TextEncoder, widths: [Int], classes: Int, hasPeer: Bool = true) -> Benchmark {
        let batch = 16, title = "AD-CLIP step, \(encoder.name), \(classes) classes, batch \(batch) + \(batch)"
        return Benchmark(title: title, unit: .milliseconds) { workshop in
            guard let bench = try TextBench(encoder, classes: classes, workshop) else { return nil }
            func side(_ name: String) -> (features: Tensor, statistics: Tensor) {
                let numbers = [bench.model.transformer.dimension, 2 * widths.reduce(0, +)]
                return (
                    Formula.numbers("\(name) features", [batch, numbers[0]]).normalizedRows(),
                    Formula.numbers("\(name) statistics", [batch, numbers[1]])
                )
            }
            let source = side("source"), target = side("target"), labels = (0..<batch).map { $0 * 7 % classes }
            let styles = BlockStyles(widths: widths, center: HalfMatrix(rounding: source.statistics))
            let set = FeatureSet(
                center: source.features, augmented: [], styles: styles, labels: labels, domains: labels.map { _ in 0 })
            let parameters = ADCLIP.Parameters()
            var training = try ADCLIP(
                parameters, model: bench.model, classNames: bench.classNames, training: set, validation: set,
                target: UnlabelledFeatures(center: target.features, augmented: [], styles: styles))
            let images = AdaptationBatch(
                source: source.features, sourceStatistics: source.statistics, labels: labels, target: target.features,
                targetStatistics: target.statistics)
            let projectors = training.projectors, rate = Float(parameters.learningRate)
            var task = PeerTask(kind: .adClip)
            task.hasPeer = hasPeer
            task.checkpoint = bench.checkpoint.weightsURL.path
            task.inputs = try workshop.inputs(
                Dictionary(uniqueKeysWithValues: zip(projectors.shape.parameterNames, projectors.parameters)).merging([
                    "source": source.features, "source statistics": source.statistics, "target": target.features,
                    "target statistics": target.statistics,
                ]) { $1 })
            // As many context tokens as the projectors write vectors; what they are is of no matter.
            var prompts = bench.prompts
            prompts.context = (0..<projectors.shape.contextLength).map { prompts.context[$0 % prompts.context.count] }
            (task.prompts, task.labels, task.widths, task.learningRate) = (prompts, labels, widths, rate)
            return PreparedBenchmark(
                amount: 1, run: { [training.update(images, learningRate: rate).losses.total.value.scalar] }, task: task,
                peerAmount: 1)
        }
    }
}
