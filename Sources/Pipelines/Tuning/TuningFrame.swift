import ArtifactStore
import Datasets
import Stages

/// Something that values are chosen for, and the domains that may be looked at for that.
struct Occasion: Sendable {
    /// In names of instances: the domain that nothing was looked at of.
    static let heldOutAxis = "heldOut"

    /// The target that the values are for, or the source; nil where they are for all.
    let coordinate: Coordinate?
    let seen: [Name]
}

/// What is made to judge trials of a pipeline, and of which images.
struct TuningFrame {
    let criterion: TuneSettings.Criterion
    /// One choice each.
    let occasions: [Occasion]

    /// - Parameter heldOut: a domain that is never looked at; the others decide for all targets.
    /// - Throws: `SpecificationError` or `TuningError` where there are not the domains for it.
    init(_ file: Specification, _ criterion: TuneSettings.Criterion, heldOut: String?) throws {
        self.criterion = criterion
        let learning = try file.dataSet.domains(among: file.dataSet.imageFolder().domains)
        func values(on axis: String) -> [AxisValue] { file.cells.compactMap { $0.value(on: axis) }.uniqued }
        func occasion(_ axis: String, _ value: AxisValue, _ seen: [Name]) -> Occasion {
            Occasion(coordinate: Coordinate(axis: axis, value: value), seen: seen)
        }
        if let axis = file.matrix.first(where: { $0.name == sourceAxis }) {
            guard criterion == .validation, heldOut == nil else {
                throw SpecificationError(
                    heldOut == nil
                        ? "what is learned from one source cannot be tested on another source; judge by validation (--by validation)"
                        : "values are chosen for each source by its own validation images; leave --target out",
                    at: axis.location, keyPath: "matrix.\(sourceAxis)")
            }
            occasions = values(on: sourceAxis).map { occasion(sourceAxis, $0, [Name($0.text)]) }
        } else if !file.targets.isEmpty {
            if let heldOut {
                throw TuningError(
                    description:
                        "--target \(heldOut): other data sets are tested on, of which nothing is looked at; leave it out")
            }
            occasions = [Occasion(coordinate: nil, seen: learning)]
        } else {
            let axis = file.matrix.first { $0.name == targetAxis }
            if let heldOut, !learning.contains(Name(heldOut)) {
                let names = suggestion(for: Name(heldOut), among: learning)
                throw TuningError(description: "--target \(heldOut): \(file.dataSet.root) has no such domain\(names)")
            }
            if let odd = axis?.values.first(where: { !learning.contains(Name($0.value.text)) }) {
                throw odd.error(
                    "\(file.dataSet.root) has no such domain\(suggestion(for: Name(odd.value.text), among: learning))")
            }
            let known = values(on: targetAxis), targets = heldOut.map { [AxisValue($0)] } ?? known
            if let heldOut, criterion == .validation, !known.contains(AxisValue(heldOut)) {
                throw TuningError(
                    description:
                        "the matrix has no target “\(heldOut)”, without which something would be trained; add it, or judge "
                        + "by leave-one-out")
            }
            occasions = targets.map { target in
                occasion(targetAxis, target, learning.filter { $0 != Name(target.text) })
            }
        }
        guard criterion == .leaveOneOut, let few = occasions.first(where: { $0.seen.count < 2 }) else { return }
        throw TuningError(
            description:
                "\(few.coordinate.map { "without \($0.value.text) " } ?? "")there are not two domains to learn from and to "
                + "test on; judge by validation (--by validation)")
    }

    /// The pipeline whose images are looked at.
    func looking(_ file: Specification) throws(SpecificationError) -> Specification {
        guard criterion == .leaveOneOut else { return file }
        var seen: [Name] = []
        for occasion in occasions { seen += occasion.seen }
        return try file.leavingOneOut(among: seen.uniqued)
    }

    /// The domain that is left out on an occasion, where cells do not say it.
    func heldOut(on occasion: Occasion) -> AxisValue? { criterion == .leaveOneOut ? occasion.coordinate?.value : nil }

    /// A plan of a trial for each occasion.
    func plans(of trial: Specification, inputs: PlanInputs, in store: ArtifactStore) throws -> [Plan] {
        func plan(_ specification: Specification) throws -> Plan {
            var inputs = inputs
            let files = try PlannedCells(of: specification, among: inputs.images.keys).files()
            let unknown = files.filter { inputs.files[$0.value] == nil }
            inputs.files.merge(try store.digests(of: unknown, rereading: false)) { first, _ in first }
            return try Plan(specification, inputs: inputs)
        }
        switch criterion {
        case .leaveOneOut: return try occasions.map { try plan(trial.leavingOneOut(among: $0.seen)) }
        case .validation: return Array(repeating: try plan(trial), count: occasions.count)
        }
    }

    /// What a trial is judged by, and all that is made for that.
    /// - Throws: `TuningError` where that is made from images that must not be looked at, or where there is nothing.
    func judged(
        _ plan: Plan, search: TuneSettings.Search, occasion: Occasion, world: PlanInputs
    ) throws(TuningError) -> (figures: [Tuning.Figure], instances: [Instance]) {
        let row = search.row.stage, evaluations = plan.instances.filter { $0.stage == row }
        let figures =
            switch criterion {
            case .leaveOneOut: evaluations.map { Tuning.Figure($0, column: $0.cell[targetAxis].text) }
            case .validation: validated(evaluations, of: plan, for: occasion)
            }
        guard !figures.isEmpty else {
            throw TuningError(
                description: "“\(row)” takes nothing that is learned, so there are no validation images; judge by leave-one-out"
            )
        }
        let needed = plan.ancestors(of: Set(figures.map(\.key)))
        let instances = plan.instances.filter { needed.contains($0.key) }
        try check(instances, row: row, occasion: occasion, world: world)
        return (figures, instances)
    }

    /// What evaluations take that was learned for an occasion, each once.
    private func validated(_ evaluations: [Instance], of plan: Plan, for occasion: Occasion) -> [Tuning.Figure] {
        let own = evaluations.filter { evaluation in
            guard let place = occasion.coordinate else { return true }
            return evaluation.cell.value(on: place.axis) == place.value
        }
        let taken = Set(own.flatMap(\.recipe.inputs).map(\.key))
        return plan.work.filter { taken.contains($0.key) && [.prompt, .generator].contains($0.kind.makes) }
            .map { Tuning.Figure($0, column: $0.cell.value(on: domainAxis)?.text ?? "sources") }
    }

    /// Makes sure that nothing is made from images that have no say in a choice.
    private func check(
        _ instances: [Instance], row: String, occasion: Occasion, world: PlanInputs
    ) throws(TuningError) {
        for (domain, images) in world.images.sorted(by: { $0.key < $1.key }) where !occasion.seen.contains(domain) {
            let split = world.splits[domain]
            let forbidden = Set([images, split?.train, split?.validation, split?.tested].compactMap(\.self))
            guard let reader = instances.first(where: { $0.recipe.inputs.contains { forbidden.contains($0.key) } }) else {
                continue
            }
            let user = instances.first { $0.recipe.inputs.contains { $0.key == reader.key } } ?? reader
            let isTarget = occasion.coordinate?.axis == targetAxis
            throw TuningError(
                description:
                    "\(user.name), which “\(row)” is to be judged by, would be made from images of \(domain), which must have "
                    + "no say" + (criterion == .validation && isTarget ? "; judge by leave-one-out" : ""))
        }
        // Whatever it was learned from elsewhere to be tested on one source, the other domains were most likely among it.
        if criterion == .leaveOneOut,
            let imported = instances.first(where: { $0.kind.name == ImportStage.Subject.generator.kind.name })
        {
            throw TuningError(
                description: "\(imported.name) was learned elsewhere, most likely from images that must have no say, too")
        }
    }
}

extension Tuning.Figure {
    fileprivate init(_ instance: Instance, column: String) {
        let others = instance.cell.coordinates.filter { ![domainAxis, sourceAxis, targetAxis].contains($0.axis) }
        self.init(column: column, seed: others.map(\.text).joined(separator: ", "), key: instance.key)
    }
}
