/// What the parameters of a `DescentParameters` mean, for those who set them.
let descentHelp = [
    "learningRate": "of stochastic gradient descent, after the warm-up",
    "momentum": "of stochastic gradient descent",
    "weightDecay": "of stochastic gradient descent",
    "batchSize": "images in a step",
    "epochs": "passes over the training images",
    "warmUpEpochs": "first epochs at a constant rate",
    "warmUpLearningRate": "that rate",
]

extension [String: String] {
    /// These, and those of others that have other names.
    func adding(_ others: [String: String]) -> [String: String] { merging(others) { own, _ in own } }
}
