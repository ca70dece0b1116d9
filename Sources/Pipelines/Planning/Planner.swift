import ArtifactStore
import Datasets
import Stages

extension Plan {
    /// Multiplies the stages by the matrix and computes every key, from the images down.
    /// - Throws: `SpecificationError` where a domain is not there or a target leaves no source domains.
    public init(_ specification: Specification, inputs: PlanInputs) throws(SpecificationError) {
        let domains = try specification.domains(among: inputs.images.keys)
        var planner = Planner(specification: specification, inputs: inputs, domains: domains)
        for stage in specification.stages { try planner.add(stage) }
        self.init(specification: specification, instances: planner.instances)
    }
}

/// A plan in the making. Stages are added inputs first.
private struct Planner {
    let specification: Specification
    let inputs: PlanInputs
    let domains: [String]
    var instances: [Instance] = []
    /// Where the instance of a stage and cell is.
    var positions: [Place: Int] = [:]

    struct Place: Hashable {
        let stage: String
        let cell: Cell
    }

    typealias ResolvedInput = (input: Recipe.Input, source: Instance.Source)

    mutating func add(_ stage: Specification.Stage) throws(SpecificationError) {
        if let folder = specification.dataSet.splits,
            let name = StageKind.splitParameters.first(where: { stage.parameterLocations[$0] != nil }) {
            throw SpecificationError(
                "the files in \(folder.value) split the images (dataset.splits); leave this out",
                at: stage.parameterLocations[name] ?? stage.location, keyPath: "stages.\(stage.name).with.\(name)")
        }
        for cell in cells(of: stage) {
            var resolved: [ResolvedInput] = []
            for role in stage.filledRoles { resolved += try inputs(for: role, of: stage, in: cell) }
            var parameters = try stage.checkedParameters(in: cell)
            if stage.kind.readsImages { parameters["encoder"] = .string(inputs.encoder.description) }
            let learned = stage.kind.splitsImages && !inputs.splits.isEmpty ? self.domains(of: resolved) : []
            let recipe = Recipe(
                kind: stage.kind.makes, algorithmVersion: stage.kind.algorithmVersion,
                parameters: .object(parameters), inputs: resolved.map(\.input)
            ).split(by: learned.compactMap { inputs.splits[$0] })
            positions[Place(stage: stage.name, cell: cell)] = instances.count
            instances.append(
                Instance(
                    stage: stage.name, kind: stage.kind, cell: cell, recipe: recipe, key: recipe.key,
                    sources: resolved.map(\.source) + learned.flatMap { domain in
                        [DomainParts.trainName(domain), DomainParts.validationName(domain)].map { .images(domain: $0) }
                    }, labels: specification.labels(of: cell)))
        }
    }

    /// The domains whose embeddings are among some inputs, in order.
    private func domains(of inputs: [ResolvedInput]) -> [String] {
        inputs.compactMap { input in
            guard input.input.role == "embeddings", case .instance(let name) = input.source else { return nil }
            return instances.first { $0.name == name }?.cell.value(on: domainAxis)?.plainText
        }
    }

    /// The matrix's cells as far as a stage depends on them, each once; for each domain where it runs for each.
    private func cells(of stage: Specification.Stage) -> [Cell] {
        let axes = specification.axes[stage.name] ?? []
        let faces = specification.cells.map { $0.projected(on: axes.filter { $0 != domainAxis }) }.uniqued
        guard axes.contains(domainAxis) else { return faces }
        return domains.flatMap { domain in faces.map { $0.projected(on: axes, setting: domainAxis, to: .string(domain)) } }
    }

    /// The artifacts that fill a role in a cell. Those of several domains come in the order of the domains' names,
    /// the same for every role, so that they pair up.
    private func inputs(
        for role: StageKind.Role, of stage: Specification.Stage, in cell: Cell
    ) throws(SpecificationError) -> [ResolvedInput] {
        let target = cell.value(on: targetAxis)
        return switch stage.scope(of: role) {
        case .domain: [input(role, of: stage, for: cell[domainAxis], in: cell)]
        case .target: [input(role, of: stage, for: target, in: cell)]
        case .cell: [input(role, of: stage, for: cell.value(on: domainAxis), in: cell)]
        case .sources where isPerDomain(role, of: stage):
            try sources(leavingOut: target, for: stage).map { input(role, of: stage, for: $0, in: cell) }
        case .sources: [input(role, of: stage, for: nil, in: cell)]
        }
    }

    private func isPerDomain(_ role: StageKind.Role, of stage: Specification.Stage) -> Bool {
        guard let source = stage.inputs[role.name] else { return true }
        return specification.axes[source.value]?.contains(domainAxis) ?? false
    }

    private func sources(
        leavingOut target: JSONValue?, for stage: Specification.Stage
    ) throws(SpecificationError) -> [JSONValue] {
        let sources = domains.map(JSONValue.string).filter { $0 != target }
        guard !sources.isEmpty else {
            throw SpecificationError(
                "leaving out \(target?.plainText ?? "the target") leaves no domain to learn from",
                at: stage.location, keyPath: "stages.\(stage.name)")
        }
        return sources
    }

    /// One artifact for a role: the images of a domain, or what the input stage makes at the cell's coordinates.
    private func input(
        _ role: StageKind.Role, of stage: Specification.Stage, for domain: JSONValue?, in cell: Cell
    ) -> ResolvedInput {
        guard let source = stage.inputs[role.name] else {
            let name = domain?.plainText ?? ""
            guard let key = inputs.images[name] else { preconditionFailure("“\(name)” is not among the domains") }
            return (Recipe.Input(role.name, key), .images(domain: name))
        }
        let axes = specification.axes[source.value] ?? []
        let place = Place(
            stage: source.value, cell: cell.projected(on: axes, setting: domainAxis, to: domain ?? .null))
        guard let position = positions[place] else {
            preconditionFailure("\(stage.name) needs \(source.value) at \(place.cell.json), which is not planned")
        }
        return (Recipe.Input(role.name, instances[position].key), .instance(name: instances[position].name))
    }
}

extension Specification.Stage {
    /// The values of all parameters in one cell.
    /// - Throws: `SpecificationError` at the place of a value that no run could use.
    fileprivate func checkedParameters(in cell: Cell) throws(SpecificationError) -> [String: JSONValue] {
        let values = parameters.mapValues { $0.value(in: cell) }
        do {
            try kind.check(.object(values))
        } catch {
            throw SpecificationError(
                error.problem, at: parameterLocations[error.name] ?? location,
                keyPath: "stages.\(name).with.\(error.name)")
        }
        return values
    }
}

extension StageKind {
    /// Whether the stage reads the data set itself, through the encoder.
    var readsImages: Bool { roles.contains { $0.kind == .images } }
}
