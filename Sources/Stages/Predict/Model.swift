import ArtifactStore
import CLIP
import Datasets
import Foundation
import Imaging
import PromptLearning
import Tensors

/// What takes files of pictures to classes: an image encoder with a reader before it and a classifier behind it.
///
/// A picture has the probabilities that an evaluation in the store has for it, to the last bit: the same code computes them, in
/// the same precision, and noise comes from the file's digest. Of methods that share a prompt among images this holds for
/// batches of the same images in the same order.
public struct Model: Sendable {
    public let parts: ModelParts
    let classifier: any Classifier
    private let reader: ImageReader
    /// Nil where the method has an encoder of its own.
    private let encoder: (any ImageEncoder)?
    private let reads: ImageInput
    private let model: CLIPText

    /// - Parameters:
    ///   - parts: what stands on the CLIP model.
    ///   - checkpoint: the CLIP model; the one whose encoder the parts name.
    ///   - store: what remembers digests of files; nil where none is at hand, and files are read.
    /// - Throws: `EncoderMismatch` for another checkpoint; `CheckpointError`, `UnsupportedPrecision`; `StageInputError` and
    ///   `PromptError` where what was learned does not fit the model or the classes.
    public init(_ parts: ModelParts, checkpoint: Checkpoint, store: ArtifactStore? = nil) throws {
        let store = try store ?? ArtifactStore(emptyInPlaceOf: "")
        guard try store.identity(of: checkpoint, origin: parts.encoder.origin).key == parts.encoder.key else {
            throw EncoderMismatch(checkpoint: checkpoint.weightsURL.path, encoder: parts.encoder.name)
        }
        try self.init(parts, of: checkpoint) { load in try store.loading(parts.encoder, of: checkpoint, load) }
    }

    /// - Parameter load: calls what it is given with the precision of the encoder, once that is known to be the right one.
    init(
        _ parts: ModelParts, of checkpoint: Checkpoint,
        loading load: ((Precision) throws -> (any ImageEncoder)?) throws -> (any ImageEncoder)?
    ) throws {
        let reads = parts.method.reads
        encoder = try load { precision in reads == .pixels ? nil : try checkpoint.imageEncoder(precision: precision) }
        let textPrecision = try parts.textPrecision
        try textPrecision.check()
        model = try CLIPText(checkpoint: checkpoint, precision: textPrecision)
        reader = ImageReader(for: checkpoint, parts.encoder)
        (self.parts, self.reads) = (parts, reads)
        let architecture = checkpoint.architecture
        classifier = try parts.method.classifier(
            parts.learned, parameters: parts.parameters,
            on: ClassifierBase(
                classes: parts.classes, model: model, featureDimension: parts.encoder.dimension,
                blockWidths: architecture.blockWidths,
                promptedEncoder: { try checkpoint.promptedImageEncoder(precision: parts.encoder.precision) }))
    }

    /// Whether the parts' features were encoded elsewhere: those of pictures here are the same but for rounding.
    public var isOfImportedFeatures: Bool { if case .computed = parts.encoder.origin { false } else { true } }

    /// What cosines are multiplied by before softmax.
    public var logitScale: Float { model.logitScale }

    /// How many files are worth reading at a time: a part for every thread.
    var filesAtATime: Int { max(32, 4 * Threads.count * (encoder?.groupSize ?? 16)) }

    /// Reads pictures and encodes them.
    /// - Parameter files: paths.
    /// - Returns: what is seen of those that can be read, which those are, and why the others cannot.
    func see(_ files: [String]) -> (images: SeenImages, read: [Int], failures: [Int: ImageError], white: [Int]) {
        let pictures = reader.pictures(files)
        let (read, pixels) = (pictures.read.map(\.place), pictures.pixels)
        var images = SeenImages(digests: pictures.read.map(\.digest), features: Tensor([read.count, 0]))
        if let encoder, !read.isEmpty {
            Profile.measure(.encode) {
                if reads == .statistics {
                    let encoded = encoder.encodeWithStatistics(pixels)
                    (images.features, images.norms) = encoded.features.normalizedRowsWithNorms()
                    let numbers = Tensor(besideEachOther: encoded.statistics.flatMap { [$0.mean, $0.deviation] })
                    images.styles = BlockStyles(widths: encoder.blockWidths, center: HalfMatrix(rounding: numbers))
                } else {
                    (images.features, images.norms) = encoder.encode(pixels).normalizedRowsWithNorms()
                }
            }
        } else if encoder == nil {
            images.pixels = ImageSet(pixels)
        }
        return (images, read, pictures.failures, pictures.read.filter(\.isWhite).map(\.place))
    }
}

extension ImageSet {
    /// Images that have been read.
    /// - Parameter pixels: `[n, resolution, resolution, 3]`.
    fileprivate init(_ pixels: Tensor) {
        let shape = pixels.shape, flat = pixels.reshaped([shape[0], shape[0] == 0 ? 0 : pixels.count / shape[0]])
        self.init(labels: Array(repeating: 0, count: shape[0])) { items, _ in
            flat.gatheringRows(items).reshaped([items.count] + shape.dropFirst())
        }
    }
}
