import CLIP

/// Requires images that a method can learn from: enough to train, some to validate, of features as long as the texts'.
///
/// - Parameter batchSize: how many images a step takes without taking any twice.
func require(
    training: FeatureSet, validation: FeatureSet?, batchSize: Int, model: CLIPText
) throws(PromptError) {
    guard training.count >= batchSize else { throw .tooFewImages(of: "training", images: training.count, batchSize: batchSize) }
    if let validation, validation.count == 0 { throw .noValidationImages }
    guard training.center.columns == model.transformer.dimension else {
        throw .dimensions(features: training.center.columns, text: model.transformer.dimension)
    }
}

/// Requires a number of context vectors that fits into a text, before anything is made of that length: it may be any number.
/// - Parameter parameters: the names of those that ask for so many.
func require(contextLength: Int, by parameters: String = "contextLength", model: some TextReader) throws(PromptError) {
    guard contextLength < model.contextLength else {
        throw .contextTooLong(asked: contextLength, contextLength: model.contextLength, by: parameters)
    }
}

/// Requires an encoder to have as many layers as prompts are asked for in.
/// - Parameter encoder: which one, for people.
func require(depth: Int, of layers: Int, in encoder: String) throws(PromptError) {
    guard depth <= layers else { throw .tooDeep(asked: depth, layers: layers, of: encoder) }
}
