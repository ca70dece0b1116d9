import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// The memory of tensors: a block that is freed is kept for the next tensor of its size.
///
/// One training step makes the same tensors as the step before it. The C library's aligned allocations leave gaps between
/// blocks that no later block fits into, so that a training of many thousand steps would grow with each of them; and the
/// pages of a large new block cost as much as computing on it.
package enum TensorMemory {
    /// Freed blocks are kept up to so many bytes in all; the memory of what does not fit goes back to the system. The next
    /// step of a training needs as much for its backward pass as the one before it.
    static var keptBytes: Int { max(256 << 20, ActivationBudget.bytes) }

    /// The size of a block: a number of bytes of which eight lie between a power of two and the next, so that tensors of
    /// about one size share blocks and no more than an eighth of a block is idle.
    package struct BlockSize: Hashable, Sendable {
        package let bytes: Int
        /// Counts sizes from the smallest.
        package let index: Int

        /// The smallest size that holds so many bytes.
        package init(holding needed: Int) {
            // Up to 512 bytes every multiple of a vector is a size; above, there are eight sizes to a power of two.
            let power = max(9, Int.bitWidth - 1 - max(0, needed - 1).leadingZeroBitCount)
            let step = needed <= 512 ? 64 : 1 << (power - 3)
            let steps = max(1, (needed + step - 1) / step)
            bytes = steps * step
            index = needed <= 512 ? steps - 1 : (power - 8) * 8 + steps - 9
        }
    }

    /// Addresses of free blocks by the index of their size.
    private struct Free {
        var blocks = [[UInt]](repeating: [], count: 64 * 8)
        var bytes = 0
        /// Blocks that had to be asked of the system.
        var systemBlocks = 0
    }

    private static let free = Mutex(Free())

    /// How many blocks the system was asked for so far.
    package static var systemBlocks: Int { free.withLock(\.systemBlocks) }

    /// A block, 64-byte aligned, whose content is undefined.
    static func take(_ size: BlockSize) -> UnsafeMutableRawPointer {
        let address = free.withLock { free -> UInt? in
            guard let address = free.blocks[size.index].popLast() else {
                free.systemBlocks += 1
                return nil
            }
            free.bytes -= size.bytes
            return address
        }
        return address.flatMap { UnsafeMutableRawPointer(bitPattern: $0) } ?? allocate(byteCount: size.bytes)
    }

    /// Memory of the system's: from the size of a huge page on, of huge pages where it has some to spare. A pass over
    /// megabytes in small ones spends a good part of its time on finding them.
    package static func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
        let hugePage = 2 << 20
        guard byteCount >= hugePage else { return .allocate(byteCount: byteCount, alignment: 64) }
        let block = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: hugePage)
        #if os(Linux)
        madvise(block, byteCount, MADV_HUGEPAGE)  // Advice: where it is refused, pages stay small.
        #endif
        return block
    }

    /// Gives a block back.
    static func give(_ block: UnsafeMutableRawPointer, _ size: BlockSize) {
        let isKept = free.withLock { free in
            guard free.bytes + size.bytes <= keptBytes else { return false }
            free.blocks[size.index].append(UInt(bitPattern: block))
            free.bytes += size.bytes
            return true
        }
        if !isKept { block.deallocate() }
    }

    /// Calls `body` with memory for some numbers, 64-byte aligned, whose content is undefined. The C library would ask the
    /// system for as much, and give it back, each time.
    static func withNumbers<Result>(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Result) -> Result {
        let size = BlockSize(holding: count * MemoryLayout<Float>.stride), block = take(size)
        defer { give(block, size) }
        return body(block.assumingMemoryBound(to: Float.self))
    }

    /// Gives the memory of all free blocks back to the system.
    package static func release() {
        let blocks = free.withLock { free in
            defer { (free.blocks, free.bytes) = (Free().blocks, 0) }
            return free.blocks.joined().compactMap(UnsafeMutableRawPointer.init(bitPattern:))
        }
        for block in blocks { block.deallocate() }
    }
}
