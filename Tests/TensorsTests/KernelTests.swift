import Foundation
import Testing
import Tensors

@Suite struct KernelTests {
    @Test func exponentialIsWithinTwoUnitsInTheLastPlace() {
        for i in 0..<40_000 {
            let x = Float(i - 20_000) * 0.0043
            let expected = Foundation.exp(Double(x))
            let got = exponential(SIMD16(repeating: x))[3]
            #expect(abs(Double(got) - expected) <= 2 * Double(Float(expected).ulp), "e^\(x)")
        }
        #expect(exponential(SIMD16(repeating: -200))[0] == 0)
        #expect(exponential(SIMD16(repeating: 200))[0] == .infinity)
        #expect(exponential(SIMD16(repeating: .nan))[0].isNaN)
    }

    @Test func normalDistributionIsWithinTenToTheMinusSeven() {
        for i in 0..<40_000 {
            let x = Float(i - 20_000) * 0.0007
            let expected = erfc(-Double(x) / 2.0.squareRoot()) / 2
            let got = Double(normalDistribution(SIMD16(repeating: x))[5])
            #expect(abs(got - expected) < 1e-7, "Φ(\(x))")
            // A tail keeps its relative accuracy: GELU of a very negative number is no noise.
            if x < 0 && x > -5 { #expect(abs(got / expected - 1) < 2e-4, "Φ(\(x))") }
            let density = Foundation.exp(-Double(x * x) / 2) / (2 * Double.pi).squareRoot()
            #expect(abs(Double(normalDensity(SIMD16(repeating: x))[2]) - density) < 1e-7)
        }
        #expect(normalDistribution(SIMD16(repeating: -.infinity))[0] < 1e-15)
        #expect(normalDistribution(SIMD16(repeating: .infinity))[0] == 1)
        #expect(normalDistribution(SIMD16(repeating: .nan))[0].isNaN)
    }

    @Test func meansAndDeviationsOfColumns() {
        // 19 columns: one whole vector and a remainder.
        let x = RandomNumbers.normal([37, 19])
        var mean = Tensor([19]), deviation = Tensor([19])
        x.withUnsafePointer { x in
            mean.withUnsafeMutablePointer { mean in
                deviation.withUnsafeMutablePointer {
                    meanAndDeviationOfRows(x, rows: 37, columns: 19, mean: mean, deviation: $0)
                }
            }
        }
        for column in 0..<19 {
            let values = (0..<37).map { Double(x[$0, column]) }, average = values.reduce(0, +) / 37
            let variance = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 37
            #expect(abs(Double(mean[column]) - average) < 1e-6)
            #expect(abs(Double(deviation[column]) - variance.squareRoot()) < 1e-6)
        }
    }

    private enum RandomNumbers {
        static func normal(_ shape: [Int]) -> Tensor {
            var stream = RandomStream(seed: 5, purpose: "numbers")
            return Tensor(shape, (0..<shape.reduce(1, *)).map { _ in stream.normal() })
        }
    }

    @Test func hyperbolicTangentAgrees() {
        for i in 0..<8_000 {
            let x = Float(i - 4_000) * 0.005
            let got = hyperbolicTangent(SIMD16(repeating: x))[0]
            #expect(abs(got - Float(Foundation.tanh(Double(x)))) <= 3e-7, "tanh \(x)")
        }
    }

    @Test func productsAgreeInEveryOrientation() {
        // Large enough to be split, and of odd sizes.
        let (m, k, n) = (131, 97, 113)
        var stream = RandomStream(seed: 3, purpose: "matrices")
        let a = Tensor([m, k], (0..<m * k).map { _ in stream.normal() })
        let b = Tensor([k, n], (0..<k * n).map { _ in stream.normal() })
        let plain = Tensor.product(a, b)
        for (row, column) in [(0, 0), (130, 112), (65, 50)] {
            let expected = (0..<k).reduce(Float(0)) { $0 + a[row, $1] * b[$1, column] }
            #expect(abs(plain[row, column] - expected) < 1e-3)
        }
        #expect(close(plain, .product(a.transposed(), b, transposingA: true)))
        #expect(close(plain, .product(a, b.transposed(), transposingB: true)))
    }

    private func close(_ a: Tensor, _ b: Tensor) -> Bool {
        a.shape == b.shape && zip(a.values, b.values).allSatisfy { abs($0 - $1) < 1e-3 }
    }

    @Test func copiesDoNotShareWrites() {
        let a = Tensor([2, 2], repeating: 1)
        var b = a
        b[0, 0] = 5
        #expect(a[0, 0] == 1 && b[0, 0] == 5)
    }

    @Test func softmaxOfLargeLogitsIsFinite() {
        let p = Tensor([1, 3], [1000, 999, -1000]).softmaxOfRows()
        #expect(p.isFinite && abs(p.values.reduce(0, +) - 1) < 1e-6)
    }

    @Test func softmaxOfRowsInMemory() {
        // 21 columns: a whole vector and a part; what lies behind them counts for nothing.
        var x = Tensor([3, 32], repeating: .nan)
        for i in 0..<63 { x[i / 21, i % 21] = Float(i * 37 % 29) / 5 }
        let before = x
        x.withUnsafeMutablePointer { softmaxRows($0, rows: 3, columns: 21, stride: 32, scale: 0.5) }
        for row in 0..<3 {
            let exponentials = (0..<21).map { exp(Double(before[row, $0]) / 2) }
            let sum = exponentials.reduce(0, +)
            for column in 0..<21 { #expect(abs(Double(x[row, column]) - exponentials[column] / sum) < 1e-6) }
            for column in 21..<32 { #expect(x[row, column] == 0) }
        }
    }
}
