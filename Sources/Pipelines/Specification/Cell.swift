import ArtifactStore

/// A cell of a pipeline's matrix, or of a face of it: a value on each axis that a stage depends on.
public struct Cell: Hashable, Sendable {
    /// In the order of the axes: `domain` first, then as the matrix names them.
    public private(set) var coordinates: [Coordinate]

    public init(_ coordinates: [(String, AxisValue)] = []) {
        self.coordinates = coordinates.map { Coordinate(axis: $0.0, value: $0.1) }
    }

    /// The value on an axis that the cell has.
    subscript(_ axis: String) -> AxisValue { value(on: axis) ?? .absent }

    /// The value on an axis, or nil where the cell does not depend on it.
    public func value(on axis: String) -> AxisValue? {
        coordinates.first { $0.axis == axis }?.value
    }

    /// The cell's coordinates on some axes, with one of them set.
    func projected(on axes: [String], setting axis: String? = nil, to value: AxisValue = .absent) -> Cell {
        Cell(axes.map { ($0, $0 == axis ? value : self[$0]) })
    }

    /// Whether the cell has all values of another one.
    func contains(_ part: Cell) -> Bool {
        part.coordinates.allSatisfy { part in coordinates.contains(where: part.covers) }
    }

    /// Every cell over some axes, the last axis fastest.
    static func all(over axes: [(name: String, values: [AxisValue])]) -> [Cell] {
        axes.reduce([Cell()]) { cells, axis in
            cells.flatMap { cell in
                axis.values.map { value in
                    var cell = cell
                    cell.coordinates.append(Coordinate(axis: axis.name, value: value))
                    return cell
                }
            }
        }
    }

    /// As an object, which is how the store keeps it.
    public var json: JSONValue {
        .object(Dictionary(coordinates.map { ($0.axis, $0.value.json) }) { _, last in last })
    }
}

extension Coordinate {
    /// Whether the other coordinate is this one; or, where this one is a whole data set, a domain of it.
    func covers(_ other: Coordinate) -> Bool {
        guard axis == other.axis, value != other.value else { return self == other }
        guard axis == targetAxis, case .string(let set) = value.json else { return false }
        return other.value.text.hasPrefix(set + DomainName.separator)
    }
}
