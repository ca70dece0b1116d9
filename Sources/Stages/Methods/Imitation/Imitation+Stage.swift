import ArtifactStore
import PromptLearning
import Tensors

extension Imitation {
    /// What its parameters mean, for every method that learns so.
    static let help = [
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
}

extension LearningInputs {
    /// Domains' prompts, each `[M, width]`, as what a network is to write: `[domains, M · width]`.
    /// - Throws: `PromptError.widths` where they are none of this text encoder's.
    func rows(of prompts: [Tensor]) throws -> Tensor {
        guard prompts[0].columns == model.transformer.width else {
            throw PromptError.widths(prompt: prompts[0].columns, text: model.transformer.width)
        }
        return Tensor([prompts.count, prompts[0].count], prompts.flatMap(\.values))
    }

    /// The training of a network by what it is to write for each domain.
    /// - Parameters:
    ///   - choice: the epochs, counted from 1, of which one is kept; all if it is nil.
    ///   - labels: `[domains, L]`.
    func imitation<Network: ImitatingNetwork>(
        _ parameters: Imitation, choosingFrom choice: ClosedRange<Int>? = nil, labels: Tensor, network: Network
    ) throws -> PromptImitation<Network> {
        try PromptImitation(
            parameters, choosingFrom: choice, network: network, labels: labels, model: model, classNames: classNames,
            training: training, validation: validation)
    }

    /// What the store keeps of a network that has learned.
    func generator<Network: ImitatingNetwork>(_ method: String, _ learner: PromptImitation<Network>) -> ArtifactContents {
        let result = learner.result
        return .generator(StoredGenerator(
            method: method, domain: domainNames, seed: learner.parameters.seed, tensors: result.network.tensors,
            validationAccuracy: result.validationAccuracy))
    }
}
