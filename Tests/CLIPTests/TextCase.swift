import CLIP
import FormulaModels
import Foundation
import Tensors

/// What PyTorch says of a case of Tests/Reference/text.py, and the same work done here.
struct TextCase: Decodable {
    /// Summaries: norm, sum and six elements.
    var features, gradient: [Double]
    var deeper: [[Double]]?
    var loss: Float

    // As in the script.
    static let names = [[10, 11], [10, 12, 13], [20], [21, 22, 23, 24], [10, 11, 14], [30]]
    static let labels = [0, 3, 5, 1, 2, 4, 3]

    static func groups(_ name: String) -> Int { ["two groups", "deep"].contains(name) ? 2 : 1 }

    /// The prompts of a case by its name.
    static func layout(_ name: String) -> PromptLayout {
        switch name {
        case "middle", "deep": layout(names, .middle)
        case "front": layout(names, .front)
        case "class-specific": layout(names, specific: true)
        default: layout(names)
        }
    }

    static func layout(
        _ names: [[Int]], _ position: PromptLayout.ClassTokenPosition = .end, specific: Bool = false
    ) -> PromptLayout {
        PromptLayout(
            classNames: names, contextLength: 4, position: position, classSpecific: specific, startToken: 1,
            fullStop: [2], endToken: 3)
    }

    /// The context vectors and those of deeper layers.
    static func contexts(_ shape: [Int], deeper: Int) -> [Tensor] {
        (0...deeper).map { Formula.context($0 == 0 ? "context" : "context \($0)", shape, deviation: 0.02) }
    }

    /// Features, loss and gradients.
    static func run(
        _ text: TextTransformer, _ layout: PromptLayout, groups: Int = 1, deeper: Int = 0
    ) -> (features: Tensor, loss: Float, gradients: [Tensor]) {
        let tape = Tape()
        let v = contexts([groups * layout.contextCount, text.width], deeper: deeper).map(tape.parameter)
        let features = text(layout, contexts: v[0], deeper: Array(v.dropFirst()))
        let unit = normalizedRows(features)
        let images = Formula.numbers("images", [labels.count, text.dimension]).normalizedRows()
        var loss: Variable?
        for group in 0..<groups {
            let own = Array(group * names.count..<(group + 1) * names.count)
            let logits = scaledProduct(Variable(images), rows(own, of: unit), scale: 20)
            let part = scaled(crossEntropy(logits, labels: labels), by: 1 / Float(groups))
            loss = loss.map { sum($0, part) } ?? part
        }
        return (features.value, loss!.value.scalar, tape.gradients(of: loss!, for: v))
    }

    static func summary(_ tensor: Tensor) -> [Double] {
        let values = tensor.values.map(Double.init)
        let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return [norm, values.reduce(0, +)] + (0..<6).map { values[($0 * 7919) % values.count] }
    }
}
