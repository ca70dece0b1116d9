import CLIP
import FormulaModels
import Foundation
import Tensors
import TestSupport
import Testing

/// The text encoder over prompt trees against PyTorch over padded prompts (Tests/Reference/text.py), and against itself
/// with every prompt alone.
@Suite struct TextTransformerTests {
    private struct Golden: Decodable {
        var small, full: [String: TextCase]
    }

    private func golden() throws -> Golden { try Fixtures.decoded(Golden.self, "../text.json") }

    private let names = TextCase.names

    private func layout(
        _ names: [[Int]], _ position: PromptLayout.ClassTokenPosition = .end, specific: Bool = false
    ) -> PromptLayout {
        TextCase.layout(names, position, specific: specific)
    }

    private func contexts(_ shape: [Int], deeper: Int) -> [Tensor] { TextCase.contexts(shape, deeper: deeper) }

    private func expect(
        _ got: (features: Tensor, loss: Float, gradients: [Tensor]), equals expected: TextCase
    ) {
        expect(got.features, expected.features, within: 1e-5, "features")
        #expect(abs(got.loss - expected.loss) < 1e-5)
        let gradients = [expected.gradient] + (expected.deeper ?? [])
        #expect(got.gradients.count == gradients.count)
        for (index, (gradient, summary)) in zip(got.gradients, gradients).enumerated() {
            expect(gradient, summary, within: 1e-4, "gradient of context \(index)")
        }
    }

    private func expect(_ tensor: Tensor, _ summary: [Double], within tolerance: Double, _ what: String) {
        let got = TextCase.summary(tensor)
        for (a, b) in zip(got, summary) {
            #expect(abs(a - b) <= tolerance * summary[0], "\(what): \(got) for \(summary)")
        }
    }

    @Test(arguments: ["end", "middle", "front", "class-specific", "two groups", "deep"])
    func equalsPaddedPromptsInPyTorch(name: String) throws {
        let text = try Formula.text(width: 128, layers: 3, vocabulary: 64, length: 77, dimension: 32)
        let expected = try #require(golden().small[name])
        expect(
            TextCase.run(
                text, TextCase.layout(name), groups: TextCase.groups(name), deeper: expected.deeper?.count ?? 0),
            equals: expected)
    }

    @Test func equalsPyTorchAtTheSizeOfViTB16() throws {
        let text = try Formula.text(width: 512, layers: 12, vocabulary: 64, length: 77, dimension: 512)
        let golden = try golden().full
        expect(TextCase.run(text, layout(names)), equals: try #require(golden["end"]))
        let deep = try #require(golden["deep"])
        #expect(deep.deeper?.count == 8)
        expect(TextCase.run(text, layout(names, .middle), groups: 2, deeper: 8), equals: deep)
    }

    /// The sum of the products of equal places, in double precision.
    private func product(_ a: Tensor, _ b: Tensor) -> Double {
        zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    /// Other CLIPs' activation and heads of other widths: 72 is worked on in two parts, 24 in one that is not full.
    @Test(arguments: [(144, 72, 0), (48, 24, 0), (64, 64, 2)])
    func gradientsEqualDifferences(width: Int, head: Int, deeper: Int) throws {
        var conventions = ModelConventions()
        (conventions.textNonlinearity, conventions.textHeadWidth) = (.gelu, head)
        let text = try Formula.text(
            width: width, layers: 2 + deeper, vocabulary: 64, length: 16, dimension: 32, conventions)
        let layout = layout(names)
        let direction = Formula.numbers("direction", [1, names.count * 32])
        func features(_ v: [Variable]) -> Variable {
            reshaped(text(layout, contexts: v[0], deeper: Array(v.dropFirst())), [1, names.count * 32])
        }
        let tape = Tape(), start = (0...deeper).map { Formula.context("context \($0)", [4, width], deviation: 1) }
        let v = start.map(tape.parameter)
        let gradients = tape.gradients(of: scaledProduct(features(v), Variable(direction), scale: 1), for: v)
        for (which, gradient) in gradients.enumerated() {
            let scale = gradient.squaredNorm.squareRoot()
            #expect(scale > 0)
            for seed in 0..<8 {
                let step = Formula.numbers("step \(seed)", [4, width])
                func moved(by factor: Float) -> Double {
                    var v = start
                    v[which] = v[which] + step * factor
                    return product(features(v.map { Variable($0) }).value, direction)
                }
                // Of fourth order, so that steps can be long enough for rounding to drown in them.
                let near = moved(by: 1.6e-2) - moved(by: -1.6e-2), far = moved(by: 3.2e-2) - moved(by: -3.2e-2)
                let difference = (8 * near - far) / (12 * 1.6e-2)
                let expected = product(gradient, step)
                #expect(abs(difference - expected) < 1e-3 * scale, "context \(which): \(difference) for \(expected)")
            }
        }
    }

    @Test("Within any memory, features and gradients are the same in all bits", arguments: [0, 2])
    func layersComputedTwiceChangeNothing(deeper: Int) throws {
        let text = try Formula.text(width: 64, layers: 5, vocabulary: 40, length: 16, dimension: 16)
        let layout = layout(names), contexts = contexts([2 * 4, 64], deeper: deeper)
        let direction = Formula.numbers("direction", [1, 2 * names.count * 16])
        func run(within bytes: Int) -> [Tensor] {
            let tape = Tape(), v = contexts.map(tape.parameter)
            let y = text(layout, contexts: v[0], deeper: Array(v.dropFirst()), activationBytes: bytes)
            let loss = scaledProduct(reshaped(y, [1, direction.count]), Variable(direction), scale: 1)
            return [y.value] + tape.gradients(of: loss, for: v)
        }
        let all = run(within: .max)
        #expect(text.recomputedLayers(of: layout, groups: 2, within: .max) == 0)
        #expect(text.recomputedLayers(of: layout, groups: 2, within: 0) == 4)
        var counts = Set<Int>()
        for bytes in stride(from: 0, through: 1 << 19, by: 1 << 14) {
            let count = text.recomputedLayers(of: layout, groups: 2, within: bytes)
            if counts.insert(count).inserted { #expect(run(within: bytes) == all) }
        }
        #expect(counts.count > 2)
    }

    /// Few groups and many are multiplied by different kernels, which sum alike; 1,024 inputs are more than one part of a sum.
    @Test(
        "Which groups are beside it changes nothing of a group's features, to the last bit",
        .enabled(if: Tensor.independentRows < 2048, "this processor has no AVX-512"))
    func groupsAreIndependent() throws {
        let text = try Formula.text(width: 256, layers: 2, vocabulary: 40, length: 16, dimension: 16)
        let layout = layout(names), groups = 2 * Tensor.independentRows / layout.rowCount
        #expect(groups * layout.rowCount > Tensor.independentRows && names.count * groups < Tensor.independentRows)
        let contexts = contexts([groups * 4, 256], deeper: 0)[0]
        func features(_ groups: Range<Int>) -> Tensor {
            text(layout, contexts: Variable(contexts.rows(groups.lowerBound * 4..<groups.upperBound * 4))).value
        }
        let all = features(0..<groups)
        for part in [0..<1, 3..<9, groups - 1..<groups, 1..<groups] {
            let rows = part.lowerBound * names.count..<part.upperBound * names.count
            #expect(features(part) == all.rows(rows))
        }
    }

    @Test("A step's forward and backward pass ask the system for no memory that the pass before did not use")
    func stepsReuseMemory() throws {
        let text = try Formula.text(width: 64, layers: 3, vocabulary: 40, length: 16, dimension: 16)
        let layout = layout(names), contexts = contexts([4, 64], deeper: 0)[0]
        let target = Formula.numbers("target", [names.count, 16])
        func step() {
            let tape = Tape(), v = tape.parameter(contexts)
            _ = tape.gradients(of: meanSquaredError(text(layout, contexts: v), to: target), for: [v])
        }
        // Other tests take memory meanwhile, so some tries see theirs; if steps took any, all tries would.
        #expect(
            (0..<2000).contains { _ in
                let before = TensorMemory.systemBlocks
                step()
                step()
                return TensorMemory.systemBlocks == before
            })
    }

    /// Sharing beginnings is exact: random class lists give what each prompt gives by itself.
    @Test(arguments: 0..<12) func sharedBeginningsChangeNothing(seed: Int) throws {
        let text = try Formula.text(width: 64, layers: 3, vocabulary: 40, length: 24, dimension: 16)
        var stream = RandomStream(seed: UInt64(seed), purpose: "class names")
        // Few different tokens and lengths, so that names share beginnings, contain each other and repeat.
        let names = (0..<2 + stream.integer(below: 9)).map { _ in
            (0..<1 + stream.integer(below: 5)).map { _ in 10 + stream.integer(below: 3) }
        }
        let position = PromptLayout.ClassTokenPosition.allCases[seed % 3]
        let specific = seed % 4 == 3
        let together = layout(names, position, specific: specific)
        let contexts = contexts([2 * together.contextCount, 64], deeper: seed / 3 % 3)
        func features(_ layout: PromptLayout, _ contexts: [Tensor]) -> Tensor {
            text(layout, contexts: Variable(contexts[0]), deeper: contexts.dropFirst().map { Variable($0) }).value
        }
        let shared = features(together, contexts)
        for (index, name) in names.enumerated() {
            let alone = layout([name], position)
            for group in 0..<2 {
                let first = group * together.contextCount + (specific ? 4 * index : 0)
                let own = features(alone, contexts.map { $0.rows(first..<first + 4) })
                let difference = own - shared.rows(group * names.count + index..<group * names.count + index + 1)
                #expect(difference.squaredNorm.squareRoot() < 1e-5 * own.squaredNorm.squareRoot())
            }
        }
    }

    @Test func aTreeHoldsEverySharedBeginningOnce() {
        let layout = layout([[10, 11], [10, 12], [10, 11]])
        // SOS, four vectors, 10, then 11 . EOS and 12 . EOS; the third prompt is the first.
        #expect(layout.rowCount == 5 + 1 + 3 + 3)
        #expect(layout.ends[0] == layout.ends[2])
        #expect(layout.longestPrompt == 9)
        #expect(layout.contextCount == 4)
    }
}
