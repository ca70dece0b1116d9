import Foundation

/// Which images a method learns from and which it is validated on.
public struct Split: Hashable, Sendable {
    /// Indices of images, ascending.
    public let train: [Int]
    /// The indices of all others, ascending.
    public let validation: [Int]

    /// Splits every class in the same proportion.
    ///
    /// The images of a class are put in the order of a hash of the seed and their contents, and the first ones train.
    /// So the parts depend neither on file names nor on the order of `images`, and an image that is added moves few
    /// others. Images with equal bytes are one image here and stay together. Of n in a class, `trainFraction` · n
    /// train, rounded to the nearest whole number (halves up), but at least one and, where n ≥ 2, at most n − 1.
    /// - Precondition: `trainFraction` is in 0...1.
    public init(of images: [LabelledImage], seed: UInt64, trainFraction: Double = 0.7) {
        precondition((0...1).contains(trainFraction), "a fraction is between 0 and 1, not \(trainFraction)")
        var train: [Int] = [], validation: [Int] = []
        for (_, members) in Dictionary(grouping: images.indices, by: { images[$0].label }) {
            let copies = Dictionary(grouping: members) { images[$0].digest }
            let ranked = copies.keys.map { (rank: Self.rank(of: $0, seed: seed), digest: $0) }
                .sorted { ($0.rank, $0.digest) < ($1.rank, $1.digest) }
            let wanted = Int((trainFraction * Double(ranked.count)).rounded(.toNearestOrAwayFromZero))
            let count = ranked.count == 1 ? 1 : min(max(wanted, 1), ranked.count - 1)
            for (place, image) in ranked.enumerated() {
                if place < count { train += copies[image.digest, default: []] }
                else { validation += copies[image.digest, default: []] }
            }
        }
        self.train = train.sorted()
        self.validation = validation.sorted()
    }

    private static func rank(of digest: Digest, seed: UInt64) -> Digest {
        let seed = withUnsafeBytes(of: seed.littleEndian, Array.init)
        return Digest(of: Array("split".utf8) + seed + digest.bytes)
    }
}
