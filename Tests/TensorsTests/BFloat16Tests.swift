import Tensors
import Testing

@Suite struct PrecisionTests {
    @Test func bfloat16IsRefusedWhereTheProcessorHasNone() throws {
        let without = Processor(multipliesBFloat16: false), with = Processor(multipliesBFloat16: true)
        let error = #expect(throws: UnsupportedPrecision.self) { try Precision.bf16.check(on: without) }
        #expect(error?.description.contains("AVX-512 BF16") == true)
        try Precision.bf16.check(on: with)
        try Precision.float32.check(on: without)
    }
}

/// Skipped, and said to be, where the processor has no instructions for bfloat16.
@Suite(.enabled(if: Processor.current.multipliesBFloat16, "this processor has no AVX-512 BF16"))
struct BFloat16WeightsTests {
    /// Extents around the kernel's tiles of 14 rows, its panels of 32 columns, and its pairs of inputs.
    @Test(arguments: [
        (1, 1, 1), (13, 33, 7), (14, 32, 64), (15, 31, 65), (56, 16, 128), (57, 17, 31), (131, 100, 90), (29, 70, 770),
    ])
    func productsAreThoseOfRoundedNumbers(rows: Int, outputs: Int, inputs: Int) {
        let x = normal([rows, inputs], "x"), weights = normal([inputs, outputs], "weights")
        let bias = normal([outputs], "bias"), before = normal([rows, outputs], "before")
        let packed = BFloat16Weights(weights), transposed = BFloat16Weights(weights.transposed(), .transposed)
        let plain = product(x, packed), added = product(x, packed, bias: bias, to: before)
        #expect(plain == product(x, transposed))
        var worst = (plain: 0.0, added: 0.0)
        for row in 0..<rows {
            for column in 0..<outputs {
                var sum = 0.0, size = 1.0
                for k in 0..<inputs {
                    let term = rounded(x[row, k]) * rounded(weights[k, column])
                    (sum, size) = (sum + term, size + abs(term))
                }
                let total = sum + Double(bias[column]) + Double(before[row, column])
                worst.plain = max(worst.plain, abs(Double(plain[row, column]) - sum) / size)
                worst.added = max(worst.added, abs(Double(added[row, column]) - total) / size)
            }
        }
        #expect(worst.plain < 1e-6 && worst.added < 1e-6, "\(worst)")
    }

    @Test func aRowsResultDoesNotDependOnItsNeighbours() {
        let x = normal([150, 200], "x"), weights = BFloat16Weights(normal([200, 70], "weights"))
        let all = product(x, weights)
        unsplit { #expect(product(x, weights) == all) }
        for part in [0..<1, 3..<20, 57..<150, 149..<150] {
            #expect(product(x.rows(part), weights) == all.rows(part))
        }
    }

    /// Of few rows threads share out the columns, of many the rows.
    @Test(arguments: [1, 30, 448, 449, 1000])
    func anyNumberOfThreadsGivesTheSameBits(rows: Int) {
        let x = normal([rows, 512], "x"), weights = BFloat16Weights(normal([512, 300], "weights"))
        let bias = normal([300], "bias"), before = normal([rows, 300], "before")
        var alone = Tensor([1])
        unsplit { alone = product(x, weights, bias: bias, to: before) }
        let count = Threads.count
        defer { Threads.count = count }
        for threads in [1, 2, 3, 5] {
            Threads.count = threads
            #expect(product(x, weights, bias: bias, to: before) == alone, "\(threads) threads")
        }
    }

    @Test func rowsMayLieApartAndAnEpilogueFollowsTheBias() {
        let x = normal([60, 50], "x"), weights = BFloat16Weights(normal([30, 40], "weights")), bias = normal([40], "bias")
        var result = Tensor(uninitialized: [60, 40])
        result.withUnsafeMutablePointer { to in
            x.withUnsafePointer { x in
                bias.withUnsafePointer {
                    weights.panels.multiply(x + 20, stride: 50, rows: 60, into: to, bias: $0, then: .relu)
                }
            }
        }
        let columns = Tensor([60, 30], (0..<60).flatMap { row in (20..<50).map { x[row, $0] } })
        let sums = product(columns, weights)
        for row in 0..<60 {
            #expect((0..<40).allSatisfy { result[row, $0] == max(0, sums[row, $0] + bias[$0]) })
        }
    }

    @Test func whatIsNoNumberStaysNone() {
        var x = normal([3, 40], "x")
        (x[0, 5], x[1, 7]) = (.nan, .infinity)
        let result = product(x, BFloat16Weights(Tensor([40, 33], repeating: 1)))
        #expect((0..<33).allSatisfy { result[0, $0].isNaN && result[1, $0] == .infinity && result[2, $0].isFinite })
    }

    private func normal(_ shape: [Int], _ purpose: String) -> Tensor {
        var stream = RandomStream(seed: 16, purpose: purpose)
        return Tensor(shape, (0..<shape.reduce(1, *)).map { _ in stream.normal() })
    }

    private func product(
        _ x: Tensor, _ weights: BFloat16Weights, bias: Tensor? = nil, to before: Tensor? = nil
    ) -> Tensor {
        var y = before ?? Tensor(uninitialized: [x.rows, weights.panels.outputs])
        let rows = x.rows
        y.withUnsafeMutablePointer { y in
            x.withUnsafePointer { x in
                guard let bias else { return weights.panels.multiply(x, rows: rows, into: y, adding: before != nil) }
                bias.withUnsafePointer { weights.panels.multiply(x, rows: rows, into: y, bias: $0, adding: before != nil) }
            }
        }
        return y
    }

    /// The nearest number with 8 bits, found by arithmetic; of two as near, the even one.
    private func rounded(_ x: Float) -> Double {
        guard x != 0 else { return 0 }
        let unit = Double(sign: .plus, exponent: Int(x.exponent) - 7, significand: 1)
        return (Double(x) / unit).rounded(.toNearestOrEven) * unit
    }
}
