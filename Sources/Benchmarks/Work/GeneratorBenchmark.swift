import CLIP
import FormulaModels
import PromptLearning
import Tensors

extension Benchmark {
    /// One step of SPG's conditional GAN at ViT-B/16's sizes: features of 512 numbers, prompts of 4 · 512, 32 images.
    static func ganStep() -> Benchmark {
        Benchmark(title: "CGAN step, batch 32, ViT-B/16's sizes", unit: .milliseconds) { workshop in
            let (batch, feature, length, width) = (32, 512, 4, 512)
            let parameters = ConditionalGAN.Parameters()
            var pair = AdversarialPair(parameters, featureDimension: feature, contextLength: length, width: width)
            let real = Formula.numbers("real", [batch, feature]).normalizedRows()
            let fake = Formula.numbers("fake", [batch, feature]).normalizedRows()
            let prompts = Formula.numbers("prompts", [batch, length * width]) * 0.05
            var task = PeerTask(kind: .gan)
            task.inputs = try workshop.inputs(["real": real, "fake": fake, "prompts": prompts])
            var step = 0
            return PreparedBenchmark(
                amount: 1,
                run: {
                    step += 1
                    let step = step
                    _ = pair.update(
                        realFeatures: real, realPrompts: prompts, fakeFeatures: fake,
                        noise: latentNoise(batch, dimension: parameters.latentDimension) {
                            RandomStream(seed: 1, purpose: "noise", step, $0)
                        },
                        masks: (0..<4).map { RandomStream(seed: 1, purpose: "dropout \($0)", step) },
                        learningRate: 2e-3)
                    return []
                },
                task: task, peerAmount: 1)
        }
    }

    /// The steps of one epoch of SPG's conditional GAN for PACS with art painting left out: of 7,943 images 5,560 train.
    ///
    /// The authors' code has no cache: for every step it encodes the images of the real half and those of the fake
    /// half. The peer does that on 8 images for each half in place of 32, and the epoch's time is as many times that as
    /// it has such quarters of steps.
    static func ganEpoch() -> Benchmark {
        Benchmark(title: "CGAN epoch at PACS's size, cached features", unit: .seconds) { workshop in
            guard let bench = try TextBench(.full, classes: 7, workshop) else { return nil }
            let (images, validation, domains, length) = (5560, 7, 3, 4)
            let width = bench.model.transformer.width
            func set(_ count: Int) -> FeatureSet {
                FeatureSet(
                    center: bench.features(count), augmented: [], labels: (0..<count).map { $0 % 7 },
                    domains: (0..<count).map { $0 % domains })
            }
            var parameters = ConditionalGAN.Parameters()
            // Selection, which is the same work on either side as predictions, is left out.
            (parameters.epochs, parameters.validateEvery) = (1_000_000, 1_000_000)
            var training = try ConditionalGAN(
                parameters, model: bench.model, classNames: bench.classNames,
                labelPrompts: (0..<domains).map { Formula.numbers("label \($0)", [length, width]) * 0.05 },
                training: set(images), validation: set(validation))
            let quarter = parameters.batchSize / 4, steps = images / parameters.batchSize
            let encoder = try workshop.checkpoint("ViT-B-16", .base16)
            var task = PeerTask(kind: .ganEpoch)
            task.checkpoint = try Checkpoint(contentsOf: encoder).weightsURL.path
            task.inputs = try workshop.inputs([
                "pixels": Formula.numbers("pixels", [quarter, 224, 224, 3]),
                "prompts": Formula.numbers("prompts", [quarter, length * width]) * 0.05,
            ])
            return PreparedBenchmark(
                amount: 1,
                run: {
                    try training.runEpoch()
                    return []
                },
                task: task, peerAmount: 1 / Double(4 * steps))
        }
    }
}
