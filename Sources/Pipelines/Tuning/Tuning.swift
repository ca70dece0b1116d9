import ArtifactStore
import Datasets

/// What `spg tune` makes and judges: trials of values of a pipeline, each as ordinary artifacts of a plan of its own.
///
/// All trials together are one plan, in which what several of them need stands once. Nothing of it is made from images of a
/// target that values are chosen for: this is looked at, instance by instance, before anything is made.
public struct Tuning: Sendable {
    /// Something that a trial is judged by: an evaluation, or something learned that has seen validation images.
    struct Figure: Sendable {
        /// What it is an accuracy on.
        let column: String
        /// All other values of its cell.
        let seed: String
        let key: ArtifactKey
    }

    /// Some values in place of the file's.
    struct Trial: Sendable {
        let values: TrialValues
        let figures: [Figure]
        /// All that it makes.
        let keys: Set<ArtifactKey>
    }

    /// Values of a row that are chosen together.
    struct Choice: Sendable {
        let search: TuneSettings.Search
        let occasion: Occasion
        let trials: [Trial]
    }

    let settings: TuneSettings
    let choices: [Choice]
    /// All trials, as a pipeline of their own.
    public let plan: Plan
    /// What the pipeline is called in its file.
    let pipeline: String

    /// What the store calls the trials of a pipeline.
    public static func name(ofTrialsOf pipeline: String) -> String { "\(pipeline) trials" }

    /// How many trials there are, of all choices together.
    public var summary: String {
        let trials = choices.reduce(0) { $0 + $1.trials.count }
        return "\(trials) trials in all, for \(choices.count) \(choices.count == 1 ? "choice" : "choices")"
    }

    /// Plans all trials.
    /// - Parameters:
    ///   - rows: the stages of the rows whose values are chosen; all that the file names, if there are none.
    ///   - heldOut: a domain that is never looked at, so that the sources decide once for all targets.
    ///   - reading: the pipeline with some changes, besides those of the command line.
    ///   - inputs: what a plan of a pipeline needs to know of the world.
    ///   - store: what is remembered of files.
    /// - Throws: `SpecificationError` at the place of what cannot be used, also of a value that a stage refuses; `TuningError`
    ///   where images of a target would be looked at; what `reading` and `inputs` throw, and `StoreError`.
    public init(
        rows: [String] = [], heldOut: String? = nil,
        reading: ([SpecificationEdit]) throws -> Specification, inputs: (Specification) throws -> PlanInputs,
        in store: ArtifactStore
    ) throws {
        let file = try reading([]), searches = try file.searches(of: rows)
        settings = file.tuning ?? TuneSettings()
        pipeline = file.name
        let frame = try TuningFrame(file, settings.criterion, heldOut: heldOut)
        for search in searches { try search.check(in: file, occasions: frame.occasions) }
        var known = file
        known.keepRows(Set(searches.map(\.row.stage)))
        let world = try inputs(frame.looking(known))
        var choices: [Choice] = [], placed: [PlacedInstance] = []
        for search in searches {
            var trials = Array(repeating: [Trial](), count: frame.occasions.count)
            for values in settings.trials(of: search) {
                var trial = try reading(search.edits(values))
                trial.keepRows([search.row.stage])
                try search.checkData(of: trial, against: file)
                let plans = try frame.plans(of: trial, inputs: world, in: store)
                for (index, (occasion, plan)) in zip(frame.occasions, plans).enumerated() {
                    let judged = try frame.judged(plan, search: search, occasion: occasion, world: world)
                    trials[index].append(
                        Trial(values: values, figures: judged.figures, keys: Set(judged.instances.map(\.key))))
                    placed += judged.instances.map {
                        PlacedInstance(instance: $0, search: search, values: values, heldOut: frame.heldOut(on: occasion))
                    }
                }
            }
            choices += zip(frame.occasions, trials).map { Choice(search: search, occasion: $0, trials: $1) }
            try search.checkSay(in: trials)
        }
        self.choices = choices
        var all = file
        // Trials are in no table of the store's pipelines: a target's column there is of the target.
        (all.name, all.rows) = (Self.name(ofTrialsOf: file.name), [])
        plan = Plan(specification: all, instances: TrialNames(placed, in: file).named(placed), unused: world.unused)
    }
}

/// Why nothing is chosen.
public struct TuningError: Error, Hashable, CustomStringConvertible {
    public let description: String
}

extension Specification {
    /// What is to be chosen for some rows, or for all that the file names.
    fileprivate func searches(of rows: [String]) throws -> [TuneSettings.Search] {
        let all = tuning?.searches ?? [], known = self.rows.map(\.stage)
        if let odd = rows.first(where: { name in !all.contains { $0.row.stage == name } }) {
            guard known.contains(odd) else {
                throw TuningError(description: "--row \(odd): the table has no such row\(suggestion(for: odd, among: known))")
            }
            throw TuningError(
                description: "nothing is to be chosen for the row “\(odd)”: name values under tune.rows.\(odd), or by --value")
        }
        guard !all.isEmpty else {
            throw TuningError(
                description: "\(file) has no values to choose: name them under tune.rows, or by --row ROW --value KEY.PATH=[…]")
        }
        let chosen = rows.isEmpty ? all : all.filter { rows.contains($0.row.stage) }
        if let left = chosen.first(where: { !known.contains($0.row.stage) }) {
            throw left.error("“rows” leaves this row out, so it cannot be judged; add it there")
        }
        return chosen
    }
}

extension TuneSettings.Search {
    /// The changes that give a trial its values.
    fileprivate func edits(_ values: TrialValues) -> [SpecificationEdit] {
        zip(self.values, values).map { SpecificationEdit($0.path, $1, at: $1.location) }
    }

    /// Refuses values that cannot be written as chosen.
    fileprivate func check(in file: Specification, occasions: [Occasion]) throws(SpecificationError) {
        let own = Set([Occasion.heldOutAxis] + values.map(\.title))
        if let axis = file.matrix.first(where: { own.contains($0.name) }) {
            throw SpecificationError(
                "trials are told apart by an axis of this name; choose another", at: axis.location,
                keyPath: "matrix.\(axis.name)")
        }
        for value in values {
            guard let (name, parameter) = value.parameter, let stage = file.stage(name) else {
                guard occasions.count == 1 else {
                    let axis = occasions.compactMap(\.coordinate?.axis).first ?? targetAxis
                    throw value.error(
                        "the file has one such value for each \(axis), and each \(axis)'s is chosen by itself; choose a parameter "
                            + "of a stage" + (axis == targetAxis ? ", or hold a domain out for good (--target NAME)" : ""))
                }
                continue
            }
            if case .overrides? = stage.parameters[parameter] {
                throw value.error(
                    "stages.\(name).where has other values of it for some cells, which would stay; leave one of the two out")
            }
        }
    }

    /// Refuses a trial of other images, another encoder, or another matrix: its figures would not be comparable.
    fileprivate func checkData(of trial: Specification, against file: Specification) throws(SpecificationError) {
        var file = file
        file.keepRows([row.stage])
        guard !trial.sharesData(with: file), let value = values.first(where: { $0.parameter == nil }) else { return }
        throw value.error(
            "it changes the data set, the encoder, the matrix, or what a stage takes; what stages do with these can be chosen")
    }

    /// Refuses values that change nothing of what is judged.
    fileprivate func checkSay(in trials: [[Tuning.Trial]]) throws(SpecificationError) {
        let judged = trials.map { Set($0.map { $0.figures.map(\.key) }) }
        guard let first = values.first, (trials.first?.count ?? 0) > 1, judged.allSatisfy({ $0.count == 1 }) else { return }
        throw first.error("what “\(row.stage)” is judged by is the same in all trials; choose a value that it depends on")
    }
}
