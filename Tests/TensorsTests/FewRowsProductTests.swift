import Tensors
import Testing

/// The products of `linear` and of its adjoint, whose kernels depend on how many rows there are, against sums in double
/// precision.
@Suite("Products of few rows with weights")
struct FewRowsProductTests {
    private func random(_ shape: [Int], _ purpose: String) -> Tensor {
        var stream = RandomStream(seed: 11, purpose: purpose)
        return stream.uniform(shape).mapped { 2 * $0 - 1 }
    }

    /// a · b, [m, n], with the elements of a and b told by their places.
    private func product(_ m: Int, _ n: Int, _ k: Int, _ a: (Int, Int) -> Float, _ b: (Int, Int) -> Float) -> Tensor {
        Tensor(
            [m, n],
            (0..<m * n).map { place in
                Float((0..<k).reduce(0.0) { $0 + Double(a(place / n, $1)) * Double(b($1, place % n)) })
            })
    }

    private func expect(_ a: Tensor, _ b: Tensor, _ what: String) {
        #expect(a.shape == b.shape)
        let difference = zip(a.values, b.values).reduce(0) { max($0, abs($1.0 - $1.1)) }
        #expect(difference < 2e-4, "\(what) of \(a.shape) is off by \(difference)")
    }

    @Test(
        "Forward and backward are right for every number of rows, also where sizes are no multiples of a tile",
        arguments: [
            (1, 32, 16), (7, 64, 40), (8, 17, 32), (16, 32, 32), (29, 96, 64), (33, 70, 96), (40, 1, 64), (48, 33, 530),
            (31, 1060, 64), (330, 32, 32), (600, 8, 32),
        ])
    func linearAndItsAdjoint(rows: Int, outputs: Int, inputs: Int) {
        let x = random([rows, inputs], "x"), w = random([outputs, inputs], "w"), b = random([outputs], "b")
        let g = random([rows, outputs], "g")
        let tape = Tape(), vx = tape.parameter(x), vw = tape.parameter(w)
        let y = linear(vx, weight: vw, bias: Variable(b))
        let (xs, ws, bs, gs) = (x.values, w.values, b.values, g.values)
        let expected = product(
            rows, outputs, inputs + 1, { $1 < inputs ? xs[$0 * inputs + $1] : 1 },
            { $0 < inputs ? ws[$1 * inputs + $0] : bs[$1] })
        expect(y.value, expected, "y")
        let loss = scaledProduct(
            reshaped(y, [1, y.value.count]), Variable(g.reshaped([1, g.count])), scale: 1)
        let gradients = tape.gradients(of: loss, for: [vx, vw])
        let dx = product(rows, inputs, outputs, { gs[$0 * outputs + $1] }, { ws[$0 * inputs + $1] })
        let dw = product(outputs, inputs, rows, { gs[$1 * outputs + $0] }, { xs[$0 * inputs + $1] })
        expect(gradients[0], dx, "dx")
        expect(gradients[1], dw, "dw")
    }

    @Test("A row's result does not depend on how many rows there are beside it, nor on how many threads")
    func rowsAreIndependent() {
        let x = random([64, 96], "x"), w = Variable(random([800, 96], "w"))
        let all = linear(Variable(x), weight: w, bias: nil).value
        unsplit { #expect(linear(Variable(x), weight: w, bias: nil).value == all) }
        for range in [0..<1, 3..<10, 5..<34, 13..<62] {
            #expect(linear(Variable(x.rows(range)), weight: w, bias: nil).value == all.rows(range))
        }
    }

    @Test(
        "Which rows are beside it changes nothing of a row, to the last bit",
        .enabled(if: Tensor.independentRows < 2048, "this processor has no AVX-512"))
    func independentRows() {
        // Deep and wide enough for a general product to sum in parts.
        for (rows, outputs, inputs) in [(700, 7, 512), (331, 65, 1024), (45, 130, 2048)] {
            var stream = RandomStream(seed: 3, purpose: "rows")
            let x = stream.uniform([rows, inputs], within: 1), weights = stream.uniform([outputs, inputs], within: 1)
            let together = Tensor.product(rowsOf: x, transposedWeights: weights)
            #expect(together.shape == [rows, outputs])
            for row in [0, 1, rows / 2, rows - 1] {
                let alone = Tensor.product(rowsOf: x.rows(row..<row + 1), transposedWeights: weights)
                #expect(alone.values == together.rows(row..<row + 1).values)
            }
            let bias = Variable(stream.uniform([outputs], within: 1)), residual = stream.uniform([rows, outputs], within: 1)
            func added(_ range: Range<Int>) -> Tensor {
                linear(
                    Variable(x.rows(range)), weight: Variable(weights), bias: bias, residual: Variable(residual.rows(range)),
                    independently: true
                ).value
            }
            let sums = added(0..<rows)
            for range in [0..<1, 5..<rows - 2, rows - 1..<rows] { #expect(added(range) == sums.rows(range)) }
            let reference = Tensor.product(x, weights, transposingB: true)
            #expect(zip(together.values, reference.values).allSatisfy { abs($0 - $1) < 1e-3 })
        }
    }
}
