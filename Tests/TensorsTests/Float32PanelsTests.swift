import Tensors
import Testing

/// Skipped, and said to be, where the processor has too few registers.
@Suite(.enabled(if: Float32Panels.suit(outputs: 32), "this processor has no AVX-512"))
struct Float32PanelsTests {
    /// Extents around the kernel's tiles of 14 rows, its panels of 32 columns, and the inputs that are taken at a time.
    @Test(arguments: [
        (1, 24, 1), (13, 57, 7), (14, 32, 64), (15, 31, 65), (56, 26, 128), (197, 64, 31), (300, 96, 90), (29, 64, 770),
        (3, 32, 1024), (20, 32, 1700),
    ])
    func productsAreExactToRounding(rows: Int, outputs: Int, inputs: Int) {
        let x = normal([rows, inputs], "x"), weights = normal([inputs, outputs], "weights")
        let bias = normal([outputs], "bias"), before = normal([rows, outputs], "before")
        let plain = product(x, WeightMatrix(weights, .asIs, .float32))
        #expect(plain == product(x, WeightMatrix(weights.transposed(), .transposed, .float32)))
        let added = product(x, WeightMatrix(weights, .asIs, .float32), bias: bias, to: before, then: .relu)
        var worst = (plain: 0.0, added: 0.0)
        for row in 0..<rows {
            for column in 0..<outputs {
                var sum = 0.0, size = 1.0
                for k in 0..<inputs {
                    let term = Double(x[row, k]) * Double(weights[k, column])
                    (sum, size) = (sum + term, size + abs(term))
                }
                let total = max(0, sum + Double(bias[column]) + Double(before[row, column]))
                worst.plain = max(worst.plain, abs(Double(plain[row, column]) - sum) / size)
                worst.added = max(worst.added, abs(Double(added[row, column]) - total) / size)
            }
        }
        #expect(worst.plain < 1e-6 && worst.added < 1e-6, "\(worst)")
    }

    @Test func aRowsResultDoesNotDependOnItsNeighbours() {
        let x = normal([450, 200], "x"), weights = WeightMatrix(normal([200, 90], "weights"), .asIs, .float32)
        #expect(weights.isPacked)
        let all = product(x, weights)
        unsplit { #expect(product(x, weights) == all) }
        for part in [0..<1, 3..<20, 57..<450, 449..<450] {
            #expect(product(x.rows(part), weights) == all.rows(part))
        }
    }

    @Test func anEpilogueFollowsTheBias() {
        let x = normal([60, 40], "x"), weights = WeightMatrix(normal([40, 30], "weights"), .asIs, .float32)
        let bias = normal([30], "bias"), sums = product(x, weights, bias: bias)
        let quick = product(x, weights, bias: bias, then: .quickGELU)
        for row in 0..<60 {
            #expect(
                (0..<30).allSatisfy {
                    let sum = sums[row, $0]
                    return abs(quick[row, $0] - sum / (1 + exponential(SIMD16(repeating: -1.702 * sum))[0])) < 1e-5
                })
        }
    }

    @Test func whatIsNoNumberStaysNone() {
        var x = normal([3, 40], "x")
        (x[0, 5], x[1, 7]) = (.nan, .infinity)
        let weights = WeightMatrix(Tensor([40, 33], repeating: 1), .asIs, .float32), none = Tensor([33])
        let result = product(x, weights, bias: none, then: .relu)
        #expect((0..<33).allSatisfy { result[0, $0].isNaN && result[1, $0] == .infinity && result[2, $0].isFinite })
    }

    @Test func narrowMatricesAreLeftToBLAS() {
        let weights = WeightMatrix(normal([8, 23], "weights"), .asIs, .float32)
        #expect(!weights.isPacked)
        #expect(product(normal([5, 8], "x"), weights).isFinite)
    }

    private func normal(_ shape: [Int], _ purpose: String) -> Tensor {
        var stream = RandomStream(seed: 32, purpose: purpose)
        return Tensor(shape, (0..<shape.reduce(1, *)).map { _ in stream.normal() })
    }

    private func product(
        _ x: Tensor, _ weights: WeightMatrix, bias: Tensor? = nil, to before: Tensor? = nil,
        then epilogue: Epilogue = .none
    ) -> Tensor {
        var y = before ?? Tensor(uninitialized: [x.rows, weights.outputs])
        let rows = x.rows
        y.withUnsafeMutablePointer { y in
            x.withUnsafePointer { x in
                guard let bias else { return weights.multiply(x, rows: rows, into: y, adding: before != nil) }
                bias.withUnsafePointer {
                    weights.multiply(x, rows: rows, into: y, adding: before != nil, bias: $0, then: epilogue)
                }
            }
        }
        return y
    }
}
