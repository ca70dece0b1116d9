import ArtifactStore
import Datasets
import PromptLearning
import Tensors

/// The images of an evaluation, and what classifies them.
struct EvaluatedImages {
    let learned: LearnedParts
    let classifier: any Classifier
    /// With the images that are evaluated alone.
    let manifest: DomainManifest
    /// Where each of them is among all images of the domain.
    let places: [Int]
    /// All images of the domain.
    let seen: SeenImages
    /// The order in which the images are classified: places among those that are evaluated.
    let order: [Int]

    /// The most probable class of each image.
    /// - Parameter progress: called with the images done and to do.
    /// - Throws: `StageInputError` for a probability that is not finite; `PromptError`.
    func predictions(progress: (_ done: Int, _ total: Int) -> Void) throws -> [Prediction] {
        var predictions = [Prediction](repeating: Prediction(label: 0, probability: .nan), count: places.count)
        try forEachPart(progress: progress) { images, probabilities in
            for (image, prediction) in zip(images, probabilities.predictions) { predictions[image] = prediction }
        }
        if let bad = predictions.firstIndex(where: { !$0.probability.isFinite }) {
            throw StageInputError(
                "the probability for “\(manifest.images[bad].path)” is not a finite number: the prompt or "
                    + "generator is too large for this text encoder; train it again at a lower learning rate")
        }
        return predictions
    }

    /// The probabilities of all classes, `[images, classes]`, and the most probable class of each image.
    /// - Parameter progress: called with the images done and to do.
    /// - Throws: `PromptError`.
    func probabilities(
        progress: (_ done: Int, _ total: Int) -> Void
    ) throws -> (values: Tensor, predictions: [Prediction]) {
        var values = Tensor([places.count, manifest.classes.count])
        var predictions = [Prediction](repeating: Prediction(label: 0, probability: .nan), count: places.count)
        try forEachPart(progress: progress) { images, probabilities in
            for (row, image) in images.enumerated() { values.setRow(image, to: probabilities.values.rows(row..<row + 1)) }
            for (image, prediction) in zip(images, probabilities.predictions) { predictions[image] = prediction }
        }
        return (values, predictions)
    }

    /// Classifies the images, some at a time: of each, only what is taken of it stays.
    /// - Parameter body: gets the places of some, among those that are evaluated, and what they were taken for.
    private func forEachPart(
        progress: (_ done: Int, _ total: Int) -> Void, _ body: (_ images: ArraySlice<Int>, ImageProbabilities) throws -> Void
    ) throws {
        let size = classifier.wholeBatches(1024)
        for first in stride(from: 0, to: order.count, by: size) {
            let images = order[first..<min(first + size, order.count)]
            let probabilities = try classifier.probabilities(of: seen.subset(images.map { places[$0] })) {
                progress(first + $0, places.count)
            }
            try body(images, probabilities)
        }
        progress(places.count, places.count)
    }
}
