import CLIP
import FormulaModels
import Foundation
import Tensors
import Testing

/// The encoder over prompt trees against the padded one, over random class lists in every form of prompt.
@Suite struct PaddedPromptTests {
    /// Prompts of one form, written out.
    private struct Form: CustomStringConvertible {
        let position: PromptLayout.ClassTokenPosition
        let classSpecific: Bool
        let groups: Int
        /// How many layers behind the first have contexts of their own.
        let deeper: Int
        let contextLength: Int
        let names: [[Int]]

        init(seed: Int, layers: Int) {
            var stream = RandomStream(seed: UInt64(seed), purpose: "class list")
            position = PromptLayout.ClassTokenPosition.allCases[seed % 3]
            classSpecific = seed / 3 % 2 == 1
            groups = 1 + seed / 6 % 2
            deeper = seed / 12 % 2 == 0 ? 0 : 1 + stream.integer(below: layers - 1)
            contextLength = 1 + stream.integer(below: 5)
            // Few different tokens and lengths, so that names share beginnings, contain each other and repeat.
            names = (0..<2 + stream.integer(below: 4)).map { _ in
                (0..<1 + stream.integer(below: 5)).map { _ in 10 + stream.integer(below: 3) }
            }
        }

        var layout: PromptLayout {
            PromptLayout(
                classNames: names, contextLength: contextLength, position: position, classSpecific: classSpecific,
                startToken: 1, fullStop: [2], endToken: 3)
        }

        /// The vectors of all groups.
        var contextCount: Int { groups * contextLength * (classSpecific ? names.count : 1) }

        /// The prompts of all groups, each with the vectors that are its own.
        var prompts: [[PromptLayout.Item]] {
            (0..<groups).flatMap { group in
                names.indices.map { index in
                    let context = classSpecific ? group * names.count + index : group
                    let vectors = (0..<contextLength).map { PromptLayout.Item.context(context * contextLength + $0) }
                    let name = names[index].map(PromptLayout.Item.token), half = contextLength / 2
                    let middle: [PromptLayout.Item] =
                        switch position {
                        case .end: vectors + name
                        case .middle: Array(vectors[..<half]) + name + vectors[half...]
                        case .front: name + vectors
                        }
                    return [.token(1)] + middle + [.token(2), .token(3)]
                }
            }
        }

        var description: String {
            "\(groups) groups of \(names.count) classes, \(contextLength) vectors \(classSpecific ? "per class" : "for all"), "
                + "name at \(position), \(deeper) deeper"
        }
    }

    @Test(arguments: 0..<24) func treesEqualPaddedPrompts(seed: Int) throws {
        var conventions = ModelConventions()
        conventions.textHeadWidth = 16
        let weights = try Formula.textWeights(
            width: 32, layers: 3, vocabulary: 40, length: 77, dimension: 16, conventions)
        let text = TextTransformer(weights), padded = PaddedTextEncoder(weights)
        let form = Form(seed: seed, layers: 3), prompts = form.prompts
        let contexts = (0...form.deeper).map { Formula.context("context \($0)", [form.contextCount, 32], deviation: 0.02) }

        let tape = Tape(), v = contexts.map(tape.parameter)
        let features = text(form.layout, contexts: v[0], deeper: Array(v.dropFirst()))
        let exact = contexts.map(\.rowsInDouble)
        let expected = prompts.map { padded.features(of: $0, contexts: exact) }
        #expect(features.value.rows == expected.count)
        for (row, expected) in zip(features.value.rowsInDouble, expected) {
            let difference = zip(row, expected).map { $0 - $1 }
            #expect(length(difference) < 1e-5 * length(expected), "\(form)")
        }

        // The loss is a random projection of all features.
        let projection = Formula.numbers("projection", features.value.shape)
        let signs = projection.rowsInDouble
        func loss(_ contexts: [PaddedTextEncoder.Rows]) -> Double {
            zip(prompts, signs).reduce(0) { $0 + product(padded.features(of: $1.0, contexts: contexts), $1.1) }
        }
        let flat = [1, projection.count]
        let gradients = tape.gradients(
            of: scaledProduct(reshaped(features, flat), Variable(projection.reshaped(flat)), scale: 1), for: v)
        for (which, gradient) in gradients.enumerated() {
            let gradient = gradient.rowsInDouble
            // Along random signs, the root mean square of what is seen of an error is the error's length.
            let squares = (0..<2).map { draw in
                var stream = RandomStream(seed: UInt64(seed), purpose: "direction", which, draw)
                let direction = gradient.map { $0.map { _ in stream.integer(below: 2) == 0 ? -1.0 : 1 } }
                func moved(by step: Double) -> Double {
                    var contexts = exact
                    contexts[which] = zip(contexts[which], direction).map { zip($0, $1).map { $0 + step * $1 } }
                    return loss(contexts)
                }
                let difference = (moved(by: 1e-6) - moved(by: -1e-6)) / 2e-6
                let error = difference - product(gradient.flatMap { $0 }, direction.flatMap { $0 })
                return error * error
            }
            let error = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
            #expect(error < 1e-4 * length(gradient.flatMap { $0 }), "gradient of context \(which): \(form)")
        }
    }

    private func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    private func length(_ a: [Double]) -> Double { product(a, a).squareRoot() }
}
