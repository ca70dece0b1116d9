extension TuneSettings {
    private static let mostTrials = 10_000

    /// Reads `tune`.
    /// - Parameters:
    ///   - specification: with all stages and rows of the file.
    ///   - root: the whole file.
    init(
        _ node: SourceNode, of specification: Specification, root: SourceNode
    ) throws(SpecificationError) {
        guard !node.isNull else { return }
        let members = try node.members(
            "what is to be chosen, such as {rows: {spg: {stages.prompts.with.learningRate: [0.01, 0.1]}}}",
            among: ["rows", "trials", "seed", "by"])
        if let member = members["trials"]?.value { trials = try member.whole("trials", in: 1...Self.mostTrials) }
        if let member = members["seed"]?.value {
            guard let number = member.scalarText.flatMap(UInt64.init) else {
                throw member.error("expected a whole number from 0, found \(member.found)")
            }
            seed = number
        }
        criterion = try Specification.word(members["by"]?.value, or: .leaveOneOut)
        let rows = specification.rows.map(\.stage)
        for member in try members["rows"]?.value.members("rows of the table, each with the values to choose for it") ?? [] {
            guard let row = specification.rows.first(where: { $0.stage == member.name }) else {
                throw member.key.error("the table has no row of this stage\(suggestion(for: member.name, among: rows))")
            }
            let needed = specification.stagesNeeded(by: row.stage)
            var values: [TunedValue] = []
            for value in try member.value.members("values to choose, such as {stages.prompts.with.learningRate: [0.01, 0.1]}") {
                let tuned = try TunedValue(value, of: specification, needed: needed, row: row.stage, root: root)
                if let other = searches.first(where: { $0.values.contains { $0.keyPath == tuned.keyPath } }) {
                    throw value.key.error("it is chosen for the row “\(other.row.stage)” already, and there is one of it")
                }
                values.append(tuned)
            }
            guard !values.isEmpty else { throw member.value.error("expected values to choose, found none") }
            let search = Search(row: row, values: values, location: member.key.location)
            if trials == nil { try search.checkGrid(most: Self.mostTrials) }
            searches.append(search)
        }
    }
}

extension TuneSettings.Search {
    /// Refuses values that are too many to try all of them.
    fileprivate func checkGrid(most: Int) throws(SpecificationError) {
        var count = 1
        for value in values {
            guard case .list(let elements) = value.choices else {
                throw value.error("a range has no end of numbers; say how many trials there are, such as trials: 20")
            }
            let (product, isTooLarge) = count.multipliedReportingOverflow(by: elements.count)
            count = product
            guard isTooLarge || count > most else { continue }
            throw value.error("more than \(most) combinations; say how many of them to try, such as trials: 50")
        }
    }
}

extension TunedValue {
    /// - Parameters:
    ///   - needed: the stages that the row is made by.
    ///   - root: the whole file.
    fileprivate init(
        _ member: SourceNode.Member, of specification: Specification, needed: Set<String>, row: String, root: SourceNode
    ) throws(SpecificationError) {
        path = member.name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        location = member.key.location
        func error(_ message: String) -> SpecificationError {
            SpecificationError(message, at: member.key.location, keyPath: member.name)
        }
        switch path[0] {
        case "stages" where path.count == 4 && path[2] == "with":
            guard let stage = specification.stage(path[1]) else {
                throw error(
                    "there is no stage “\(path[1])”\(suggestion(for: path[1], among: specification.stages.map(\.name)))")
            }
            guard stage.command == nil else {
                throw error("a command has no parameters; put ${values.NAME} into its text, and choose values.NAME")
            }
            let known = stage.kind.defaults.members.keys.sorted()
            guard known.contains(path[3]) else { throw error("unknown key\(suggestion(for: path[3], among: known))") }
            guard needed.contains(stage.name) else {
                throw error("nothing of the row “\(row)” is made by this stage\(suggestion(for: stage.name, among: needed))")
            }
        case "values" where path.count > 1:
            var value: SourceTree? = root.tree
            for key in path { value = value?[key] }
            guard value != nil else {
                throw error("the file has no such value; write it under values, and tell what to try here")
            }
        default:
            throw error("values of stages can be chosen, such as stages.prompts.with.learningRate, and what is under “values”")
        }
        choices = try Choices(member.value)
    }
}

extension TunedValue.Choices {
    fileprivate init(_ node: SourceNode) throws(SpecificationError) {
        guard case .mapping = node.tree.content else {
            let elements = try node.elements("a list of values to try, or a range, such as {from: 1e-3, to: 1e-1, scale: log}")
            guard !elements.isEmpty else { throw node.error("expected values to try, found an empty list") }
            var seen: Set<SourceTree.Content> = []
            for element in elements where !seen.insert(element.tree.content).inserted {
                throw element.error("\(element.found) is listed twice")
            }
            self = .list(elements.map(\.tree))
            return
        }
        let members = try node.members("a range, such as {from: 1e-3, to: 1e-1, scale: log}", among: ["from", "to", "scale"])
        func end(_ name: String) throws(SpecificationError) -> (number: Double, isWhole: Bool) {
            guard let member = members[name]?.value else { throw node.error("the key “\(name)” is missing") }
            guard let number = member.plainNumber?.number, let text = member.scalarText else {
                throw member.error("expected a number, found \(member.found)")
            }
            return (number, Int(text).map { abs($0) < 1 << 53 } ?? false)
        }
        let from = try end("from"), to = try end("to")
        let scale = try Specification.word(members["scale"]?.value, or: NumberScale.linear)
        guard from.number < to.number else { throw node.error("expected a range from a number to a larger one") }
        guard scale == .linear || from.number > 0 else {
            throw node.error("on a logarithmic scale all numbers are above 0; from \(from.number) is not")
        }
        let range = NumberRange(
            from: from.number, to: to.number, isLogarithmic: scale == .log, isWhole: from.isWhole && to.isWhole)
        self = .range(range, node.location)
    }
}

private enum NumberScale: String, CaseIterable {
    case linear, log
}

extension Specification {
    /// A stage and those that its inputs are made by.
    func stagesNeeded(by name: String) -> Set<String> {
        var needed: Set = [name]
        // Inputs come before what they go into.
        for stage in stages.reversed() where needed.contains(stage.name) {
            needed.formUnion(stage.inputs.values.map(\.value))
        }
        return needed
    }
}
