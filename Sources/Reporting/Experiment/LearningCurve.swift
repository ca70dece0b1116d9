/// How one measurement of one training went, epoch by epoch.
public struct LearningCurve: Hashable, Sendable {
    public struct Point: Hashable, Sendable {
        /// Counted from 1.
        public var epoch: Int
        public var value: Double
        /// Whether what was learned by then was kept.
        public var isKept: Bool

        public init(epoch: Int, value: Double, isKept: Bool) {
            (self.epoch, self.value, self.isKept) = (epoch, value, isKept)
        }
    }

    public var stage: String
    /// Where in the matrix, in the order of its axes: such as `domain` and `tango`.
    public var cell: [CellValue]
    /// Such as `loss`.
    public var name: String
    /// By epoch.
    public var points: [Point]

    public init(stage: String, cell: [CellValue], name: String, points: [Point]) {
        (self.stage, self.cell, self.name, self.points) = (stage, cell, name, points)
    }

    /// The curve with at most as many points, evenly spread, and besides them the last one and the one that was kept.
    package func thinned(to limit: Int) -> LearningCurve {
        guard points.count > limit else { return self }
        var curve = self
        let step = (points.count + limit - 1) / limit
        curve.points = points.enumerated().filter { place, point in
            place % step == 0 || point.isKept || place == points.count - 1
        }.map(\.element)
        return curve
    }
}

/// A value on an axis of the matrix.
public struct CellValue: Hashable, Sendable {
    public var axis: String
    public var value: String

    public init(_ axis: String, _ value: String) { (self.axis, self.value) = (axis, value) }
}
