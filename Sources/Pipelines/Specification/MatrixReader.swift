import ArtifactStore

extension Specification {
    /// What the matrix of a file says: its axes, and which of their cells there are.
    struct Matrix {
        var axes: [Axis] = []
        /// Every cell over all axes that is to be: the product of the axes, less those excluded, and those included.
        var cells: [Cell] = [Cell()]
        /// What cells, or parts of them, are called.
        var names = CellNames()

        static let lists = ["include", "exclude", "names"]

        /// - Parameters:
        ///   - unedited: the whole file without the values of `--set`; nil where none is set.
        ///   - targets: other data sets to test on; the axis `target` is by them, also where the file has none.
        init(_ node: SourceNode?, unedited: SourceNode?, targets: [DataSet]) throws(SpecificationError) {
            let members = try node?.members("axes, such as {seed: [1, 2, 3]}") ?? []
            for member in members where !Self.lists.contains(member.name) { axes.append(try Axis(member)) }
            try setTargets(targets)
            noteLeftOut(of: unedited, targets)
            if let node { try Self.checkSize(of: axes, at: node) }
            cells = Cell.all(over: axes.map { ($0.name, $0.values.map(\.value)) }).filter { !Self.testsItsSource($0) }
            if let axis = members[sourceAxis], cells.isEmpty {
                throw axis.key.error(
                    "no target differs from its source; tests need another domain than the source, so add a target")
            }
            if let member = members["exclude"] { try exclude(member.value) }
            if let member = members["include"] { try include(member.value) }
            if let node, cells.isEmpty { throw node.error("every cell of the matrix is excluded") }
            if let member = members["names"] { try name(member.value) }
        }

        /// How many cells a matrix may have. Each is an instance of some stages, and each instance takes about a kilobyte.
        private static let mostCells = 250_000

        private static func checkSize(of axes: [Axis], at node: SourceNode) throws(SpecificationError) {
            var count = 1
            for axis in axes {
                let (product, isTooLarge) = count.multipliedReportingOverflow(by: axis.values.count)
                count = product
                guard isTooLarge || count > mostCells else { continue }
                let sizes = axes.map { "\($0.values.count)" }.joined(separator: " × ")
                throw node.error(
                    "a matrix of \(sizes) cells; at most \(mostCells) can be planned: list fewer values, or only the cells that "
                        + "are needed under “include”, or use several files (extends: takes over what they share)")
            }
        }

        /// Whether a cell would test on the domain that it learns from. There are no such cells.
        private static func testsItsSource(_ cell: Cell) -> Bool {
            cell.value(on: sourceAxis) != nil && cell.value(on: sourceAxis) == cell.value(on: targetAxis)
        }

        private mutating func setTargets(_ targets: [DataSet]) throws(SpecificationError) {
            let labels = targets.compactMap(\.label)
            guard let first = targets.first else { return }
            guard let axis = axes.first(where: { $0.name == targetAxis }) else {
                let values = targets.map {
                    Located(value: AxisValue($0.label ?? ""), location: $0.location, keyPath: "targets.\($0.label ?? "")")
                }
                axes.insert(Axis(name: targetAxis, values, location: first.location), at: 0)
                return
            }
            if let odd = axis.values.first(where: { !labels.contains($0.value.text) }) {
                throw odd.error("no data set under “targets” has this name\(suggestion(for: odd.value.text, among: labels))")
            }
        }

        private mutating func noteLeftOut(of unedited: SourceNode?, _ targets: [DataSet]) {
            guard let unedited else { return }
            let members = (try? unedited.members("a pipeline")["matrix"]?.value.members("axes")) ?? []
            for (index, axis) in axes.enumerated() {
                let isOfTargets = axis.name == targetAxis && members[targetAxis] == nil
                let values =
                    isOfTargets
                    ? targets.map { AxisValue($0.label ?? "") }
                    : members[axis.name].flatMap { try? Axis($0) }?.values.map(\.value) ?? []
                axes[index].leftOut = Set(values.filter { axis.listed($0) == nil })
            }
        }

        private mutating func exclude(_ node: SourceNode) throws(SpecificationError) {
            let elements = try node.elements("a list of cells, such as [{target: ink, seed: 2}]")
            // Where each part is in the list, by the axes that it has values on: a cell is looked up once for each such choice.
            var places: [[String]: [Cell: Int]] = [:], found: Set<Int> = []
            for (place, element) in elements.enumerated() {
                guard let part = try part(element) else {
                    found.insert(place)
                    continue
                }
                let axes = part.coordinates.map(\.axis)
                if places[axes, default: [:]][part] == nil { places[axes, default: [:]][part] = place }
            }
            cells.removeAll { cell in
                guard let first = places.compactMap({ $1[cell.projected(on: $0)] }).min() else { return false }
                found.insert(first)
                return true
            }
            if let odd = elements.indices.first(where: { !found.contains($0) }) {
                throw elements[odd].error("the matrix has no such cell to exclude")
            }
        }

        private mutating func include(_ node: SourceNode) throws(SpecificationError) {
            var known = Set(cells)
            for element in try node.elements("a list of cells, such as [{target: ink, seed: 7}]") {
                guard let part = try part(element, adding: true) else { continue }
                let cell = part.projected(on: axes.map(\.name))
                if let axis = axes.first(where: { cell.value(on: $0.name) == AxisValue.absent }) {
                    throw element.error("a cell to include has a value on every axis; this one has none on “\(axis.name)”")
                }
                guard known.insert(cell).inserted else { throw element.error("the matrix has this cell already") }
                guard !Self.testsItsSource(cell) else { throw element.error("the source is the target") }
                cells.append(cell)
            }
        }

        private mutating func name(_ node: SourceNode) throws(SpecificationError) {
            // The parts that cells have on some axes.
            var parts: [[String]: Set<Cell>] = [:], named: Set<Cell> = []
            for member in try node.members("names of cells, such as {quick: {seed: 1, epochs: 5}}") {
                guard let part = try part(member.value) else { continue }
                let axes = part.coordinates.map(\.axis)
                if parts[axes] == nil { parts[axes] = Set(cells.map { $0.projected(on: axes) }) }
                guard parts[axes]?.contains(part) == true else {
                    throw member.value.error("the matrix has no such cell to name")
                }
                guard named.insert(part).inserted else { throw member.value.error("these values have a name already") }
                names.append(CellName(name: member.name, part: part), axes: self.axes)
            }
        }

        /// A value on some axes each; nil where one of the values is left out.
        /// - Parameter adding: whether a value may be one that its axis does not list; it is then added to the axis.
        private mutating func part(_ node: SourceNode, adding: Bool = false) throws(SpecificationError) -> Cell? {
            var coordinates: [(String, AxisValue)] = []
            let members = try node.members("values on axes, such as {seed: 1}", among: axes.map(\.name))
            guard !members.isEmpty else { throw node.error("expected values on axes, such as {seed: 1}, found none") }
            for index in axes.indices {
                guard let member = members[axes[index].name] else { continue }
                let value = try Axis.value(member.value, axis: axes[index].name)
                if axes[index].leftOut.contains(value.value) { return nil }
                if axes[index].listed(value.value) == nil {
                    guard adding else {
                        let known = axes[index].values.map(\.value.text)
                        let text = value.value.text
                        throw member.value.error(
                            "“\(text)” is not a value of the axis\(suggestion(for: text, among: known))")
                    }
                    axes[index].append(value)
                }
                // As the axis writes it.
                coordinates.append((axes[index].name, axes[index].listed(value.value) ?? value.value))
            }
            return Cell(coordinates)
        }
    }

    /// What a part of a cell is called: where all its values come together, the name stands for them.
    public struct CellName: Hashable, Sendable {
        public var name: String
        public var part: Cell
    }

    /// The names of a matrix, in the order of the file. There may be as many as cells.
    struct CellNames: Sendable {
        private var all: [CellName] = []
        /// Their places, by a part's value on the largest of its axes.
        private var places: [Coordinate: [Int]] = [:]
        /// Places of those of a target alone, which may be a whole data set.
        private var rest: [Int] = []

        mutating func append(_ name: CellName, axes: [Axis]) {
            let sizes = Dictionary(uniqueKeysWithValues: axes.map { ($0.name, $0.values.count) })
            let values = name.part.coordinates.filter { $0.axis != targetAxis }
            if let value = values.max(by: { sizes[$0.axis, default: 0] < sizes[$1.axis, default: 0] }) {
                places[value, default: []].append(all.count)
            } else {
                rest.append(all.count)
            }
            all.append(name)
        }

        /// Those that a cell may have.
        func candidates(for cell: Cell) -> [CellName] {
            guard !all.isEmpty else { return [] }
            return (rest + cell.coordinates.flatMap { places[$0] ?? [] }).sorted().map { all[$0] }
        }
    }

    /// What tells a cell apart from others of the same stage, in words: its values, or the names of several.
    func labels(of cell: Cell) -> [String] {
        var rest = cell.coordinates
        var labels: [String] = []
        for name in cellNames.candidates(for: cell) {
            guard name.part.coordinates.allSatisfy({ part in rest.contains(where: part.covers) }) else { continue }
            rest.removeAll { coordinate in name.part.coordinates.contains { $0.covers(coordinate) } }
            labels.append(name.name)
        }
        let domain = rest.filter { $0.axis == domainAxis }, others = rest.filter { $0.axis != domainAxis }
        return domain.map(\.text) + labels + others.map(\.text)
    }
}

extension Specification.Axis {
    init(_ member: SourceNode.Member) throws(SpecificationError) {
        let name = member.name
        guard name != domainAxis else {
            throw member.key.error("“domain” is the axis of the stages that run for each domain; choose another name")
        }
        self.init(name: name, [], location: member.key.location)
        for element in try member.value.elements("a list of values, such as [1, 2, 3]") {
            let value = try Self.value(element, axis: name)
            if let before = listed(value.value) {
                throw element.error(
                    before.text == value.value.text
                        ? "the value \(before.text) is listed twice"
                        : "\(before.text) and \(value.value.text) are the same number; put them in quotes if they are texts")
            }
            append(value)
        }
        guard !values.isEmpty else { throw member.value.error("expected a list of values, found an empty one") }
    }

    static func value(_ node: SourceNode, axis: String) throws(SpecificationError) -> Specification.Located<AxisValue> {
        guard let text = node.scalarText, !node.isNull, !text.contains("${") else {
            throw node.error("expected a number or a text, found \(node.found)")
        }
        // A source or a target is a domain's name, also where that name is a number.
        let number = [sourceAxis, targetAxis, domainAxis].contains(axis) ? nil : node.plainNumber
        return Specification.Located(AxisValue(number ?? .string(text), text: text), node)
    }
}
