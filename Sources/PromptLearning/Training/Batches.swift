import Tensors

/// The batches of an epoch, each made when its step comes.
struct Batches<Batch> {
    let count: Int
    /// The batch of a step; to be asked for in the order of steps. It holds on to nothing that steps change.
    let batch: (_ step: Int) throws(PromptError) -> Batch
}

/// Unit features of some images, `[size, dimension]`, and their labels.
typealias LabelledBatch = (images: Tensor, labels: [Int])

extension FeatureSet {
    /// One pass over the images in an order that is the epoch's own, each image by one of its views; a last, short batch is
    /// dropped.
    func batches(of size: Int, seed: Int, epoch: Int) -> Batches<LabelledBatch> {
        var pass = Passes(over: count, batchesOf: size, seed: seed, "batches", epoch: epoch)
        return Batches(count: count / size) { step in
            let batch = pass.batch(step)
            var views = RandomStream(seed: UInt64(seed), purpose: "views", epoch, step)
            return (self.views(of: batch, using: &views), batch.map { labels[$0] })
        }
    }
}
