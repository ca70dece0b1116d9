import Tensors

/// A generator and a discriminator with their optimisers: all that a step of GAN training changes.
package struct AdversarialPair: Sendable {
    package private(set) var generator: Generator
    package private(set) var discriminator: [Tensor]
    private var generatorOptimizer: AdamW, discriminatorOptimizer: AdamW
    private let clipping: ConditionalGAN.Clipping?

    package init(_ parameters: ConditionalGAN.Parameters, featureDimension: Int, contextLength: Int, width: Int) {
        let seed = UInt64(parameters.seed)
        generator = Generator(
            featureDimension: featureDimension, latentDimension: parameters.latentDimension,
            contextLength: contextLength, width: width, seed: seed)
        discriminator = Discriminator(
            promptDimension: contextLength * width, featureDimension: featureDimension, seed: seed
        ).parameters
        generatorOptimizer = AdamW(weightDecay: Float(parameters.weightDecay))
        discriminatorOptimizer = AdamW(weightDecay: Float(parameters.weightDecay))
        clipping = parameters.clipping
    }

    /// One step: the discriminator on a real and a fake batch, then the generator against the updated discriminator.
    ///
    /// - Parameters:
    ///   - realFeatures: `[batch, F]`, and `realPrompts`, `[batch, P]`, the label prompts of those images' domains.
    ///   - fakeFeatures: `[batch, F]`, what prompts are generated for, from `noise`, `[batch, Z]`.
    ///   - masks: dropout's numbers: for the discriminator's two layers in its own step, then in the generator's.
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
        var gradients = discriminatorTape.gradients(of: discriminatorLoss, for: d)
        discriminatorOptimizer.update(
            &discriminator, gradients: gradients, learningRate: learningRate, limits: clipping?.discriminatorLimits)

        // Generator: the same prompts, scored by the discriminator as it is now.
        let verdict = Discriminator.layers(
            prompts: generated, features: fakeFeatures, parameters: discriminator.map { Variable($0) },
            masks: Array(masks[2..<4]))[3]
        let generatorLoss = meanSquaredError(verdict, to: Tensor([batch, 1], repeating: 1))
        gradients = generatorTape.gradients(of: generatorLoss, for: g)
        generatorOptimizer.update(
            &generator.parameters, gradients: gradients, learningRate: learningRate, limits: clipping?.generatorLimits)
        return (generatorLoss.value.scalar, discriminatorLoss.value.scalar)
    }

    /// All that steps change, by name.
    package var state: [String: Tensor] {
        var state: [String: Tensor] = [
            "steps": Tensor([2], [Float(generatorOptimizer.steps), Float(discriminatorOptimizer.steps)])
        ]
        for (name, tensor) in generator.tensors { state["generator." + name] = tensor }
        state.set("discriminator", discriminator)
        state.set("generator means", generatorOptimizer.means)
        state.set("generator squares", generatorOptimizer.squares)
        state.set("discriminator means", discriminatorOptimizer.means)
        state.set("discriminator squares", discriminatorOptimizer.squares)
        return state
    }

    mutating func restore(_ state: [String: Tensor]) throws(PromptError) {
        generator = try generator(in: state, under: "generator.")
        discriminator = state.list("discriminator")
        generatorOptimizer.steps = try state.number("steps")
        discriminatorOptimizer.steps = try state.number("steps", at: 1)
        generatorOptimizer.means = state.list("generator means")
        generatorOptimizer.squares = state.list("generator squares")
        discriminatorOptimizer.means = state.list("discriminator means")
        discriminatorOptimizer.squares = state.list("discriminator squares")
    }

    /// A generator of this pair's shape from the tensors whose names begin with a prefix.
    func generator(in state: [String: Tensor], under prefix: String) throws(PromptError) -> Generator {
        let tensors = state.filter { $0.key.hasPrefix(prefix) }
            .map { (String($0.key.dropFirst(prefix.count)), $0.value) }
        guard
            let generator = Generator(
                tensors: Dictionary(uniqueKeysWithValues: tensors), featureDimension: generator.featureDimension,
                width: generator.width)
        else { throw .foreignCheckpoint(missing: prefix + "model") }
        return generator
    }
}
