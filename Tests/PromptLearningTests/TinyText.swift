import CLIP
import FormulaModels
import Foundation
import PromptLearning
import Tensors
import Testing
import TestSupport

/// The text side of TinyCLIP, for texts of 48 tokens, and batches by formula, as in Tests/Reference/baselines.py.
enum TinyText {
    static let classNames = ["bars", "checks", "rings", "bars_and_rings"]
    static let dimension = 32, seed = 7

    /// Read once for all tests.
    static let model = Result {
        try Fixtures.withFolder { folder in
            try TinyCLIP.write(to: folder) {
                $0["positional_embedding"] = Formula.weight("positional_embedding", [48, 64])
            }
            return try CLIPText(checkpoint: Checkpoint(contentsOf: folder))
        }
    }

    /// Unit features, `[count, 32]`.
    static func batch(_ purpose: String, _ step: Int, _ count: Int) -> Tensor {
        var stream = RandomStream(seed: UInt64(seed), purpose: purpose, step)
        return stream.uniform([count, dimension]).mapped { 2 * $0 - 1 }.normalizedRows()
    }

    /// How long features are as an encoder puts them out.
    static func norms(_ step: Int, _ count: Int) -> [Float] {
        var stream = RandomStream(seed: UInt64(seed), purpose: "norms", step)
        return stream.uniform([count]).mapped { 8 + 4 * $0 }.values
    }

    static func labels(_ count: Int) -> [Int] { (0..<count).map { (3 * $0 + 1) % classNames.count } }

    /// Images of some domains: each class's features lie around one point, moved by its domain.
    static func images(_ purpose: String, domains: Int = 2, perClass: Int = 6) -> FeatureSet {
        var features: [Float] = [], labels: [Int] = [], owners: [Int] = []
        let centers = batch("centers", 0, classNames.count), shifts = batch("shifts", 0, domains)
        for domain in 0..<domains {
            for label in classNames.indices {
                for image in 0..<perClass {
                    var stream = RandomStream(seed: 1, purpose: purpose, domain, label, image)
                    for j in 0..<dimension {
                        features.append(centers[label, j] + 0.5 * shifts[domain, j] + 0.05 * stream.normal())
                    }
                    labels.append(label)
                    owners.append(domain)
                }
            }
        }
        let (center, norms) = Tensor([labels.count, dimension], features).normalizedRowsWithNorms()
        return FeatureSet(
            center: center, augmented: [], norms: FeatureNorms(center: norms), labels: labels, domains: owners)
    }
}

/// Compares a tensor with what PyTorch's summary says of it: its norm, its sum and six elements.
///
/// Sums and elements are judged by the tensor's norm, since each may cancel; a sum that does not, by itself.
func expect(
    _ tensor: Tensor, _ summary: [Double], within tolerance: Double = 2e-4, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let values = tensor.values.map(Double.init)
    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let got = [norm, values.reduce(0, +)] + (0..<6).map { values[($0 * 7919) % values.count] }
    for (a, b) in zip(got, summary) {
        #expect(
            abs(a - b) <= tolerance * max(summary[0], abs(b), 1e-12), "\(what): \(got) for \(summary)",
            sourceLocation: sourceLocation)
    }
}

/// A method seen from outside: what one step measures.
struct Probe<Learner: Training> {
    var learner: Learner
    /// A step on some batch at a learning rate.
    let step: (inout Learner, Float) -> DescentStep

    /// Whether the gradient of each parameter is the slope of the loss along it.
    func gradientsEqualDifferences(sourceLocation: SourceLocation = #_sourceLocation) throws {
        var copy = learner
        let gradients = step(&copy, 0).gradients
        let state = learner.state
        for (index, gradient) in gradients.enumerated() {
            let name = "parameters.\(index)", start = try #require(state[name])
            let length = Float(gradient.squaredNorm.squareRoot())
            try #require(length > 0, "parameter \(index) has no gradient", sourceLocation: sourceLocation)
            // Far enough for the loss to change by more than it is rounded; few units of a ReLU turn on the way.
            let distance = min(0.003 / length, 0.01 * Float(start.squaredNorm.squareRoot()) + 1e-4)
            func loss(_ sign: Float) throws -> Float {
                var moved = learner, changed = state
                changed[name] = start + gradient * (sign * distance / length)
                try moved.restore(changed)
                return step(&moved, 0).loss
            }
            let slope = try (loss(1) - loss(-1)) / (2 * distance)
            #expect(
                abs(slope - length) < 0.03 * length, "parameter \(index): slope \(slope) for a gradient of \(length)",
                sourceLocation: sourceLocation)
        }
    }

    /// Whether a training that stops after each epoch, and goes on from what it kept, is the same to the bit.
    func resumesToTheSameBits(from other: () throws -> Learner) throws {
        var whole = learner
        try whole.run { _ in }
        var parts = try other()
        while parts.epoch < parts.epochs {
            try parts.runEpoch()
            let state = parts.state
            parts = try other()
            try parts.restore(state)
        }
        #expect(parts.state.keys.sorted() == whole.state.keys.sorted())
        for (name, tensor) in whole.state where name != "history" {
            #expect(parts.state[name] == tensor, "\(name)")
        }
        #expect(parts.history.rows.map { $0.map(\.bitPattern) } == whole.history.rows.map { $0.map(\.bitPattern) })
    }
}
