import Tensors

/// Memory for intermediate numbers, allocated once and used again and again; freed with its last owner.
final class Scratch {
    let base: UnsafeMutablePointer<Float>

    init(count: Int) {
        base = TensorMemory.allocate(byteCount: max(1, count) * MemoryLayout<Float>.stride)
            .bindMemory(to: Float.self, capacity: max(1, count))
    }

    deinit { UnsafeMutableRawPointer(base).deallocate() }
}
