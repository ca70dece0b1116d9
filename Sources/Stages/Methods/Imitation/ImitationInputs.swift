import ArtifactStore
import PromptLearning
import Tensors

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
}

extension StageSize {
    /// A network that is fitted to prompts: forwards and backwards for each image, and measurements on the validation images.
    /// - Parameters:
    ///   - weights: how many numbers the network has.
    ///   - epochs: nil for all.
    func imitating(weights: Double, epochs: Double? = nil) -> Work {
        let epochs = epochs ?? number("epochs"), step = number("batchSize", default: 32) * 6 * weights / 1e9
        return Work(
            gigaflop: steps(epochs: epochs) * step, share: 0.35, unit: step,
            bytes: StoredSize.vectors(weights) + StoredSize.history(epochs: epochs), checkpointBytes: 16 * weights)
            + measuring(measurements(in: epochs), contextLength: 4)
    }
}
