import ArtifactStore
import Datasets
import PromptLearning
import Stages

/// Looks, stage by stage and cell by cell, whether model and classes meet what is asked of them.
///
/// An evaluation asks of its classes what was asked of those that its prompts were learned with: it may be of another data
/// set. The same question is looked into once, whatever the cell.
struct NeedCheck {
    private let specification: Specification
    private let inputs: PlanInputs
    private var met: Set<Question> = []
    /// What was asked for each artifact and for what it is made from.
    private var asked: [ArtifactKey: [Asked]] = [:]

    private struct Question: Hashable {
        let need: ModelNeed
        /// What the pipeline calls the data set; nil for the one that is learned from.
        let dataSet: String?
        /// As prompts call them, if they do.
        let domains: [String]
    }

    /// A need, and whose it is.
    private struct Asked {
        let need: ModelNeed
        let stage: String
        let cell: Cell
    }

    init(_ specification: Specification, _ inputs: PlanInputs) {
        (self.specification, self.inputs) = (specification, inputs)
    }

    /// - Parameters:
    ///   - needs: of the stage's parameters in the cell.
    ///   - key: of the artifact.
    ///   - taken: what the artifact is made from.
    /// - Throws: `SpecificationError` at the place of the parameter that asks for what there is not.
    mutating func check(
        _ needs: [ModelNeed], of stage: Specification.Stage, in cell: Cell, making key: ArtifactKey, from taken: [ResolvedInput]
    ) throws(SpecificationError) {
        if needs.contains(.statistics) { try checkStatistics(of: stage) }
        guard let model = inputs.model else { return }
        var all = needs.map { Asked(need: $0, stage: stage.name, cell: cell) }
        var contexts: Set<ContextNeed> = []
        for input in taken {
            for asked in asked[input.input.key] ?? [] {
                if input.input.role == "prompts", case .context(let context) = asked.need { contexts.insert(context) }
                if !all.contains(where: { $0.need == asked.need }) { all.append(asked) }
            }
        }
        do {
            try stage.kind.promptsTaken.check(contexts)
        } catch {
            throw stage.error(error.parameter, error.problem)
        }
        if !all.isEmpty { asked[key] = all }
        let roles = ["embeddings", "target"].map { role in
            taken.filter { $0.input.role == role }.compactMap { $0.cell.value(on: domainAxis).map { Name($0.text) } }
        }
        guard let domain = roles[0].first else { return }
        let dataSet = specification.dataSet(of: domain).dataSet.label
        guard let classes = inputs.classes[dataSet] else { return }
        for asked in all where dataSet != nil && classes != inputs.classes[nil] {
            guard case .context(let context) = asked.need, context.form.isClassSpecific else { continue }
            throw stage.error(
                nil,
                "its images have other classes than those that \(asked.stage) learns vectors for; leave "
                    + "classSpecificContexts out there")
        }
        for asked in all {
            let domains = asked.need.speaksOfDomains ? roles.filter { !$0.isEmpty }.map(spoken) : []
            guard met.insert(Question(need: asked.need, dataSet: dataSet, domains: domains)).inserted else { continue }
            do throws(UnmetNeed) {
                try asked.need.check(
                    model, NamedClasses(classes.map(\.text), domains: domains), room: StoredFile.largestSize)
            } catch {
                let owner = specification.stage(asked.stage) ?? stage
                throw owner.error(error.parameter, error.problem, in: asked.cell)
            }
        }
    }

    /// Several domains as DAPL's prompts call them.
    private func spoken(_ domains: [Name]) -> String {
        domains.map { specification.dataSet(of: $0).domain.text }.joined(separator: " and ")
    }

    /// Block statistics are kept by the stage that encodes, if it is told to.
    private func checkStatistics(of stage: Specification.Stage) throws(SpecificationError) {
        for role in stage.kind.roles where role.kind == .embeddings {
            guard let name = stage.inputs[role.name]?.value, let source = specification.stage(name),
                let parameter = source.parameters["statistics"], parameter == .constant(false)
            else { continue }
            throw source.error(
                "statistics", "“\(stage.name)” reads block statistics: write statistics: true under stages.\(name).with")
        }
    }
}
