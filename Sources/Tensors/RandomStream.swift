import Foundation

/// Random numbers addressed by name, never by the order of calls.
///
/// A stream is the Philox4x32-10 generator (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) at an
/// address: a seed, a purpose, and up to three coordinates such as epoch, step and index. Two streams at different
/// addresses are independent; the same address gives the same numbers on every machine, whatever ran before.
public struct RandomStream: RandomNumberGenerator, Sendable {
    private let key: (UInt32, UInt32)
    private let address: (UInt32, UInt32, UInt32)
    private var block: UInt32 = 0
    private var words = SIMD4<UInt32>()
    private var used = 4

    /// The stream at an address.
    /// - Parameters:
    ///   - seed: the experiment's seed.
    ///   - purpose: what the numbers are for, such as "batches" or "noise". Hashed into the key.
    ///   - coordinates: up to three numbers, such as epoch, step and index; only their low 32 bits count.
    public init(seed: UInt64, purpose: String, _ coordinates: Int...) {
        precondition(coordinates.count <= 3, "an address has at most three coordinates")
        // FNV-1a, 64 bits: spreads purposes over the key space.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        let mixed = hash &+ seed &* 0x9e37_79b9_7f4a_7c15
        key = (UInt32(truncatingIfNeeded: mixed), UInt32(truncatingIfNeeded: mixed >> 32))
        func coordinate(_ i: Int) -> UInt32 {
            i < coordinates.count ? UInt32(truncatingIfNeeded: coordinates[i]) : 0
        }
        address = (coordinate(0), coordinate(1), coordinate(2))
    }

    /// The next 32 random bits.
    public mutating func next32() -> UInt32 {
        if used == 4 {
            words = nextBlock()
            used = 0
        }
        defer { used += 1 }
        return words[used]
    }

    private mutating func nextBlock() -> SIMD4<UInt32> {
        defer { block &+= 1 }
        return philox4x32(counter: SIMD4(block, address.0, address.1, address.2), key: key)
    }

    public mutating func next() -> UInt64 {
        UInt64(next32()) | UInt64(next32()) << 32
    }

    /// A number in [0, 1), a multiple of 2⁻²⁴.
    public mutating func uniform() -> Float {
        Float(next32() >> 8) * 0x1p-24
    }

    /// The next numbers of `uniform()`, a tensor of them at a time.
    public mutating func uniform(_ shape: [Int]) -> Tensor {
        var result = Tensor(uninitialized: shape)
        let count = result.count
        result.withUnsafeMutablePointer { to in
            var i = 0
            while used < 4, i < count {
                to[i] = uniform()
                i += 1
            }
            while i + 64 <= count {
                philox4x32(counter: SIMD4(block, address.0, address.1, address.2), key: key, sixteenBlocksInto: to + i)
                block &+= 16
                i += 64
            }
            while i + 4 <= count {
                let words = nextBlock()
                for lane in 0..<4 { to[i + lane] = Float(words[lane] >> 8) * 0x1p-24 }
                i += 4
            }
            while i < count {
                to[i] = uniform()
                i += 1
            }
        }
        return result
    }

    /// A tensor of the next numbers, spread over ±`bound`.
    public mutating func uniform(_ shape: [Int], within bound: Float) -> Tensor {
        uniform(shape).mapped { (2 * $0 - 1) * bound }
    }

    /// A number in [0, 1), a multiple of 2⁻⁵³.
    public mutating func uniformDouble() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number from the standard normal distribution (Box–Muller; the sine half is not kept).
    public mutating func normal() -> Float {
        let radius = (-2 * log(1 - uniformDouble())).squareRoot()
        return Float(radius * cos(2 * .pi * uniformDouble()))
    }

    /// An integer in `0..<bound`, without bias (Lemire's method).
    public mutating func integer(below bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &self)
    }

    /// A random order of `0..<count`.
    public mutating func permutation(of count: Int) -> [Int] {
        Array(0..<count).shuffled(using: &self)
    }

    /// The first numbers of `permutation(of: count)`, without drawing the others.
    ///
    /// An order is drawn from its beginning: each place in turn changes its number with one at or behind it.
    /// - Parameter first: how many; all where there are no more.
    public mutating func permutation(of count: Int, first: Int) -> [Int] {
        // Numbers that are no longer at the place of their own.
        var moved: [Int: Int] = [:]
        return (0..<min(first, count)).map { place in
            // The last place has no choice, and draws nothing.
            let other = place + (count - place > 1 ? integer(below: count - place) : 0)
            let number = moved[other] ?? other
            moved[other] = moved[place] ?? place
            return number
        }
    }
}

/// One block of Philox4x32-10: four random words for a 128-bit counter and a 64-bit key.
package func philox4x32(counter: SIMD4<UInt32>, key: (UInt32, UInt32)) -> SIMD4<UInt32> {
    var c = counter, k = key
    for _ in 0..<10 {
        let a = UInt64(c[0]) * 0xd251_1f53
        let b = UInt64(c[2]) * 0xcd9e_8d57
        c = SIMD4(
            UInt32(truncatingIfNeeded: b >> 32) ^ c[1] ^ k.0, UInt32(truncatingIfNeeded: b),
            UInt32(truncatingIfNeeded: a >> 32) ^ c[3] ^ k.1, UInt32(truncatingIfNeeded: a))
        k = (k.0 &+ 0x9e37_79b9, k.1 &+ 0xbb67_ae85)
    }
    return c
}

/// The numbers in [0, 1) that `RandomStream.uniform()` makes of sixteen blocks of Philox4x32-10, of this counter and of those
/// after it: 64 numbers. Blocks stand beside each other, so that the compiler makes vectors of the loops.
private func philox4x32(
    counter: SIMD4<UInt32>, key: (UInt32, UInt32), sixteenBlocksInto numbers: UnsafeMutablePointer<Float>
) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { words in
        let (c0, c1, c2, c3) = (words.baseAddress!, words.baseAddress! + 16, words.baseAddress! + 32, words.baseAddress! + 48)
        for i in 0..<16 {
            (c0[i], c1[i]) = (counter[0] &+ UInt32(truncatingIfNeeded: i), counter[1])
            (c2[i], c3[i]) = (counter[2], counter[3])
        }
        var k = key
        for _ in 0..<10 {
            for i in 0..<16 {
                let a = UInt64(c0[i]) &* 0xd251_1f53, b = UInt64(c2[i]) &* 0xcd9e_8d57
                c0[i] = UInt32(truncatingIfNeeded: b &>> 32) ^ c1[i] ^ k.0
                c1[i] = UInt32(truncatingIfNeeded: b)
                c2[i] = UInt32(truncatingIfNeeded: a &>> 32) ^ c3[i] ^ k.1
                c3[i] = UInt32(truncatingIfNeeded: a)
            }
            k = (k.0 &+ 0x9e37_79b9, k.1 &+ 0xbb67_ae85)
        }
        for i in 0..<16 {
            for j in 0..<4 { numbers[4 * i + j] = Float(Int32(truncatingIfNeeded: words[16 * j + i] &>> 8)) * 0x1p-24 }
        }
    }
}
