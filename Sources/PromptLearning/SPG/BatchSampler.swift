import Tensors

/// Which images make each batch of GAN training. Addressed by epoch and step: the same batch whoever asks and when.
struct BatchSampler {
    private let parameters: ConditionalGAN.Parameters
    private let count: Int
    /// The images of each domain, where batches are balanced.
    private let byDomain: [[Int]]

    init(domains: [Int], parameters: ConditionalGAN.Parameters) {
        self.parameters = parameters
        count = domains.count
        byDomain = Dictionary(grouping: domains.indices, by: { domains[$0] }).sorted { $0.key < $1.key }.map(\.value)
    }

    var stepsPerEpoch: Int {
        parameters.stepsPerEpoch > 0 ? parameters.stepsPerEpoch : count / parameters.batchSize
    }

    /// The images shown with their label prompts: an epoch's go through all images in a random order, over again if it has
    /// more steps than the images fill.
    func real(epoch: Int, step: Int) -> [Int] {
        if parameters.balanceDomains { return balanced("real batch", epoch, step) }
        let perPass = count / parameters.batchSize
        let order = permutation("batches", epoch, step / perPass)
        let first = step % perPass * parameters.batchSize
        return Array(order[first..<first + parameters.batchSize])
    }

    /// The images that prompts are generated for: a random batch of their own, as in the authors' trainer, which draws it
    /// from a fresh shuffle at every step.
    func fake(epoch: Int, step: Int) -> [Int] {
        if parameters.balanceDomains { return balanced("fake batch", epoch, step) }
        return Array(permutation("fake batch", epoch, step).prefix(parameters.batchSize))
    }

    private func permutation(_ purpose: String, _ epoch: Int, _ step: Int) -> [Int] {
        var stream = RandomStream(seed: UInt64(parameters.seed), purpose: purpose, epoch, step)
        return stream.permutation(of: count)
    }

    private func balanced(_ purpose: String, _ epoch: Int, _ step: Int) -> [Int] {
        var stream = RandomStream(seed: UInt64(parameters.seed), purpose: purpose, epoch, step)
        return (0..<parameters.batchSize).map { slot in
            let images = byDomain[slot % byDomain.count]
            return images[stream.integer(below: images.count)]
        }
    }
}
