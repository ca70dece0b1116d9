import CLIP
import Tensors

/// What an image was taken for.
public struct Prediction: Hashable, Sendable {
    /// The index of the most probable class.
    public var label: Int
    /// softmax(logit scale · cosines)[label].
    public var probability: Float

    public init(label: Int, probability: Float) {
        self.label = label
        self.probability = probability
    }
}

/// Classifies images by text features that all of them share.
///
/// - Parameters:
///   - features: `[n, dimension]`, unit length.
///   - text: `[classes, dimension]`, unit length.
public func classify(_ features: Tensor, text: Tensor, logitScale: Float) -> [Prediction] {
    predictions(logits: Tensor.product(features, text, transposingB: true) * logitScale)
}

/// Classifies every image with a prompt of its own.
///
/// Images are taken in groups that keep the text encoder's matrices large; the size of a group does not change what an image
/// is taken for.
///
/// - Parameters:
///   - features: `[n, dimension]`, unit length.
///   - prompts: `[n, M · width]`, one prompt per image.
public func classify(
    _ features: Tensor, prompts: Tensor, classes: ClassPrompts, model: CLIPText,
    progress: (_ imagesDone: Int) -> Void = { _ in }
) -> [Prediction] {
    let (classCount, width) = (classes.classCount, model.transformer.width)
    // About two thousand rows of text at a time: activations stay in the cache.
    let group = max(1, 2048 / classes.layout.rowCount)
    var result: [Prediction] = []
    for first in stride(from: 0, to: features.rows, by: group) {
        let images = first..<min(first + group, features.rows)
        let contexts = prompts.rows(images).reshaped([images.count * classes.layout.contextCount, width])
        let text = classes.textFeatures(Variable(contexts), model: model).value  // [images · classes, dimension]
        var logits = Tensor(uninitialized: [images.count, classCount])
        for (row, image) in images.enumerated() {
            let own = text.rows(row * classCount..<(row + 1) * classCount)
            let cosines = Tensor.product(features.rows(image..<image + 1), own, transposingB: true)
            logits.setRow(row, to: cosines * model.logitScale)
        }
        result += predictions(logits: logits)
        progress(images.upperBound)
    }
    return result
}

private func predictions(logits: Tensor) -> [Prediction] {
    let probabilities = logits.softmaxOfRows()
    return logits.rowMaxima.enumerated().map { Prediction(label: $1, probability: probabilities[$0, $1]) }
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
