import ArtifactStore

/// An instance that a trial makes.
struct PlacedInstance {
    let instance: Instance
    let search: TuneSettings.Search
    let values: TrialValues
    /// The domain that nothing is looked at of; nil where the cells of instances tell choices apart.
    let heldOut: AxisValue?
}

/// What tells instances of several trials apart: their cells get further axes, the domain held out and the values that are
/// tried, as far as a stage depends on them.
struct TrialNames {
    private enum Axis: Hashable {
        case heldOut
        /// The place of a value among those of its search.
        case value(Int)
    }

    private struct Place: Hashable {
        let row: String, stage: String

        init(_ placed: PlacedInstance) { (row, stage) = (placed.search.row.stage, placed.instance.stage) }
    }

    private struct NamedCell: Hashable {
        let stage: String, cell: Cell
    }

    private var axes: [Place: [Axis]] = [:]

    /// - Parameter file: tells what is made of what.
    init(_ all: [PlacedInstance], in file: Specification) {
        for (place, group) in Dictionary(grouping: all, by: Place.init) {
            guard let first = group.first else { continue }
            var axes: [Axis] = first.heldOut == nil ? [] : [.heldOut], inDoubt: [Axis] = axes
            for (index, value) in first.search.values.enumerated() {
                if let (stage, _) = value.parameter {
                    if file.stagesNeeded(by: place.stage).contains(stage) { axes.append(.value(index)) }
                } else {
                    axes.append(.value(index))
                    inDoubt.append(.value(index))
                }
            }
            for axis in inDoubt {
                let fewer = axes.filter { $0 != axis }
                if Self.tellApart(group, by: fewer) { axes = fewer }
            }
            self.axes[place] = axes
        }
    }

    /// Whether instances of equal names are equal.
    private static func tellApart(_ group: [PlacedInstance], by axes: [Axis]) -> Bool {
        var keys: [Cell: ArtifactKey] = [:]
        return group.allSatisfy { placed in
            let key = placed.instance.key
            return keys.updateValue(key, forKey: Cell(placed.instance.cell, coordinates(of: placed, on: axes))) ?? key == key
        }
    }

    private static func coordinates(of placed: PlacedInstance, on axes: [Axis]) -> [Coordinate] {
        axes.compactMap { axis in
            switch axis {
            case .heldOut: placed.heldOut.map { Coordinate(axis: Occasion.heldOutAxis, value: $0) }
            case .value(let index):
                Coordinate(
                    axis: placed.search.values[index].title,
                    value: AxisValue(placed.values[index].json, text: placed.values[index].shortText))
            }
        }
    }

    /// Instances under their names, each once, in the same order.
    func named(_ all: [PlacedInstance]) -> [Instance] {
        var seen: Set<NamedCell> = []
        return all.compactMap { placed in
            let further = Self.coordinates(of: placed, on: axes[Place(placed)] ?? [])
            var instance = placed.instance
            instance.cell = Cell(instance.cell, further)
            instance.labels += further.map(\.text)
            return seen.insert(NamedCell(stage: instance.stage, cell: instance.cell)).inserted ? instance : nil
        }
    }
}

extension Cell {
    fileprivate init(_ cell: Cell, _ further: [Coordinate]) {
        self.init((cell.coordinates + further).map { ($0.axis, $0.value) })
    }
}
