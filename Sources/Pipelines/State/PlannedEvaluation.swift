import ArtifactStore
import Datasets

/// An evaluation that the table of results shows.
public struct PlannedEvaluation: Hashable, Sendable {
    /// The row: the stage's title, and the cell's values on any axes besides source, target and seed.
    public var title: String
    /// The one domain that was learned from, where the matrix chooses it.
    public var source: String?
    /// As the pipeline calls it; `PACS:sketch` of another data set.
    public var target: String
    /// What it is counted under: its target, or what the file's `columns` are by. Evaluations of one row, column and seed are
    /// taken together.
    public var column: String
    /// Nil where the evaluation does not depend on a seed.
    public var seed: String?
    public var key: ArtifactKey
    /// The name of the instance.
    public var instance: String
}

extension Plan {
    /// The columns of the table, in the order of the matrix.
    public var columns: [String] { specification.cells.map { Name(specification.column(of: $0)) }.uniqued.map(\.text) }

    /// What the columns are by, in words.
    public var columnTitle: String { Specification.columnName(specification.columns.map { ($0, $0) }) }

    /// The evaluations under `results:`, row by row. One that does not depend on what the columns are by, such as zero-shot
    /// CLIP on a source, stands in every column that its cell belongs to.
    public var evaluations: [PlannedEvaluation] {
        var index = ColumnIndex(specification)
        let byStage = Dictionary(grouping: instances, by: \.stage)
        return specification.rows.flatMap { row in
            (byStage[row.stage] ?? []).flatMap { instance -> [PlannedEvaluation] in
                let others = instance.cell.coordinates.filter { ![sourceAxis, targetAxis, "seed"].contains($0.axis) }
                let note = specification.labels(of: Cell(others.map { ($0.axis, $0.value) })).joined(separator: ", ")
                return index.columns(of: instance.cell).map { column in
                    PlannedEvaluation(
                        title: note.isEmpty ? row.title : "\(row.title) (\(note))",
                        source: instance.cell.value(on: sourceAxis)?.text,
                        target: instance.cell.value(on: targetAxis)?.text ?? "", column: column,
                        seed: instance.cell.value(on: "seed")?.text, key: instance.key, instance: instance.name)
                }
            }
        }
    }
}

extension Specification {
    /// What a cell of the whole matrix is counted under.
    fileprivate func column(of cell: Cell) -> String {
        Self.columnName(
            columns.map { axis in
                guard axis == dataSetColumn else {
                    let value = cell[axis].text
                    return (axis, columns.count == 1 || [sourceAxis, targetAxis].contains(axis) ? value : "\(axis) \(value)")
                }
                let target = cell[targetAxis].text
                return (axis, dataSet(of: Name(target)).dataSet.label ?? target)
            })
    }

    /// An arrow leads from what is learned from to what is tested on; between others stands a comma.
    fileprivate static func columnName(_ parts: [(axis: String, text: String)]) -> String {
        var name = ""
        for (index, part) in parts.enumerated() {
            let isTest = [targetAxis, dataSetColumn].contains(part.axis)
            let separator = index == 0 ? "" : isTest && parts[index - 1].axis == sourceAxis ? " → " : ", "
            name += separator + part.text
        }
        return name
    }
}

/// Finds the columns that cells belong to. Those of all cells on some axes are looked up once.
private struct ColumnIndex {
    let specification: Specification
    /// By the cells' axes.
    private var columns: [[String]: [Cell: [String]]] = [:]

    init(_ specification: Specification) { self.specification = specification }

    /// One, where the cell has a value on all that columns are by.
    mutating func columns(of cell: Cell) -> [String] {
        let wanted = specification.columns.map { $0 == dataSetColumn ? targetAxis : $0 }
        if wanted.allSatisfy({ cell.value(on: $0) != nil }) { return [specification.column(of: cell)] }
        let axes = cell.coordinates.map(\.axis).filter { $0 != domainAxis }
        if columns[axes] == nil {
            columns[axes] = Dictionary(grouping: specification.cells) { $0.projected(on: axes) }
                .mapValues { $0.map { Name(specification.column(of: $0)) }.uniqued.map(\.text) }
        }
        return columns[axes]?[cell.projected(on: axes)] ?? []
    }
}
