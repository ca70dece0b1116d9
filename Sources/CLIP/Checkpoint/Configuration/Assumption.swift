extension Checkpoint {
    /// What had to be assumed of the model, for people, with the file that would say it; nil where nothing had to be.
    ///
    /// It is worth a line wherever features are made or classified: another activation gives other features, none of
    /// which looks wrong.
    public var assumption: String? {
        configuration.assumption.map {
            "\(weightsURL.path): \(configuration.conventions.activation) is \($0) (Docs/checkpoints.md#configuration)"
        }
    }
}

extension ModelConfiguration {
    /// Why the activation is not known for certain; nil where a file says it.
    var assumption: String? {
        isAssumed ? "assumed, as in OpenAI's models: there is no \(modelFile) beside the weights" : nil
    }
}

extension ModelConventions {
    /// The activation of both encoders, for people.
    var activation: String {
        imageNonlinearity == textNonlinearity
            ? imageNonlinearity.rawValue : "\(imageNonlinearity.rawValue), text \(textNonlinearity.rawValue)"
    }
}
