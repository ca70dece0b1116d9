import CLIP
import Tensors

/// What an image was taken for.
public struct Prediction: Hashable, Sendable {
    /// The index of the most probable class.
    public var label: Int
    /// softmax(logit scale · cosines)[label].
    public var probability: Float
    /// Of several draws, the standard deviation of that class's probability from draw to draw (over k − 1); nil of one.
    public var spread: Float?
    /// Of every class, by label, where they were asked for.
    public var probabilities: [Float]?

    public init(label: Int, probability: Float, spread: Float? = nil, probabilities: [Float]? = nil) {
        self.label = label
        self.probability = probability
        self.spread = spread
        self.probabilities = probabilities
    }
}

/// Classifies images by text features that all of them share.
///
/// - Parameters:
///   - features: `[n, dimension]`, unit length.
///   - text: `[classes, dimension]`, unit length.
///   - logitScale: what cosines are multiplied by before softmax.
///   - withProbabilities: whether each prediction has the probabilities of all classes.
public func classify(
    _ features: Tensor, text: Tensor, logitScale: Float, withProbabilities: Bool = false
) -> [Prediction] {
    predictions(
        logits: Tensor.product(features, text, transposingB: true) * logitScale, withProbabilities: withProbabilities)
}

/// What is averaged of several prompts that were drawn for one image.
public enum DrawAverage: String, ParameterChoice {
    /// Each class's text features; their mean is scaled to unit length.
    case features
    /// Each class's probabilities.
    case probabilities
}

/// Classifies every image with a prompt of its own, or with several.
///
/// Images are taken in groups that keep the text encoder's matrices large; the size of a group does not change what an image
/// is taken for.
///
/// - Parameters:
///   - features: `[n, dimension]`, unit length.
///   - draws: one or more tensors `[n, M · width]`, each one prompt per image.
///   - counterweight: a negative prompt per image, whose logits are taken from those of every draw.
///   - average: what is averaged where there are several; then each prediction has a spread.
///   - classes: what images may be taken for, in prompts of M context vectors.
///   - model: the text side of CLIP.
///   - withProbabilities: whether each prediction has the probabilities of all classes.
///   - progress: called with the images done so far.
public func classify(
    _ features: Tensor, draws: [Tensor], against counterweight: Counterweight? = nil,
    averaging average: DrawAverage = .features, classes: ClassPrompts, model: CLIPText, withProbabilities: Bool = false,
    progress: (_ imagesDone: Int) -> Void = { _ in }
) -> [Prediction] {
    precondition(!draws.isEmpty, "a prompt or more for every image")
    let width = model.transformer.width
    // About two thousand rows of text at a time: activations stay in the cache.
    let group = max(1, 2048 / classes.layout.rowCount)
    var result: [Prediction] = []
    for first in stride(from: 0, to: features.rows, by: group) {
        let images = first..<min(first + group, features.rows)
        let own = features.rows(images)
        func text(_ prompts: Tensor) -> Tensor {
            let contexts = prompts.rows(images).reshaped([images.count * classes.layout.contextCount, width])
            return classes.textFeatures(Variable(contexts), model: model).value
        }
        let taken = counterweight.map {
            ownLogits(own, text: text($0.prompts), logitScale: $0.weight * model.logitScale)
        }
        func ownScores(_ text: Tensor) -> Tensor {
            let scores = ownLogits(own, text: text, logitScale: model.logitScale)
            return taken.map { scores - $0 } ?? scores
        }
        // Of each draw only its probabilities stay, and the sum of all text features, [images · classes, dimension].
        var logits: [Tensor] = [], sum = Tensor([0, 0])
        for (draw, prompts) in draws.enumerated() {
            let text = text(prompts)
            logits.append(ownScores(text))
            sum = draw == 0 ? text : sum + text
        }
        if logits.count == 1 {
            result += predictions(logits: logits[0], withProbabilities: withProbabilities)
        } else {
            let probabilities = logits.map { $0.softmaxOfRows() }
            let mean =
                switch average {
                case .features: ownScores(sum.normalizedRows()).softmaxOfRows()
                case .probabilities:
                    probabilities.dropFirst().reduce(probabilities[0]) { $0 + $1 } * (1 / Float(probabilities.count))
                }
            result += predictions(mean: mean, draws: probabilities, withProbabilities: withProbabilities)
        }
        progress(images.upperBound)
    }
    return result
}

/// `[n, classes]` from images `[n, dimension]` and each image's own text features, `[n · classes, dimension]`.
private func ownLogits(_ images: Tensor, text: Tensor, logitScale: Float) -> Tensor {
    let classCount = text.rows / images.rows
    var logits = Tensor(uninitialized: [images.rows, classCount])
    for row in 0..<images.rows {
        let own = text.rows(row * classCount..<(row + 1) * classCount)
        logits.setRow(row, to: Tensor.product(images.rows(row..<row + 1), own, transposingB: true) * logitScale)
    }
    return logits
}

private func predictions(logits: Tensor, withProbabilities: Bool) -> [Prediction] {
    let probabilities = logits.softmaxOfRows()
    return logits.rowMaxima.enumerated().map { row, label in
        Prediction(
            label: label, probability: probabilities[row, label],
            probabilities: withProbabilities ? probabilities.rows(row..<row + 1).values : nil)
    }
}

/// - Parameters:
///   - mean: `[n, classes]`, what is predicted.
///   - draws: two or more, each one draw's probabilities.
private func predictions(mean: Tensor, draws: [Tensor], withProbabilities: Bool) -> [Prediction] {
    mean.rowMaxima.enumerated().map { row, label in
        let own = draws.map { Double($0[row, label]) }
        let center = own.reduce(0, +) / Double(own.count)
        let squares = own.reduce(0) { $0 + ($1 - center) * ($1 - center) }
        return Prediction(
            // The mean of probabilities may be above 1 by a rounding.
            label: label, probability: min(mean[row, label], 1),
            spread: Float((squares / Double(own.count - 1)).squareRoot()),
            probabilities: withProbabilities ? mean.rows(row..<row + 1).values.map { min($0, 1) } : nil)
    }
}

/// Standard normal noise, each row from a stream of its own: `[count, dimension]`.
public func latentNoise(_ count: Int, dimension: Int, _ stream: (Int) -> RandomStream) -> Tensor {
    var noise = Tensor(uninitialized: [count, dimension])
    noise.withUnsafeMutablePointer { to in
        for row in 0..<count {
            var stream = stream(row)
            for column in 0..<dimension { to[row * dimension + column] = stream.normal() }
        }
    }
    return noise
}

/// The share of predictions that are right, from 0 to 1.
public func accuracy(_ predictions: [Int], labels: [Int]) -> Double {
    labels.isEmpty ? 0 : Double(zip(predictions, labels).count { $0 == $1 }) / Double(labels.count)
}

/// The share of predictions that are right; NaN where one is not finite.
func accuracy(_ predictions: [Prediction], labels: [Int]) -> Double {
    predictions.allSatisfy(\.probability.isFinite) ? accuracy(predictions.map(\.label), labels: labels) : .nan
}

/// The share of images whose own class has the largest score, `[n, classes]`; NaN where one is not finite.
func accuracy(_ scores: Tensor, labels: [Int]) -> Double {
    scores.isFinite ? accuracy(scores.rowMaxima, labels: labels) : .nan
}
