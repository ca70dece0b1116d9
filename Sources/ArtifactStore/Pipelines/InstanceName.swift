/// What people call an instance, a stage in one cell of a pipeline's matrix: `spg(target ink, seed 1)`.
public struct InstanceName: Hashable, Sendable {
    public var stage: String
    /// What tells the cell apart: its values, such as `target ink` and `seed 1`, or the names that the matrix gives them.
    public var labels: [String]
    /// All values of the cell.
    public var coordinates: [Coordinate]

    public init(stage: String, labels: [String], coordinates: [Coordinate]) {
        (self.stage, self.labels, self.coordinates) = (stage, labels, coordinates)
    }

    public var text: String { labels.isEmpty ? stage : "\(stage)(\(labels.joined(separator: ", ")))" }
}
