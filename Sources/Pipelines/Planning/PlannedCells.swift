import ArtifactStore
import Datasets
import Stages

/// The cells that each stage of a pipeline runs in.
struct PlannedCells {
    /// With a cell for each domain of a data set that is tested on, in place of one for the data set.
    let specification: Specification
    let domains: PlannedDomains
    /// The domains that each stage runs for, if it runs for each.
    private let needed: [String: [Name]]

    /// - Parameter available: the domains that the data sets have, as the pipeline calls them.
    /// - Throws: `SpecificationError` at the place of a domain, source or target that is not there.
    init(of specification: Specification, among available: some Collection<Name>) throws(SpecificationError) {
        domains = try specification.domains(among: available)
        self.specification = specification.testing(on: domains)
        needed = self.specification.neededDomains(among: domains)
    }

    /// The matrix's cells as far as a stage depends on them, each once; for each domain where it runs for each.
    func cells(of stage: Specification.Stage) -> [Cell] {
        let axes = specification.axes[stage.name] ?? []
        let faces = specification.cells.map { $0.projected(on: axes.filter { $0 != domainAxis }) }.uniqued
        guard axes.contains(domainAxis) else { return faces }
        return (needed[stage.name] ?? []).flatMap { domain in
            faces.map { $0.projected(on: axes, setting: domainAxis, to: AxisValue(domain.text)) }
        }
    }

    /// The paths of files that stages read, as written: those of commands, and those that parameters name in some cell.
    func files() -> [Specification.Located<String>] {
        specification.stages.flatMap { stage in
            let ofCommand = (stage.command?.files ?? [:]).sorted { $0.key < $1.key }.map(\.value)
            guard !stage.kind.files.isEmpty else { return ofCommand }
            return ofCommand
                + cells(of: stage).flatMap { cell in
                    stage.kind.files.sorted().compactMap { name in
                        guard case .string(let path)? = stage.parameters[name]?.value(in: cell), !path.isEmpty else {
                            return nil
                        }
                        let (location, keyPath) = stage.place(of: name, in: cell)
                        return Specification.Located(value: path, location: location, keyPath: keyPath)
                    }
                }
        }
    }
}

/// The domains of a pipeline by what is done with them, as it calls them.
struct PlannedDomains {
    /// What can be learned from, in the order of the names.
    var learning: [Name]
    /// What is tested on: the same, or the domains of other data sets, data set by data set.
    var testing: [Name]

    /// All of them, each once.
    var all: [Name] { (learning + testing).uniqued }
}

extension Specification {
    /// The domains that the pipeline runs over.
    /// - Parameter available: those that its data sets have, as the pipeline calls them.
    /// - Throws: `SpecificationError` at the place of a domain, source or target that is not there.
    fileprivate func domains(
        among available: some Collection<Name>
    ) throws(SpecificationError) -> PlannedDomains {
        let own = available.filter { self.dataSet(of: $0).dataSet.label == nil }
        let learning = try dataSet.domains(among: own)
        var testing = learning
        if !targets.isEmpty {
            testing = []
            for target in targets {
                testing += try target.domains(among: available.compactMap(target.domain(named:))).map(target.qualified)
            }
        }
        for name in targets.isEmpty ? [sourceAxis, targetAxis] : [sourceAxis] {
            try check(matrix.first { $0.name == name }?.values ?? [], among: learning, available: own)
        }
        let domains = PlannedDomains(learning: learning, testing: testing)
        try checkConditions(among: domains.all)
        return domains
    }

    private func check(
        _ values: [Located<AxisValue>], among domains: [Name], available: [Name]
    ) throws(SpecificationError) {
        for value in values {
            let name = Name(value.value.text)
            guard !domains.contains(name) else { continue }
            throw value.error(
                available.contains(name)
                    ? "the domain “\(name)” is not among those under dataset.domains: \(list(domains.map(\.text)))"
                    : "\(dataSet.root) has no domain “\(name)”\(suggestion(for: name, among: domains))")
        }
    }

    /// Looks for domains that a stage says something of under `where:` and that are not there.
    private func checkConditions(among domains: [Name]) throws(SpecificationError) {
        for value in stages.flatMap(\.domainConditions) where !domains.contains(value.value) {
            throw value.error(
                "there is no domain “\(value.value)”\(suggestion(for: value.value, among: domains))")
        }
    }

    /// The pipeline with a cell for each domain of a data set that is tested on, in place of one for the data set.
    fileprivate func testing(on domains: PlannedDomains) -> Specification {
        guard !targets.isEmpty else { return self }
        var result = self
        result.cells = cells.flatMap { cell in
            guard let target = cell.value(on: targetAxis) else { return [cell] }
            return domains.testing.filter { dataSet(of: $0).dataSet.label == target.text }.map {
                cell.projected(on: cell.coordinates.map(\.axis), setting: targetAxis, to: AxisValue($0.text))
            }
        }
        return result
    }

    /// The domains that each stage runs for, if it runs for each: those that the stages after it take something of. A stage
    /// that nothing is made from runs for those that are learned from, and one that reads images for all.
    fileprivate func neededDomains(among domains: PlannedDomains) -> [String: [Name]] {
        var needed: [String: Set<Name>] = [:]
        for stage in stages.reversed() {
            let own = needed[stage.name] ?? Set(stage.kind.readsImages ? domains.all : domains.learning)
            needed[stage.name] = own
            for role in stage.filledRoles {
                guard let source = stage.inputs[role.name]?.value else { continue }
                for scope in stage.scopes(of: role) {
                    let taken: Set<Name> =
                        switch scope {
                        case .sources: Set(domains.learning)
                        case .target: Set(domains.testing)
                        case .domain, .cell: own
                        case .all: Set(self.stage(source)?.kind.readsImages == true ? domains.all : domains.learning)
                        }
                    needed[source, default: []].formUnion(taken)
                }
            }
        }
        return needed.mapValues { names in domains.all.filter(names.contains) }
    }
}
