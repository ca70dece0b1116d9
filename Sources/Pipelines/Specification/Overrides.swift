import ArtifactStore

/// Values that a parameter has in some cells in place of another: what a stage says of it under `where:`. Later ones go over
/// earlier ones.
///
/// There may be as many as cells. Which of them hold in one is looked up by the cell's value on the largest of their axes.
struct Overrides: Hashable, Sendable {
    /// One value, and the cells that have it.
    struct Override: Hashable, Sendable {
        /// Values on some axes, each of which a cell must have one of.
        var conditions: [String: Set<AxisValue>]
        var template: Template
        var location: SourceLocation

        func holds(in cell: Cell) -> Bool {
            conditions.allSatisfy { axis, values in
                guard let value = cell.value(on: axis) else { return false }
                let coordinate = Coordinate(axis: axis, value: value)
                // Of another data set's name, each of its domains.
                return values.contains(value)
                    || axis == targetAxis && values.contains { Coordinate(axis: axis, value: $0).covers(coordinate) }
            }
        }
    }

    private var all: [Override] = []
    /// Places of those that are by an axis, by their values on it.
    private var places: [String: [AxisValue: [Int]]] = [:]
    /// Places of the others, which are looked at in every cell.
    private var rest: [Int] = []
    /// Those that the values depend on.
    private(set) var axes: Set<String> = []

    /// - Parameter axis: the largest of the condition's axes, if it has any but the target, which may be a whole data set.
    mutating func append(_ override: Override, by axis: String?) {
        axes.formUnion(override.template.axes.union(override.conditions.keys))
        if let axis {
            for value in override.conditions[axis] ?? [] { places[axis, default: [:]][value, default: []].append(all.count) }
        } else {
            rest.append(all.count)
        }
        all.append(override)
    }

    /// The one that counts in a cell; nil where none holds.
    func last(in cell: Cell) -> Override? {
        let named = places.flatMap { axis, places in cell.value(on: axis).flatMap { places[$0] } ?? [] }
        return (rest + named).sorted(by: >).lazy.map { all[$0] }.first { $0.holds(in: cell) }
    }
}
