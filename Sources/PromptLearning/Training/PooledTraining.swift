import CLIP

/// A training that sees the images of one domain, or of several pooled, and nothing else.
public protocol PooledTraining: Training {
    associatedtype Parameters

    /// Prepares to learn.
    ///
    /// - Parameters:
    ///   - parameters: what decides what is learned.
    ///   - model: the text side of CLIP that the prompts are for.
    ///   - classNames: as the data set writes them.
    ///   - training: the images to learn from; their augmented views are used where there are any.
    ///   - validation: the images that choose the epoch.
    /// - Throws: `tooFewImages`, `noValidationImages` or `dimensions` if nothing can be learned from the images;
    ///   `contextTooLong`, `contextLength` or `tooLong` if the vectors, the words they start from, or a class's prompt
    ///   do not fit the model.
    init(
        _ parameters: Parameters, model: CLIPText, classNames: [String], training: FeatureSet, validation: FeatureSet
    ) throws(PromptError)
}
