import Foundation

/// Which images a method learns from and which it is validated on.
public struct Split: Hashable, Sendable {
    /// Indices of images, ascending.
    public let train: [Int]
    /// The indices of the others that are used, ascending.
    public let validation: [Int]

    /// Splits every class in the same proportion.
    ///
    /// The images of a class are put in the order of a hash of the seed and their contents, and the first ones train.
    /// So the parts depend neither on file names nor on the order of `images`, and an image that is added moves few
    /// others. Images with equal bytes are one image here and stay together. Of n in a class, `trainFraction` · n
    /// train, rounded to the nearest whole number (halves up), but at least one and, where n ≥ 2, at most n − 1. With a
    /// `fraction` below 1, n counts only the first images in that order, that share of the class, but at least two where
    /// there are two; the others are in neither part.
    /// - Precondition: `trainFraction` and `fraction` are in 0...1.
    public init(of images: [LabelledImage], seed: UInt64, trainFraction: Double = 0.7, fraction: Double = 1) {
        for share in [trainFraction, fraction] {
            precondition((0...1).contains(share), "a fraction is between 0 and 1, not \(share)")
        }
        var train: [Int] = [], validation: [Int] = []
        for (_, members) in Dictionary(grouping: images.indices, by: { images[$0].label }) {
            let copies = Dictionary(grouping: members) { images[$0].digest }
            let ranked = copies.keys.map { (rank: Self.rank(of: $0, seed: seed), digest: $0) }
                .sorted { ($0.rank, $0.digest) < ($1.rank, $1.digest) }
            let used = min(max(Self.share(fraction, of: ranked.count), 2), ranked.count)
            let count = used == 1 ? 1 : min(max(Self.share(trainFraction, of: used), 1), used - 1)
            for (place, image) in ranked[..<used].enumerated() {
                if place < count {
                    train += copies[image.digest, default: []]
                } else {
                    validation += copies[image.digest, default: []]
                }
            }
        }
        self.train = train.sorted()
        self.validation = validation.sorted()
    }

    private static func share(_ fraction: Double, of count: Int) -> Int {
        Int((fraction * Double(count)).rounded(.toNearestOrAwayFromZero))
    }

    private static func rank(of digest: Digest, seed: UInt64) -> Digest {
        let seed = withUnsafeBytes(of: seed.littleEndian, Array.init)
        return Digest(of: Array("split".utf8) + seed + digest.bytes)
    }
}
