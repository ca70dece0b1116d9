/// Points of many numbers in two dimensions: along their first two principal components, or where another program puts them.
public struct PointMap: Hashable, Sendable {
    public struct Point: Hashable, Sendable {
        public var x: Double
        public var y: Double
        /// Of an image, its domain; of a label prompt, the domain that it was learned from; of a generated one, the target.
        public var domain: String
        /// The image's class; of a prompt, what it is.
        public var label: String
        /// Of what was learned; nil for images.
        public var seed: String?
        /// Of a generated prompt, the target whose image it was written for.
        public var target: String?
        /// The image's picture among the report's thumbnails.
        public var thumbnail: Int?

        public init(
            x: Double, y: Double, domain: String, label: String, seed: String? = nil, target: String? = nil,
            thumbnail: Int? = nil
        ) {
            (self.x, self.y, self.domain, self.label) = (x, y, domain, label)
            (self.seed, self.target, self.thumbnail) = (seed, target, thumbnail)
        }
    }

    public var points: [Point]
    /// The shares of the variance that the two components have, in 0...1; none where they are no components.
    public var shares: [Double]
    /// The table that the places are from; nil for principal components.
    public var source: String?
    /// How many points there are of which these are some.
    public var total: Int

    public init(points: [Point], shares: [Double] = [], source: String? = nil, total: Int) {
        (self.points, self.shares, self.source, self.total) = (points, shares, source, total)
    }
}
