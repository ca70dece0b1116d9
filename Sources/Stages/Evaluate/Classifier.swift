import Datasets
import PromptLearning
import Tensors

/// A method that is ready to classify.
///
/// What an image is taken for depends on nothing but the image, to the last bit (`Tensor.independentRows`), or where images
/// share prompts, on those of its batch.
public protocol Classifier: Sendable {
    /// The text features that every image is compared with, `[classes, dimension]`; nil where images have texts, or encoders,
    /// of their own.
    var sharedText: Tensor? { get }
    /// How many images, one after another, share a prompt; nil where none does.
    var batchSize: Int? { get }

    /// How probable each class is.
    /// - Parameters:
    ///   - images: whole batches, but for the last one of all.
    ///   - progress: called with the number of images that are done.
    /// - Throws: `PromptError.images` for a file that cannot be read any more.
    func probabilities(of images: SeenImages, progress: (_ done: Int) -> Void) throws -> ImageProbabilities
}

extension Classifier {
    public var sharedText: Tensor? { nil }
    public var batchSize: Int? { nil }

    /// The largest number of images, up to some, that is one of whole batches; a batch where that is larger.
    func wholeBatches(_ count: Int) -> Int { batchSize.map { max(1, count / $0) * $0 } ?? count }
}

/// What is seen of some images.
public struct SeenImages: Sendable {
    /// The SHA-256 of each file: noise is drawn by it.
    var digests: [Digest]
    /// Of the center views, `[n, dimension]`, unit length; without columns where pixels are looked at.
    var features: Tensor
    /// How long each of them was as the encoder put it out; empty where nothing needs that.
    var norms: [Float] = []
    /// What the encoder's blocks make of the center views, where that is looked at.
    var styles: BlockStyles?
    /// The images themselves, where those are looked at.
    var pixels: ImageSet?

    var count: Int { digests.count }

    /// Some of them, in that order.
    func subset(_ places: [Int]) -> SeenImages {
        SeenImages(
            digests: places.map { digests[$0] }, features: features.gatheringRows(places),
            norms: norms.isEmpty ? [] : places.map { norms[$0] }, styles: styles?.subset(places),
            pixels: pixels?.subset(places))
    }
}

/// Texts that all images are compared with.
struct TextClassifier: Classifier {
    /// `[classes, dimension]`, unit length.
    let text: Tensor
    let logitScale: Float

    var sharedText: Tensor? { text }

    func probabilities(of images: SeenImages, progress: (_ done: Int) -> Void) -> ImageProbabilities {
        PromptLearning.probabilities(of: images.features, text: text, logitScale: logitScale)
    }
}
