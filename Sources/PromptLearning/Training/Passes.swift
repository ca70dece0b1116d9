import Tensors

/// Whole batches of some images, over and over in an epoch, each time in a new order.
struct Passes {
    private let count: Int, size: Int, seed: UInt64, epoch: Int, purpose: String
    private var order: [Int] = [], pass = -1

    /// - Parameter purpose: of the streams of random numbers that the orders come from.
    init(over count: Int, batchesOf size: Int, seed: Int, _ purpose: String, epoch: Int) {
        (self.count, self.size, self.seed) = (count, size, UInt64(seed))
        (self.purpose, self.epoch) = (purpose, epoch)
    }

    /// - Returns: the images of a step, counted from the epoch's first. Asked for in their order, a pass is shuffled once.
    mutating func batch(_ step: Int) -> [Int] {
        let perPass = count / size
        if step / perPass != pass {
            pass = step / perPass
            var stream = RandomStream(seed: seed, purpose: purpose, epoch, pass)
            order = stream.permutation(of: count)
        }
        let first = step % perPass * size
        return Array(order[first..<first + size])
    }
}
