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

/// What the parameters of a `GeneratorTrainingParameters` mean.
let generatorTrainingHelp = [
    "learningRate": "of AdamW, after the warm-up",
    "weightDecay": "of AdamW",
    "batchSize": "images in a step",
    "epochs": "from warm-up to the end of the learning rate's cosine",
    "warmUpEpochs": "first epochs, at a rate that rises in steps",
    "warmUpLearningRate": "the rate of the very first epoch",
    "stepsPerEpoch": "0 for one pass over the training images",
    "balanceDomains": "take as many images of every domain in a batch",
    "validateEvery": "epochs from one measurement on validation images to the next",
    "seed": "of initial weights, batches and all else that is drawn",
]

extension [String: String] {
    /// These, and those of others that have other names.
    func adding(_ others: [String: String]) -> [String: String] { merging(others) { own, _ in own } }
}
