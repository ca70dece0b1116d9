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

extension LearningInputs {
    /// A training of prompts in the image encoder, at its start.
    /// - Parameter method: makes the prompts that it starts from.
    func visionPrompts<Method: VisionPromptMethod>(
        _ parameters: some VisionTrainingParameters, _ method: (PromptedVisionTransformer) throws -> Method
    ) throws -> VisionPromptTraining<Method> {
        let encoder = try store.promptedEncoder(of: features.encoder, checkpoint)
        return try VisionPromptTraining(
            parameters,
            model: VisionPromptedCLIP(method(encoder), encoder: encoder, logitScale: model.logitScale),
            training: store.imageSet(trainingImages, of: features.encoder, checkpoint),
            validation: store.imageSet(validationImages, of: features.encoder, checkpoint))
    }
}

extension StageSize {
    /// VPT and MaPLe: images are read and encoded again in every epoch, forwards and backwards.
    var visionPromptLearning: Work {
        let epochs = number("epochs"), images = epochs * (3 * training + validation)
        let forward = promptGigaflop(contextLength: 4)
        return Work(
            gigaflop: images * model.imageGigaflop + 2 * epochs * batches * forward, share: 0.7,
            unit: 3 * number("batchSize", default: 4) * model.imageGigaflop + 2 * forward,
            seconds: epochs * imageCount() * 0.001)
    }
}
