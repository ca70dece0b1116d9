import PromptLearning
import Tensors

extension Benchmark {
    /// One step of SPG's conditional GAN at ViT-B/16's sizes: features of 512 numbers, prompts of 4 · 512, 32 images.
    static func ganStep() -> Benchmark {
        Benchmark(title: "CGAN step, batch 32, ViT-B/16's sizes", unit: .milliseconds) { workshop in
            let (batch, feature, length, width) = (32, 512, 4, 512)
            let parameters = ConditionalGAN.Parameters()
            var pair = AdversarialPair(parameters, featureDimension: feature, contextLength: length, width: width)
            let real = FormulaModel.uniform("real", [batch, feature]).normalizedRows()
            let fake = FormulaModel.uniform("fake", [batch, feature]).normalizedRows()
            let prompts = FormulaModel.uniform("prompts", [batch, length * width]) * 0.05
            var task = PeerTask(kind: .gan)
            task.inputs = try workshop.inputs(["real": real, "fake": fake, "prompts": prompts])
            var step = 0
            return Work(
                amount: 1,
                run: {
                    step += 1
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
}
