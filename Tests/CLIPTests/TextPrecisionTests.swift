import CLIP
import FormulaModels
import Foundation
import Tensors
import TestSupport
import Testing

/// Skipped, and said to be, where the processor has no instructions for bfloat16.
@Suite(
    "The text encoder in bfloat16",
    .enabled(if: Processor.current.multipliesBFloat16, "this processor has no AVX-512 BF16"))
struct TextPrecisionTests {
    private struct Golden: Decodable {
        /// Features, the gradient of the context vectors, and that of those of the next layer.
        var cases: [[[Float]]]
    }

    private func small(_ precision: Precision) throws -> TextTransformer {
        try Formula.text(width: 64, layers: 2, vocabulary: 64, length: 77, dimension: 16, precision: precision)
    }

    /// A case of Tests/Reference/text_bfloat16.py.
    private func tensors(_ text: TextTransformer, case number: Int) -> [[Float]] {
        let layout = TextCase.layout([[10], [10, 12]]), name = "vectors \(number)", tape = Tape()
        let v = [name, name + " 1"].map { tape.parameter(Formula.context($0, [4, 64], deviation: 0.02)) }
        let features = text(layout, contexts: v[0], deeper: [v[1]]), flat = [1, features.value.count]
        let direction = Formula.numbers("direction \(number)", flat)
        let loss = scaledProduct(reshaped(features, flat), Variable(direction), scale: 1)
        return [features.value.values] + tape.gradients(of: loss, for: v).map(\.values)
    }

    /// Sums are added in another order in PyTorch. In some cases a number is rounded to the other of two neighbours for that,
    /// and what follows from it moves a little; in most all are rounded alike.
    @Test("Features and gradients are PyTorch's of numbers that are rounded at the same places")
    func equalsPyTorchOfRoundedNumbers() throws {
        let golden = try Fixtures.decoded(Golden.self, "../text-bfloat16.json").cases
        let bf16 = try small(.bf16), float32 = try small(.float32)
        func distances(_ text: TextTransformer, _ number: Int) -> [Double] {
            zip(tensors(text, case: number), golden[number]).map { got, expected in
                func length(_ x: some Sequence<Float>) -> Double { x.reduce(0) { $0 + Double($1 * $1) }.squareRoot() }
                return length(zip(got, expected).map { $0 - $1 }) / length(expected)
            }
        }
        let own = golden.indices.map { distances(bf16, $0) }, others = golden.indices.map { distances(float32, $0) }
        #expect(own.count { $0.allSatisfy { $0 < 1e-5 } } > golden.count / 2, "\(own)")
        #expect(own.allSatisfy { $0.allSatisfy { $0 < 3e-3 } }, "\(own)")
        #expect(others.allSatisfy { $0.allSatisfy { $0 > 4e-3 } }, "\(others)")
    }

    @Test("At the size of ViT-B/16's, unit features are within 1e-2 of float32's, and gradients point the same way")
    func isNearFloat32() throws {
        func run(_ precision: Precision) throws -> (features: Tensor, loss: Float, gradients: [Tensor]) {
            let text = try Formula.text(
                width: 512, layers: 12, vocabulary: 64, length: 77, dimension: 512, precision: precision)
            return TextCase.run(text, TextCase.layout("deep"), groups: 2, deeper: 8)
        }
        let exact = try run(.float32), rough = try run(.bf16)
        #expect(rough.features != exact.features)
        let difference = (rough.features.normalizedRows() - exact.features.normalizedRows()).values.map(abs).max() ?? 1
        #expect(difference < 1e-2)
        for (a, b) in zip(rough.gradients, exact.gradients) {
            let cosine = product(a, b) / (product(a, a) * product(b, b)).squareRoot()
            #expect(cosine > 0.999)
        }
    }

    @Test("A group's features do not depend on the groups beside it, whether or not anything is learned")
    func groupsAreIndependent() throws {
        let text = try small(.bf16), layout = TextCase.layout("end"), groups = 40, classes = TextCase.names.count
        let contexts = Formula.context("context", [groups * 4, 64], deviation: 0.02)
        func features(_ groups: Range<Int>) -> Tensor {
            text(layout, contexts: Variable(contexts.rows(groups.lowerBound * 4..<groups.upperBound * 4))).value
        }
        let all = features(0..<groups), tape = Tape()
        #expect(text(layout, contexts: tape.parameter(contexts)).value == all)
        for part in [0..<1, 3..<9, 39..<40] {
            #expect(features(part) == all.rows(part.lowerBound * classes..<part.upperBound * classes))
        }
    }

    @Test("Features and gradients are the same bits where work is not split, and within any memory")
    func sameBits() throws {
        let text = try Formula.text(
            width: 512, layers: 3, vocabulary: 64, length: 77, dimension: 64, precision: .bf16)
        // Few rows, of which threads share out the columns, and many.
        for groups in [1, 40] {
            let layout = TextCase.layout("deep")
            let contexts = (0...2).map { Formula.context("context \($0)", [groups * 4, 512], deviation: 0.02) }
            func run(within bytes: Int = .max) -> [Tensor] {
                let tape = Tape(), v = contexts.map(tape.parameter)
                let y = text(layout, contexts: v[0], deeper: Array(v.dropFirst()), activationBytes: bytes)
                let direction = Formula.numbers("direction", [1, y.value.count])
                let loss = scaledProduct(reshaped(y, [1, direction.count]), Variable(direction), scale: 1)
                return [y.value] + tape.gradients(of: loss, for: v)
            }
            let all = run()
            unsplit { #expect(run() == all) }
            #expect(run(within: 0) == all)
        }
    }

    private func product(_ a: Tensor, _ b: Tensor) -> Double {
        zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
}
