import ArtifactStore
import Datasets
import PromptLearning
import Stages

extension Plan {
    /// Multiplies the stages by the matrix and computes every key, from the images down.
    /// - Throws: `SpecificationError` where a domain is not there or a target leaves no source domains.
    public init(_ specification: Specification, inputs: PlanInputs) throws(SpecificationError) {
        let cells = try PlannedCells(of: specification, among: inputs.images.keys)
        var planner = Planner(inputs: inputs, cells: cells, needs: NeedCheck(cells.specification, inputs))
        for stage in cells.specification.stages { try planner.add(stage) }
        self.init(specification: cells.specification, instances: planner.instances, unused: inputs.unused)
    }
}

/// An artifact in its role, where it comes from, and its cell.
typealias ResolvedInput = (input: Recipe.Input, source: Instance.Source, cell: Cell)

/// A plan in the making. Stages are added inputs first.
private struct Planner {
    let inputs: PlanInputs
    let cells: PlannedCells
    var needs: NeedCheck
    var instances: [Instance] = []
    /// Where the instance of a stage and cell is.
    var positions: [Place: Int] = [:]
    /// Where the instances of each stage are.
    var ranges: [String: Range<Int>] = [:]
    /// Of a stage that all is taken of, where the instances are whose cells are equal on some axes.
    var faces: [Faces: [Cell: [Int]]] = [:]

    var specification: Specification { cells.specification }

    struct Place: Hashable {
        let stage: String
        let cell: Cell
    }

    struct Faces: Hashable {
        let stage: String
        let axes: [String]
    }

    mutating func add(_ stage: Specification.Stage) throws(SpecificationError) {
        if specification.dataSet.splits != nil,
            let name = StageKind.splitParameters.first(where: { stage.parameterLocations[$0] != nil })
        {
            throw SpecificationError(
                "dataset.splits splits the images; leave this out",
                at: stage.parameterLocations[name] ?? stage.location, keyPath: "stages.\(stage.name).with.\(name)")
        }
        let first = instances.count, kind = Shared(stage.kind)
        defer { ranges[stage.name] = first..<instances.count }
        for cell in cells.cells(of: stage) {
            var (parameters, asked) = try stage.checkedParameters(in: cell)
            var resolved: [ResolvedInput] = []
            for role in stage.kind.roles {
                guard let scope = try stage.filledScope(of: role, for: parameters) else { continue }
                resolved += try inputs(for: role, scope, of: stage, in: cell)
            }
            if stage.kind.readsImages { parameters["encoder"] = .string(inputs.encoder.description) }
            if let command = stage.command {
                parameters = try commandParameters(parameters, of: command, stage, in: cell, inputs: resolved)
            }
            let files = parameters.filter { stage.kind.files.contains($0.key) }.mapValues(\.plainText)
            for (name, path) in files {
                guard let digest = inputs.files[path] else { throw stage.error(name, "there is no such file", in: cell) }
                parameters[name] = .string(digest.description)
            }
            let split = domains(of: resolved).filter { inputs.splits[$0] != nil }
            let learned = stage.kind.splitsImages ? split : []
            // A command of the user's own is tested on what it is handed.
            let isTest = stage.kind.makes == .evaluation && stage.command == nil
            let tested = isTest ? split.first { inputs.splits[$0]?.tested != nil } : nil
            let recipe = stage.kind.recipe(.object(parameters), inputs: resolved.map(\.input))
                .split(by: learned.compactMap { inputs.splits[$0] }).testing(on: tested.flatMap { inputs.splits[$0]?.tested })
            // What is tested is what would train.
            let parts =
                learned.flatMap { [DomainParts.trainName($0), DomainParts.validationName($0)] }
                + [tested].compactMap { $0.map(DomainParts.trainName) }
            try needs.check(asked, of: stage, in: cell, making: recipe.key, from: resolved)
            positions[Place(stage: stage.name, cell: cell)] = instances.count
            instances.append(
                Instance(
                    stage: stage.name, sharedKind: kind, cell: cell, recipe: recipe, key: recipe.key,
                    sources: resolved.map(\.source) + parts.map { .images(domain: $0) }, files: files,
                    readsNorms: asked.contains(.norms), labels: specification.labels(of: cell)))
        }
    }

    /// The domains whose embeddings are among some inputs, in order.
    private func domains(of inputs: [ResolvedInput]) -> [Name] {
        inputs.compactMap { input in
            guard input.input.role == "embeddings", case .instance = input.source else { return nil }
            return (input.cell.value(on: domainAxis)?.text).map { Name($0) }
        }
    }

    /// The artifacts that fill a role in a cell. Those of several domains come in the order of the domains' names,
    /// the same for every role, so that they pair up.
    private mutating func inputs(
        for role: StageKind.Role, _ scope: StageKind.Scope, of stage: Specification.Stage, in cell: Cell
    ) throws(SpecificationError) -> [ResolvedInput] {
        switch scope {
        case .domain: [input(role, of: stage, for: cell[domainAxis], in: cell)]
        case .target: [input(role, of: stage, for: cell.value(on: targetAxis), in: cell)]
        case .cell: [input(role, of: stage, for: cell.value(on: domainAxis), in: cell)]
        case .sources where isPerDomain(role, of: stage):
            try sources(of: stage, in: cell).map { input(role, of: stage, for: $0, in: cell) }
        case .sources: [input(role, of: stage, for: nil, in: cell)]
        case .all: all(role, of: stage, in: cell)
        }
    }

    /// Every artifact of the input stage whose cell agrees with this one where both have an axis.
    private mutating func all(_ role: StageKind.Role, of stage: Specification.Stage, in cell: Cell) -> [ResolvedInput] {
        guard let source = stage.inputs[role.name]?.value, let range = ranges[source] else { return [] }
        let axes = (specification.axes[source] ?? []).filter { cell.value(on: $0) != nil }
        let shared = Faces(stage: source, axes: axes)
        if faces[shared] == nil { faces[shared] = Dictionary(grouping: range) { instances[$0].cell.projected(on: axes) } }
        return (faces[shared]?[cell.projected(on: axes)] ?? []).map { position in
            let instance = instances[position]
            return (Recipe.Input(role.name, instance.key), .instance(name: Name(instance.name)), instance.cell)
        }
    }

    /// What decides the result of a command: its text, its files' bytes, and what it is told of its inputs.
    private func commandParameters(
        _ parameters: [String: JSONValue], of command: Specification.Command, _ stage: Specification.Stage, in cell: Cell,
        inputs resolved: [ResolvedInput]
    ) throws(SpecificationError) -> [String: JSONValue] {
        var files: [String: Digest] = [:]
        for (name, file) in command.files {
            guard let digest = inputs.files[file.value] else { throw file.error("there is no such file") }
            files[name] = digest
        }
        let plural = stage.kind.roles.filter { $0.scope == .all || $0.scope == .sources }.map(\.name)
        let cells = plural.map { role in (role, resolved.filter { $0.input.role == role }.map(\.cell.json)) }
        let parameters = CommandParameters(
            command: parameters["command"]?.plainText ?? "",
            inputs: try stage.handOverFormats { self.specification.stage($0) },
            cells: Dictionary(uniqueKeysWithValues: cells), files: files, outputs: command.outputs,
            evaluates: try command.evaluates.map { evaluated throws(SpecificationError) in
                try check(evaluated, of: stage, in: cell, inputs: resolved)
                return CommandParameters.Evaluated(
                    images: evaluated.images.value, method: evaluated.method, seed: cell.seed)
            })
        return JSONValue.parameters(parameters)
    }

    /// What a method learns from must not be what it is tested on.
    private func check(
        _ evaluated: Specification.Evaluated, of stage: Specification.Stage, in cell: Cell, inputs: [ResolvedInput]
    ) throws(SpecificationError) {
        let target = cell.value(on: targetAxis)
        for (role, input) in stage.inputs.sorted(by: { $0.key < $1.key }) where role != evaluated.images.value {
            guard specification.stage(input.value)?.kind.makes == .embeddings,
                inputs.contains(where: { $0.input.role == role && $0.cell.value(on: domainAxis) == target })
            else { continue }
            throw input.error(
                "it has the features of \(target?.text ?? "the target") too, which “\(evaluated.images.value)” predicts: "
                    + "a method learns from others, such as of: sources")
        }
    }

    private func isPerDomain(_ role: StageKind.Role, of stage: Specification.Stage) -> Bool {
        guard let source = stage.inputs[role.name] else { return true }
        return specification.axes[source.value]?.contains(domainAxis) ?? false
    }

    /// The domains that are learned from in a cell.
    private func sources(of stage: Specification.Stage, in cell: Cell) throws(SpecificationError) -> [AxisValue] {
        if let source = cell.value(on: sourceAxis) { return [source] }
        let target = cell.value(on: targetAxis)
        let sources = cells.domains.learning.map { AxisValue($0.text) }.filter { $0 != target }
        guard !sources.isEmpty else {
            throw SpecificationError(
                "leaving out \(target?.text ?? "the target") leaves no domain to learn from",
                at: stage.location, keyPath: "stages.\(stage.name)")
        }
        return sources
    }

    /// One artifact for a role: the images of a domain, or what the input stage makes at the cell's coordinates.
    private func input(
        _ role: StageKind.Role, of stage: Specification.Stage, for domain: AxisValue?, in cell: Cell
    ) -> ResolvedInput {
        guard let source = stage.inputs[role.name] else {
            let name = Name(domain?.text ?? "")
            guard let key = inputs.images[name] else { preconditionFailure("“\(name)” is not among the domains") }
            return (Recipe.Input(role.name, key), .images(domain: name), Cell([(domainAxis, AxisValue(name.text))]))
        }
        let axes = specification.axes[source.value] ?? []
        let place = Place(
            stage: source.value, cell: cell.projected(on: axes, setting: domainAxis, to: domain ?? .absent))
        guard let position = positions[place] else {
            preconditionFailure("\(stage.name) needs \(source.value) at \(place.cell.json), which is not planned")
        }
        return (Recipe.Input(role.name, instances[position].key), .instance(name: Name(instances[position].name)), place.cell)
    }
}

extension Specification.Stage {
    /// Whose artifacts a role takes in a cell; nil where it takes none.
    /// - Throws: `SpecificationError` where it must take something and no stage is named.
    fileprivate func filledScope(
        of role: StageKind.Role, for parameters: [String: JSONValue]
    ) throws(SpecificationError) -> StageKind.Scope? {
        guard let scope = scope(of: role, for: parameters) else { return nil }
        if role.kind == .images || inputs[role.name] != nil { return scope }
        guard let choice = role.choice else { return nil }
        throw error(
            choice.parameter,
            "“\(parameters[choice.parameter]?.plainText ?? "")” takes \(role.name) from another stage: add from: "
                + "{\(role.name): STAGE}")
    }

    /// The values of all parameters in one cell, and what they ask of the model and of the classes.
    /// - Throws: `SpecificationError` at the place of a value that no run could use.
    fileprivate func checkedParameters(
        in cell: Cell
    ) throws(SpecificationError) -> (values: [String: JSONValue], asked: [ModelNeed]) {
        let values = parameters.mapValues { $0.value(in: cell) }
        if let file = kind.files.first(where: { values[$0] == .null }) {
            throw error(file, "names no file for \(cell.value(on: fileAxis)?.text ?? "this cell")")
        }
        if case .failure(let refusal)? = parameters["command"]?.command(in: cell) {
            throw SpecificationError("\(refusal)", at: parameterLocations["command"] ?? location, keyPath: "stages.\(name).run")
        }
        do {
            return (values, try kind.check(.object(values)))
        } catch {
            throw self.error(error.name, error.problem, in: cell)
        }
    }

    /// What is wrong with a parameter's value in a cell, where the file gives it; with the stage, if there is none.
    func error(_ parameter: String?, _ message: String, in cell: Cell? = nil) -> SpecificationError {
        guard let parameter else { return SpecificationError(message, at: location, keyPath: "stages.\(name)") }
        let (location, keyPath) = place(of: parameter, in: cell)
        return SpecificationError(message, at: location, keyPath: keyPath)
    }

    /// Where the file gives a parameter its value in a cell; where the stage is, if it does not.
    func place(of parameter: String, in cell: Cell?) -> (location: SourceLocation, keyPath: String) {
        let place = cell.flatMap { parameters[parameter]?.location(in: $0) } ?? parameterLocations[parameter]
        return (place ?? location, "stages.\(name).with.\(parameter)")
    }
}

extension Cell {
    /// What the axis `seed` says, where that is a whole number.
    fileprivate var seed: Int? { try? value(on: "seed")?.json.decoded() }
}

extension JSONValue {
    fileprivate static func parameters(_ command: CommandParameters) -> [String: JSONValue] {
        // Texts, digests and cells: their encoding cannot fail.
        (try? JSONValue(encoding: command))?.members ?? [:]
    }
}

extension StageKind {
    /// Whether the stage reads the data set itself, through the encoder.
    var readsImages: Bool { roles.contains { $0.kind == .images } }
}
