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
        let factors = clippingFactors([Tensor([2], [3, 4]), Tensor([2], [0.3, 0.4])], limits: [1, 1])
        expect(Tensor([2], factors), [1 / (5 + 1e-6), 1])
    }

    @Test("An update over many parameters is that of each alone, its gradient clipped, in all bits")
    func manyParametersAtOnce() {
        var stream = RandomStream(seed: 3, purpose: "parameters")
        let shapes = [[300, 211], [7], [1], [16_384], [16_385], [40, 16]]
        func random() -> [Tensor] { shapes.map { stream.uniform($0).mapped { 2 * $0 - 1 } } }
        var together = random()
        var apart = together.map { [$0] }
        var optimizer = AdamW(weightDecay: 1e-2)
        var optimizers = shapes.map { _ in AdamW(weightDecay: 1e-2) }
        let limits: [Float] = [0.5, 0.1, 3, 1e-3, 1e9, 2]
        for _ in 0..<3 {
            let gradients = random()
            optimizer.update(&together, gradients: gradients, learningRate: 0.1, limits: limits)
            for i in shapes.indices {
                let norm = gradients[i].values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
                let factor = clippingFactors([gradients[i]], limits: [limits[i]])[0]
                let expected = norm > Double(limits[i]) ? Double(limits[i]) / (norm + 1e-6) : 1
                #expect(abs(Double(factor) - expected) < 1e-6 * expected)
                // On one thread: bits do not depend on how many there are.
                unsplit { optimizers[i].update(&apart[i], gradients: [gradients[i] * factor], learningRate: 0.1) }
            }
        }
        #expect(together == apart.map { $0[0] })
    }

    @Test(
        "Gradients that the optimizer multiplies itself move parameters as those that it is given, in all bits",
        arguments: [1, 5, 32, 64, 320, 321])
    func unmultipliedGradients(rows: Int) {
        var stream = RandomStream(seed: 4, purpose: "layers", rows)
        func random(_ shape: [Int]) -> Tensor { stream.uniform(shape).mapped { 2 * $0 - 1 } }
        // Of whole tiles and not, of one tile and many pieces; one weight is used twice, and one not at all.
        let widths = [64, 33, 96, 7, 2560, 96, 1024, 32]
        var multiplied = zip(widths, widths.dropFirst()).flatMap { [random([$1, $0]), random([$1])] } + [random([3, 32])]
        let x = random([rows, widths[0]]), target = random([rows, widths[widths.count - 1]])
        func loss(_ p: [Variable]) -> Variable {
            var y = Variable(x)
            for layer in stride(from: 0, to: p.count - 1, by: 2) { y = linear(y, weight: p[layer], bias: p[layer + 1]) }
            return sum(
                meanSquaredError(y, to: target), meanSquaredError(linear(Variable(x), weight: p[0], bias: nil), to: first))
        }
        let first = random([rows, widths[1]])
        for limits in [nil, multiplied.indices.map { Float($0 % 3 + 1) * 1e-2 }] {
            for isAlone in [false, true] {
                var unmultiplied = multiplied
                var (a, b) = (AdamW(weightDecay: 1e-2), AdamW(weightDecay: 1e-2))
                for _ in 0..<2 {
                    var tape = Tape()
                    var variables = multiplied.map(tape.parameter)
                    let gradients = tape.gradients(of: loss(variables), for: variables)
                    a.update(&multiplied, gradients: gradients, learningRate: 0.1, limits: limits)
                    tape = Tape()
                    variables = unmultiplied.map(tape.parameter)
                    let factors = tape.unmultipliedGradients(of: loss(variables), for: variables)
                    #expect(factors.map(\.count) == unmultiplied.map(\.count))
                    let update = { b.update(&unmultiplied, gradients: factors, learningRate: 0.1, limits: limits) }
                    if isAlone { unsplit(update) } else { update() }
                }
                #expect(unmultiplied == multiplied)
                #expect(b.means == a.means && b.squares == a.squares)
            }
        }
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
