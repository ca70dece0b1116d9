import ArtifactStore
import CLIP
import Datasets
import PromptLearning
import Tensors

extension ArtifactStore {
    /// The image encoder that some features were made with, for prompts to be learned through, in the features' precision.
    /// - Throws: `CheckpointError`, also where it is a ResNet; `UnsupportedPrecision`; `StoreError`.
    func promptedEncoder(of features: Digest, _ checkpoint: Checkpoint) throws -> PromptedVisionTransformer {
        try loading(encoder(features), of: checkpoint) { try checkpoint.promptedImageEncoder(precision: $0) }
    }

    /// Images to be read again whenever they are looked at: where the image encoder changes, features are of no use.
    ///
    /// Makes sure that the files are what features were extracted from. Files that have not changed are looked at, not read.
    /// - Throws: `DatasetError.unreadable` for a file that is not there; `StageInputError` for one that has changed.
    func imageSet(_ images: [LabelledImage], of features: Digest, _ checkpoint: Checkpoint) throws -> ImageSet {
        let digests = try digests(ofFiles: images.map(\.path.text))
        for (image, digest) in zip(images, digests) where digest != image.digest {
            throw StageInputError(
                "\(image.path) has changed since its features were extracted. Extract them again, and learn from those")
        }
        let reader = ImageReader(for: checkpoint, try encoder(features), store: self)
        return ImageSet(labels: images.map(\.label)) { items, view in
            try reader.pixels(of: items.map { images[$0] }, ImageReader.View(view))
        }
    }
}

extension ImageReader.View {
    fileprivate init(_ view: ImageSet.View) {
        switch view {
        case .center: self = .center
        case .random(let seed, let epoch): self = .random(purpose: "crop of epoch \(epoch)", seed: UInt64(seed))
        }
    }
}

extension LearnedMethod where Self: VisionPromptMethod, Learner == VisionPromptTraining<Self> {
    /// Reads the images from their files.
    /// - Throws: `CheckpointError`, also where the image encoder is a ResNet; `DatasetError` or `StageInputError` for a
    ///   file that is not there or has changed; `UnsupportedPrecision`, `StoreError`; what the initializers throw.
    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> Learner {
        let features = inputs.features.encoder, encoder = try inputs.store.promptedEncoder(of: features, inputs.checkpoint)
        func imageSet(_ images: [LabelledImage]) throws -> ImageSet {
            try inputs.store.imageSet(images, of: features, inputs.checkpoint)
        }
        let method = try Self(parameters, classNames: inputs.classNames, model: inputs.model, encoder: encoder)
        return try VisionPromptTraining(
            parameters, model: VisionPromptedCLIP(method, encoder: encoder, logitScale: inputs.model.logitScale),
            training: imageSet(inputs.trainingImages), validation: imageSet(inputs.validationImages))
    }

    /// Images are read and encoded again in every epoch, forwards and backwards.
    public static func work(_ size: StageSize) -> Work {
        let epochs = size.number("epochs"), images = epochs * (3 * size.training + size.validation)
        let forward = size.promptGigaflop(contextLength: 4), image = size.model.imageGigaflop
        return Work(
            gigaflop: images * image + 2 * epochs * size.batches * forward, share: 0.7,
            unit: 3 * size.number("batchSize", default: 4) * image + 2 * forward,
            seconds: epochs * size.imageCount() * 0.001)
    }
}
