import Tensors

extension FeatureSet {
    /// One pass over the images in an order that is the epoch's own, each image by one of its views; a last, short batch is
    /// dropped.
    ///
    /// - Returns: `count / size` times unit features, `[size, dimension]`, and their labels.
    func batches(of size: Int, seed: UInt64, epoch: Int) -> some Sequence<(images: Tensor, labels: [Int])> {
        var stream = RandomStream(seed: seed, purpose: "batches", epoch)
        let order = stream.permutation(of: count)
        return (0..<count / size).lazy.map { step in
            let batch = Array(order[step * size..<(step + 1) * size])
            var views = RandomStream(seed: seed, purpose: "views", epoch, step)
            return (self.views(of: batch, using: &views), batch.map { labels[$0] })
        }
    }
}
