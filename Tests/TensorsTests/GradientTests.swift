import Testing
import Tensors

/// Every operation's adjoint against central differences of a random projection of its output.
@Suite struct GradientTests {
    /// Deterministic numbers in −1…1, away from zero so that kinks are not hit.
    private func random(_ shape: [Int], _ purpose: String) -> Tensor {
        var stream = RandomStream(seed: 7, purpose: purpose)
        return Tensor(
            shape,
            (0..<shape.reduce(1, *)).map { _ in
                let x = 2 * stream.uniform() - 1
                return abs(x) < 0.05 ? 0.1 : x
            })
    }

    /// Compares the tape's gradients of Σ wᵢ f(inputs)ᵢ with differences, for every element of every input.
    private func check(_ inputs: [Tensor], step: Float = 1e-2, tolerance: Float = 3e-3, _ f: ([Variable]) -> Variable) {
        let weights = random(f(inputs.map { Variable($0) }).value.shape, "projection")
        func projected(_ inputs: [Tensor]) -> Double {
            let y = f(inputs.map { Variable($0) }).value
            return zip(y.values, weights.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let tape = Tape()
        let variables = inputs.map(tape.parameter)
        let y = f(variables)
        // Σ w y as the square's derivative would need more operations: seed the adjoint through a product with w.
        let loss = scaledProduct(reshaped(y, [1, y.value.count]), Variable(weights.reshaped([1, weights.count])), scale: 1)
        let gradients = tape.gradients(of: loss, for: variables)
        for (which, gradient) in gradients.enumerated() {
            let scale = max(1e-2, gradient.values.map(abs).max()!)
            for i in 0..<gradient.count {
                var moved = inputs
                func value(_ delta: Float) -> Double {
                    moved[which] = inputs[which]
                    moved[which].withUnsafeMutablePointer { $0[i] += delta }
                    return projected(moved)
                }
                let difference = Float((value(step) - value(-step)) / Double(2 * step))
                #expect(
                    abs(difference - gradient.values[i]) < tolerance * scale,
                    "input \(which), element \(i): tape \(gradient.values[i]), differences \(difference)")
            }
        }
    }

    @Test func linearWithBiasAndResidual() {
        check([random([3, 5], "x"), random([4, 5], "w"), random([4], "b"), random([3, 4], "r")]) {
            linear($0[0], weight: $0[1], bias: $0[2], residual: $0[3])
        }
    }

    @Test func layerNormalisation() {
        // 19 columns: one whole vector and a remainder.
        check([random([3, 19], "x"), random([19], "w"), random([19], "b")]) {
            layerNorm($0[0], weight: $0[1], bias: $0[2])
        }
    }

    @Test func activations() {
        check([random([3, 7], "x")]) { quickGELU($0[0]) }
        check([random([3, 7], "x") * 3]) { gelu($0[0]) }
        check([random([3, 7], "x")]) { leakyReLU($0[0], slope: 0.2) }
        check([random([3, 7], "x")]) { tanh($0[0]) }
        let mask = RandomStream(seed: 1, purpose: "mask")
        check([random([3, 7], "x")]) { dropout($0[0], probability: 0.4, using: mask) }
        check([random([3, 8], "x")]) { dropout($0[0], probability: 0.4, group: 4, using: mask) }
        check([random([3, 7], "x")]) { normalizedRows($0[0]) }
        check([random([3, 7], "x")]) { scaled($0[0], by: -1.7) }
    }

    @Test func dropoutDropsWholeGroups() {
        let mask = RandomStream(seed: 2, purpose: "mask")
        let y = dropout(Variable(Tensor([5, 12], repeating: 1)), probability: 0.5, group: 4, using: mask).value
        for row in 0..<5 {
            for first in stride(from: 0, to: 12, by: 4) {
                #expect(Set((first..<first + 4).map { y[row, $0] }).count == 1)
            }
        }
        #expect(Set(y.values) == [0, 2])
    }

    @Test func rowsTakenTwiceGiveBothGradients() {
        check([random([3, 4], "x")]) { rows([2, 0, 2, 2], of: $0[0]) }
        let base = random([5, 4], "base")
        check([random([3, 4], "x")]) { adding(rowsOf: $0[0], to: base, at: [4, 0, 4]) }
        check([random([3, 4], "a"), random([3, 2], "b")]) { concatenated($0[0], $0[1]) }
    }

    @Test func replacedRowsTakeTheGradientOfWhatStoodThere() {
        let inputs = [random([4, 3], "x"), random([2, 3], "replacement")]
        check(inputs) { replacing(rows: [3, 1], of: $0[0], by: $0[1]) }
        let y = replacing(rows: [3, 1], of: Variable(inputs[0]), by: Variable(inputs[1])).value
        #expect(y.rows(1..<2) == inputs[1].rows(1..<2) && y.rows(3..<4) == inputs[1].rows(0..<1))
        #expect(y.rows(0..<1) == inputs[0].rows(0..<1) && y.rows(2..<3) == inputs[0].rows(2..<3))
        let tape = Tape(), x = tape.parameter(inputs[0])
        let out = replacing(rows: [3, 1], of: x, by: Variable(inputs[1]))
        let loss = scaledProduct(reshaped(out, [1, 12]), Variable(random([1, 12], "projection")), scale: 1)
        let gradient = tape.gradients(of: loss, for: [x])[0]
        #expect(gradient.rows(1..<2).squaredNorm == 0 && gradient.rows(3..<4).squaredNorm == 0)
    }

    @Test func severalMatricesSideBySide() {
        check([random([3, 4], "a"), random([3, 2], "b"), random([3, 1], "c")]) { concatenated([$0[2], $0[0], $0[1], $0[0]]) }
    }

    @Test func mixturesOfMatrices() {
        let parts = (0..<3).map { random([4, 5], "part \($0)") }
        check(parts + [random([2, 3], "weights"), random([2], "bias")]) {
            mixtures(of: Array($0[..<3]), weights: $0[3], bias: $0[4])
        }
        check(parts + [random([1, 3], "weights"), random([1], "bias")]) {
            mixtures(of: Array($0[..<3]), weights: $0[3], bias: $0[4])
        }
    }

    @Test func probabilitiesAndTheirEntropy() {
        check([random([3, 5], "x")]) { softmaxOfRows($0[0]) }
        check([random([4, 5], "x")]) { normalizedColumns($0[0]) }
        // A column shorter than the floor is divided by a constant.
        check([random([4, 5], "x")]) { normalizedColumns($0[0], floor: 1.2) }
        check([random([4, 5], "x")]) { meanEntropy(softmaxOfRows($0[0])) }
        check([random([4, 5], "x")]) { meanEntropy(normalizedColumns(softmaxOfRows($0[0]))) }
    }

    @Test func divergenceOfDistributionsInColumns() {
        let inputs = [random([6, 4], "x") * 2, random([6, 4], "target") * 2]
        check(inputs) { divergenceWithinGroups($0[0], from: $0[1], of: 3) }
        check(inputs) { divergenceWithinGroups($0[0], from: $0[1], of: 6) }
        #expect(abs(divergenceWithinGroups(Variable(inputs[0]), from: Variable(inputs[0]), of: 3).value.scalar) < 1e-6)
    }

    @Test func logitsAndLosses() {
        check([random([3, 4], "a"), random([5, 4], "b")]) { scaledProduct($0[0], $0[1], scale: 2.5) }
        check([random([3, 5], "x")]) { crossEntropy($0[0], labels: [4, 0, 2]) }
        let truth = Tensor([3, 5], (0..<15).map { $0 % 4 == 0 ? 1 : 0 })
        check([random([3, 5], "x") * 3]) { binaryCrossEntropy($0[0], targets: truth, positiveWeight: 4) }
        let target = random([3, 2], "target")
        check([random([3, 2], "x")]) { meanSquaredError($0[0], to: target) }
    }

    @Test func batchNormalisation() {
        check([random([6, 5], "x"), random([5], "w"), random([5], "b")], tolerance: 5e-3) {
            var moments = RunningMoments(width: 5)
            return batchNorm($0[0], weight: $0[1], bias: $0[2], epsilon: 0.8, updating: &moments)
        }
    }

    @Test("A column is normalised by itself, whatever is beside it, in all bits", arguments: [5, 16, 37, 600])
    func columnsOfABatch(width: Int) {
        let x = random([9, width], "x"), w = random([width], "w"), b = random([width], "b"), target = random([9, width], "t")
        /// What becomes of some columns: the moments, the result, and the gradients.
        func normalised(_ columns: Range<Int>) -> [Tensor] {
            var moments = RunningMoments(width: columns.count)
            let tape = Tape(), target = target.columns(columns)
            let p = [x, w.reshaped([1, width]), b.reshaped([1, width])].map { tape.parameter($0.columns(columns)) }
            let y = batchNorm(p[0], weight: p[1], bias: p[2], epsilon: 0.8, updating: &moments)
            // A loss whose gradient is the target, however many columns there are.
            let loss = scaledProduct(
                reshaped(y, [1, y.value.count]), Variable(target.reshaped([1, target.count])), scale: 1)
            let gradients = tape.gradients(of: loss, for: p)
            return [y.value, gradients[0]] + gradients[1...].map { $0.reshaped([1, columns.count]) }
                + [moments.mean, moments.variance].map { $0.reshaped([1, columns.count]) }
        }
        let together = normalised(0..<width)
        for column in [0, 3, width / 2, width - 1] {
            #expect(normalised(column..<column + 1) == together.map { $0.columns(column..<column + 1) }, "column \(column)")
        }
        // Against plain sums.
        for column in 0..<width {
            let numbers = (0..<9).map { Double(x[$0, column]) }, mean = numbers.reduce(0, +) / 9
            let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 9
            for (row, number) in numbers.enumerated() {
                let expected = (number - mean) / (variance + 0.8).squareRoot() * Double(w[column]) + Double(b[column])
                #expect(abs(Double(together[0][row, column]) - expected) < 1e-5)
            }
        }
    }

    @Test func sums() {
        check([random([3, 2], "a"), random([3, 2], "b")]) { sum($0[0], $0[1]) }
    }

    @Test func aVariableUsedTwiceSumsItsGradients() {
        check([random([2, 3], "x")]) { scaledProduct($0[0], $0[0], scale: 1) }
    }

    @Test("What is computed a second time has the same values and gradients, in all bits")
    func recomputation() {
        let x = random([5, 8], "x"), w = random([8, 8], "w"), constant = Variable(random([5, 8], "constant"))
        func body(_ v: [Variable]) -> Variable {
            let h = layerNorm(v[0], weight: Variable(Tensor([8], repeating: 1)), bias: Variable(Tensor([8])))
            return sum(quickGELU(linear(h, weight: v[1], bias: nil, residual: v[0])), v[2])
        }
        func run(_ compute: ([Variable]) -> Variable) -> [Tensor] {
            let tape = Tape(), v = [tape.parameter(x), tape.parameter(w)]
            let y = compute([quickGELU(v[0]), v[1], constant])
            let loss = meanSquaredError(sum(y, v[0]), to: random([5, 8], "target"))
            return [y.value, loss.value] + tape.gradients(of: loss, for: v)
        }
        #expect(run { recomputed($0, body) } == run(body))
        check([x, w]) { recomputed([$0[0], $0[1], constant], body) }
        #expect(!recomputed([constant, constant, constant], { sum($0[0], $0[1]) }).needsGradient)
    }

    @Test func constantsAreNotRecorded() {
        let y = quickGELU(linear(Variable(random([2, 3], "x")), weight: Variable(random([4, 3], "w")), bias: nil))
        #expect(!y.needsGradient)
    }
}
