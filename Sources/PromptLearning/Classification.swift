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

    public init(label: Int, probability: Float, spread: Float? = nil) {
        self.label = label
        self.probability = probability
        self.spread = spread
    }
}

/// How probable each class is for each of some images.
public struct ImageProbabilities: Sendable {
    /// `[n, classes]`: softmax(logit scale · cosines).
    public let values: Tensor
    /// The index of the most probable class of each image. Two logits may differ whose probabilities do not.
    public let labels: [Int]
    /// Of several draws, the standard deviation of each probability from draw to draw (over k − 1), `[n, classes]`; nil of one.
    public let spreads: Tensor?

    /// Of one draw.
    init(logits: Tensor) {
        (values, labels, spreads) = (logits.softmaxOfRows(), logits.rowMaxima, nil)
    }

    /// - Parameters:
    ///   - mean: `[n, classes]`, what is predicted.
    ///   - draws: two or more, each one draw's probabilities.
    init(mean: Tensor, draws: [Tensor]) {
        labels = mean.rowMaxima
        var spreads = Tensor(uninitialized: mean.shape), values = mean
        values.withUnsafeMutablePointer { values in
            // The mean of probabilities may be above 1 by a rounding.
            for place in 0..<mean.count { values[place] = min(values[place], 1) }
        }
        spreads.withUnsafeMutablePointer { to in
            for place in 0..<mean.count {
                let own = draws.map { draw in draw.withUnsafePointer { Double($0[place]) } }
                let center = own.reduce(0, +) / Double(own.count)
                let squares = own.reduce(0) { $0 + ($1 - center) * ($1 - center) }
                to[place] = Float((squares / Double(own.count - 1)).squareRoot())
            }
        }
        (self.values, self.spreads) = (values, spreads)
    }

    private init(values: Tensor, labels: [Int], spreads: Tensor?) {
        (self.values, self.labels, self.spreads) = (values, labels, spreads)
    }

    /// Those of several sets of images, one after another, all of one draw or all of several.
    /// - Parameter classCount: of each; what there is where there are no sets.
    public static func joined(_ parts: [ImageProbabilities], classCount: Int) -> ImageProbabilities {
        guard let first = parts.first else {
            return ImageProbabilities(values: Tensor([0, classCount]), labels: [], spreads: nil)
        }
        guard parts.count > 1 else { return first }
        return ImageProbabilities(
            values: .stacked(parts.map(\.values)), labels: parts.flatMap(\.labels),
            spreads: first.spreads == nil ? nil : .stacked(parts.compactMap(\.spreads)))
    }

    /// For each image its probabilities in one of several classifications of the same images by one draw.
    /// - Parameters:
    ///   - classifications: one or more.
    ///   - choice: which of them, image by image.
    public static func choosing(_ choice: [Int], among classifications: [ImageProbabilities]) -> ImageProbabilities {
        var values = Tensor(uninitialized: classifications[0].values.shape)
        for (image, chosen) in choice.enumerated() {
            values.setRow(image, to: classifications[chosen].values.rows(image..<image + 1))
        }
        return ImageProbabilities(
            values: values, labels: choice.enumerated().map { classifications[$1].labels[$0] }, spreads: nil)
    }

    public var count: Int { labels.count }

    /// The most probable class of each image.
    public var predictions: [Prediction] {
        labels.enumerated().map { image, label in
            Prediction(label: label, probability: values[image, label], spread: spreads.map { $0[image, label] })
        }
    }

    /// The most probable classes of an image, the most probable first.
    /// - Parameter count: how many; all where there are fewer classes.
    public func best(_ count: Int, of image: Int) -> [Prediction] {
        let first = labels[image]
        let others = (0..<values.columns).filter { $0 != first }.sorted {
            (values[image, $1], $0) < (values[image, $0], $1)
        }
        return ([first] + others).prefix(count).map { label in
            Prediction(label: label, probability: values[image, label], spread: spreads.map { $0[image, label] })
        }
    }
}

/// Classifies images by text features that all of them share. Which images are beside it changes nothing of what an image is
/// taken for, to the last bit (`Tensor.product(rowsOf:transposedWeights:)`).
///
/// - Parameters:
///   - features: `[n, dimension]`, unit length.
///   - text: `[classes, dimension]`, unit length.
///   - logitScale: what cosines are multiplied by before softmax.
public func probabilities(of features: Tensor, text: Tensor, logitScale: Float) -> ImageProbabilities {
    ImageProbabilities(logits: Tensor.product(rowsOf: features, transposedWeights: text) * logitScale)
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
/// Images are taken in groups that keep the text encoder's matrices large; which images are in a group changes nothing of what
/// an image is taken for, to the last bit (`TextTransformer`).
///
/// - Parameters:
///   - features: `[n, dimension]`, unit length.
///   - draws: one or more tensors `[n, M · width]`, each one prompt per image.
///   - counterweight: a negative prompt per image, whose logits are taken from those of every draw.
///   - average: what is averaged where there are several; then each probability has a spread.
///   - classes: what images may be taken for, in prompts of M context vectors.
///   - model: the text side of CLIP.
///   - progress: called with the images done so far.
public func probabilities(
    of features: Tensor, draws: [Tensor], against counterweight: Counterweight? = nil,
    averaging average: DrawAverage = .features, classes: ClassPrompts, model: CLIPText,
    progress: (_ imagesDone: Int) -> Void = { _ in }
) -> ImageProbabilities {
    precondition(!draws.isEmpty, "a prompt or more for every image")
    let width = model.transformer.width
    // So many rows that a layer's weights pass for few groups, and that a group stays in the cache.
    let group = max(1, 2048 / classes.layout.rowCount)
    var result: [ImageProbabilities] = []
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
            result.append(ImageProbabilities(logits: logits[0]))
        } else {
            let probabilities = logits.map { $0.softmaxOfRows() }
            let mean =
                switch average {
                case .features: ownScores(sum.normalizedRows()).softmaxOfRows()
                case .probabilities:
                    probabilities.dropFirst().reduce(probabilities[0]) { $0 + $1 } * (1 / Float(probabilities.count))
                }
            result.append(ImageProbabilities(mean: mean, draws: probabilities))
        }
        progress(images.upperBound)
    }
    return .joined(result, classCount: classes.classCount)
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

/// Standard normal noise, each row from a stream of its own: `[count, dimension]`.
public func latentNoise(_ count: Int, dimension: Int, _ stream: @Sendable (Int) -> RandomStream) -> Tensor {
    var noise = Tensor(uninitialized: [count, dimension])
    noise.withUnsafeMutablePointer { to in
        let to = Shared(to)
        parallel(count, grain: max(1, 1024 / max(1, dimension))) { rows in
            for row in rows {
                var stream = stream(row)
                for column in 0..<dimension { to.pointer[row * dimension + column] = stream.normal() }
            }
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
