import ArtifactStore
import Foundation
import Tensors

extension Model {
    /// Writes the texts that all images are compared with as a classifier for other programs: `softmax(logit_scale · f · Wᵀ)`
    /// of a unit feature f is the whole of it.
    ///
    /// The file is one of safetensors'. Its tensors are `text_features`, `[classes, F]`, unit length, and `logit_scale`, a
    /// number; its metadata have `classes`, a JSON list of the classes' names, `method` and `encoder`, its digest's key.
    /// - Parameter url: where there is no file yet.
    /// - Throws: `ModelError` where images have texts, or an encoder, of their own; `StoreError.fileExists` or `.cannotWrite`.
    public func writeClassifier(to url: URL) throws {
        guard let text = classifier.sharedText else {
            throw ModelError(
                "\(parts.learned.method) is no classifier of features alone: \(reasonForNoSharedText). Export what was learned "
                    + "(spg export generator), or a bundle (spg bundle)")
        }
        guard url.pathExtension == "safetensors" else {
            throw ModelError("\(url.path): a classifier is written as .safetensors, which holds the classes' names, too")
        }
        let classes = JSONValue.array(parts.classes.map { .string($0.text) })
        let data = Safetensors.encode(
            ["text_features": text, "logit_scale": Tensor(logitScale)],
            metadata: [
                "classes": classes.canonicalText, "method": parts.learned.method, "encoder": parts.encoder.key.description,
            ])
        try NewFiles.write([(url, data)])
    }

    private var reasonForNoSharedText: String {
        if parts.method.reads == .pixels { return "it changes the image encoder" }
        return classifier.batchSize == nil
            ? "each image has a prompt of its own" : "each batch of images has a prompt of its own"
    }
}
