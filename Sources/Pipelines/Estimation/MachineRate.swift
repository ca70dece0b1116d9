import Tensors

/// What a core of this machine can do.
public enum MachineRate {
    /// Measures matrix products on one thread for a fifth of a second.
    /// - Returns: thousand millions of additions and multiplications a second, of the best product.
    public static func gigaflopsPerSecond() -> Double {
        let size = 512, threads = Threads.count
        Threads.count = 1
        defer { Threads.count = threads }
        let a = Tensor([size, size], repeating: 0.5), b = Tensor([size, size], repeating: 0.25)
        var best = Duration.seconds(60)
        let clock = ContinuousClock(), end = clock.now + .milliseconds(200)
        repeat {
            let start = clock.now
            // Used below, so that it cannot be left out.
            let product = Tensor.product(a, b)
            best = min(best, clock.now - start)
            precondition(product.rows == size)
        } while clock.now < end
        return 2e-9 * Double(size * size * size) / (best / .seconds(1))
    }
}
