import CLIP

/// Requires images that a method can learn from: enough to train, some to validate, of features as long as the texts'.
///
/// - Parameter batchSize: how many images a step takes without taking any twice.
func require(
    training: FeatureSet, validation: FeatureSet, batchSize: Int, model: CLIPText
) throws(PromptError) {
    guard training.count >= batchSize else { throw .tooFewImages(of: "training", images: training.count, batchSize: batchSize) }
    guard validation.count > 0 else { throw .noValidationImages }
    guard training.center.columns == model.transformer.weights.dimension else {
        throw .dimensions(features: training.center.columns, text: model.transformer.weights.dimension)
    }
}

/// Requires a number of context vectors that fits into a text, before anything is made of that length: it may be any number.
/// - Parameter parameters: the names of those that ask for so many.
func require(contextLength: Int, by parameters: String = "contextLength", model: CLIPText) throws(PromptError) {
    guard contextLength < model.transformer.contextLength else {
        throw .contextTooLong(asked: contextLength, contextLength: model.transformer.contextLength, by: parameters)
    }
}
