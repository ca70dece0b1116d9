import Testing
import Tensors

/// Three steps of each optimiser on a small problem, against torch.optim 2.13 (Tests/Reference/optimizers.py).
@Suite struct OptimizerTests {
    private let start = Tensor([3], [1, -2, 0.5])
    private func gradient(_ p: Tensor) -> Tensor { Tensor([3], [p[0] * 2, p[1] * p[1] - 1, -0.3]) }

    @Test func sgdWithMomentumAndWeightDecay() {
        var parameters = [start], optimizer = SGD(momentum: 0.9, weightDecay: 5e-2)
        for _ in 0..<3 {
            optimizer.update(&parameters, gradients: [gradient(parameters[0])], learningRate: 0.1)
        }
        expect(parameters[0], OptimizerGolden.sgd)
    }

    @Test func adamWithDecoupledWeightDecay() {
        var parameters = [start], optimizer = AdamW(weightDecay: 5e-2)
        for _ in 0..<3 {
            optimizer.update(&parameters, gradients: [gradient(parameters[0])], learningRate: 0.1)
        }
        expect(parameters[0], OptimizerGolden.adamW)
    }

    @Test func clippingScalesToTheLimitOnly() {
        var large = Tensor([2], [3, 4]), small = Tensor([2], [0.3, 0.4])
        large.clip(norm: 1)
        small.clip(norm: 1)
        expect(large, [3 / (5 + 1e-6), 4 / (5 + 1e-6)])
        expect(small, [0.3, 0.4])
    }

    /// Dassl's ConstantWarmupScheduler and LinearWarmupScheduler over CosineAnnealingLR, rates per epoch.
    @Test func warmUpsAndCosineAreDassls() {
        let constant = LearningRateSchedule(base: 2e-3, epochs: 5, warmUp: .constant(1e-5), warmUpEpochs: 1)
        expect(Tensor([5], (0..<5).map(constant.rate)), OptimizerGolden.constantWarmUp)
        let linear = LearningRateSchedule(base: 2e-3, epochs: 8, warmUp: .linear(from: 1e-5), warmUpEpochs: 4)
        expect(Tensor([8], (0..<8).map(linear.rate)), OptimizerGolden.linearWarmUp)
    }

    private func expect(_ values: Tensor, _ expected: [Float]) {
        #expect(values.count == expected.count)
        for (a, b) in zip(values.values, expected) { #expect(abs(a - b) <= 1e-6 * max(1, abs(b))) }
    }
}
