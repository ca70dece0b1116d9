import Tensors

/// Which images make each batch of a generator's training. Addressed by epoch and step: the same batch whoever asks and
/// when.
struct BatchSampler {
    private let seed: Int
    private let batchSize: Int
    private let balanceDomains: Bool
    /// Steps of an epoch: as asked for, or as many as there are whole batches of images.
    let stepsPerEpoch: Int
    private let count: Int
    /// The images of each domain, where batches are balanced.
    private let byDomain: [[Int]]

    /// - Parameters:
    ///   - domains: of each image.
    ///   - stepsPerEpoch: 0 for one pass over the images.
    ///   - balanceDomains: whether batches take as many images of every domain.
    init(domains: [Int], batchSize: Int, stepsPerEpoch: Int, balanceDomains: Bool, seed: Int) {
        (self.seed, self.batchSize, self.balanceDomains) = (seed, batchSize, balanceDomains)
        count = domains.count
        self.stepsPerEpoch = stepsPerEpoch > 0 ? stepsPerEpoch : domains.count / batchSize
        byDomain = imagesByDomain(domains)
    }

    /// The images shown with their label prompts: an epoch's go through all images in a random order, over again if it has
    /// more steps than the images fill.
    func real(epoch: Int, step: Int) -> [Int] {
        if balanceDomains { return balanced("real batch", epoch, step) }
        var passes = Passes(over: count, batchesOf: batchSize, seed: seed, "batches", epoch: epoch)
        return passes.batch(step)
    }

    /// The images that prompts are generated for: a random batch of their own, as in the authors' trainer, which draws it
    /// from a fresh shuffle at every step.
    func fake(epoch: Int, step: Int) -> [Int] {
        if balanceDomains { return balanced("fake batch", epoch, step) }
        var stream = RandomStream(seed: UInt64(seed), purpose: "fake batch", epoch, step)
        return stream.permutation(of: count, first: batchSize)
    }

    private func balanced(_ purpose: String, _ epoch: Int, _ step: Int) -> [Int] {
        var stream = RandomStream(seed: UInt64(seed), purpose: purpose, epoch, step)
        return (0..<batchSize).map { slot in
            let images = byDomain[slot % byDomain.count]
            return images[stream.integer(below: images.count)]
        }
    }
}
