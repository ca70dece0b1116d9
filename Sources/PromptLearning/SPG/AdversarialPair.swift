import Tensors

/// A generator and a discriminator with their optimisers: all that a step of GAN training changes.
package struct AdversarialPair: StepLearner {
    package private(set) var generator: Generator
    /// Its parameters, in the order of `Discriminator.parameterNames`.
    package private(set) var discriminator: [Tensor]
    private var generatorOptimizer: AdamW, discriminatorOptimizer: AdamW
    private let clipping: ConditionalGAN.Clipping?

    package init(_ parameters: ConditionalGAN.Parameters, featureDimension: Int, contextLength: Int, width: Int) {
        let seed = UInt64(parameters.seed)
        generator = Generator(
            featureDimension: featureDimension, latentDimension: parameters.latentDimension,
            contextLength: contextLength, width: width, seed: seed)
        discriminator =
            Discriminator(
                promptDimension: contextLength * width, featureDimension: featureDimension, seed: seed
            ).parameters
        generatorOptimizer = AdamW(weightDecay: Float(parameters.weightDecay))
        discriminatorOptimizer = AdamW(weightDecay: Float(parameters.weightDecay))
        clipping = parameters.clipping
    }

    /// One step: the discriminator on a real and a fake batch, then the generator against the updated discriminator.
    ///
    /// - Parameters:
    ///   - realFeatures: `[batch, F]`.
    ///   - realPrompts: `[batch, P]`, the label prompts of those images' domains.
    ///   - fakeFeatures: `[batch, F]`, what prompts are generated for.
    ///   - noise: `[batch, Z]`, what they are generated from.
    ///   - masks: dropout's numbers: for the discriminator's two layers in its own step, then in the generator's.
    ///   - learningRate: of the step.
    package mutating func update(
        realFeatures: Tensor, realPrompts: Tensor, fakeFeatures: Tensor, noise: Tensor, masks: [RandomStream],
        learningRate: Float
    ) -> (generator: Float, discriminator: Float) {
        let batch = realFeatures.rows
        let generatorTape = Tape()
        let g = generator.parameters.map(generatorTape.parameter)
        let generated = generator.prompts(noise: noise, features: fakeFeatures, parameters: g)  // [batch, P]

        // Discriminator: real above fake in one batch, since rows do not touch. The loss is the sum of the halves' means.
        let discriminatorTape = Tape()
        let d = discriminator.map(discriminatorTape.parameter)
        let scores = Discriminator.layers(
            prompts: Variable(.stacked([realPrompts, generated.value])),
            features: .stacked([realFeatures, fakeFeatures]), parameters: d, masks: Array(masks[0..<2]))[3]
        let targets = Tensor([2 * batch, 1], (0..<2 * batch).map { $0 < batch ? 1 : 0 })
        let discriminatorLoss = scaled(meanSquaredError(scores, to: targets), by: 2)
        var gradients = discriminatorTape.unmultipliedGradients(of: discriminatorLoss, for: d)
        discriminatorOptimizer.update(
            &discriminator, gradients: gradients, learningRate: learningRate, limits: clipping?.discriminatorLimits)

        // Generator: the same prompts, scored by the discriminator as it is now.
        let verdict = Discriminator.layers(
            prompts: generated, features: fakeFeatures, parameters: discriminator.map { Variable($0) },
            masks: Array(masks[2..<4]))[3]
        let generatorLoss = meanSquaredError(verdict, to: Tensor([batch, 1], repeating: 1))
        gradients = generatorTape.unmultipliedGradients(of: generatorLoss, for: g)
        generatorOptimizer.update(
            &generator.parameters, gradients: gradients, learningRate: learningRate, limits: clipping?.generatorLimits)
        return (generatorLoss.value.scalar, discriminatorLoss.value.scalar)
    }

    var learned: Generator { generator }

    /// The tensors of both networks and of their optimizers, by name.
    package var state: [String: Tensor] {
        var state = generatorOptimizer.moments("generator ").merging(discriminatorOptimizer.moments("discriminator ")) { $1 }
        state["steps"] = Tensor([2], [Float(generatorOptimizer.steps), Float(discriminatorOptimizer.steps)])
        state.set("generator", generator)
        state.set("discriminator", discriminator)
        return state
    }

    mutating func restore(_ state: [String: Tensor]) throws(PromptError) {
        generator = try state.writer("generator", like: generator)
        discriminator = try state.list("discriminator", shapedAs: discriminator)
        generatorOptimizer.steps = try state.number("steps")
        discriminatorOptimizer.steps = try state.number("steps", at: 1)
        try generatorOptimizer.restoreMoments("generator ", state, of: generator.parameters)
        try discriminatorOptimizer.restoreMoments("discriminator ", state, of: discriminator)
    }
}
