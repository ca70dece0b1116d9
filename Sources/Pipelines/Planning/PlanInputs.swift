import ArtifactStore
import CLIP
import Datasets
import Stages

/// What a plan needs to know of the world: the identity of the images of each domain, and of the encoder.
public struct PlanInputs: Sendable {
    /// The key of each domain's images.
    public var images: [Name: ArtifactKey]
    public var encoder: Digest
    /// The parts of each domain's images where files split them; empty where a seed does.
    public var splits: [Name: SplitKeys]
    /// The digests of the files that commands read, by their paths as written.
    public var files: [String: Digest]
    /// What lies in the data sets' folders and is not used.
    public var unused = Unused()
    /// The classes of each data set, by what the pipeline calls it; nil for the one that is learned from.
    public var classes: [String?: [Name]]
    /// What is known of the checkpoint's model; nil where no stage reads class names, which are then not looked at.
    public var model: ModelOutline?

    public init(
        images: [Name: ArtifactKey], encoder: Digest, splits: [Name: SplitKeys] = [:], files: [String: Digest] = [:],
        classes: [String?: [Name]] = [:], model: ModelOutline? = nil
    ) {
        self.images = images
        self.encoder = encoder
        self.splits = splits
        self.files = files
        self.classes = classes
        self.model = model
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
    func domains(among available: some Collection<Name>) throws(SpecificationError) -> PlannedDomains {
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
    func testing(on domains: PlannedDomains) -> Specification {
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
}
