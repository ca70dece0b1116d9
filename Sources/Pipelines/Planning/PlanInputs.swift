import ArtifactStore
import Datasets
import Stages

/// What a plan needs to know of the world: the identity of the images of each domain, and of the encoder.
public struct PlanInputs: Sendable {
    /// The key of each domain's images.
    public var images: [String: ArtifactKey]
    public var encoder: Digest
    /// The parts of each domain's images where files split them; empty where a seed does.
    public var splits: [String: SplitKeys]

    public init(images: [String: ArtifactKey], encoder: Digest, splits: [String: SplitKeys] = [:]) {
        self.images = images
        self.encoder = encoder
        self.splits = splits
    }
}

extension Specification {
    /// The domains that the pipeline runs over, in the order of their names.
    /// - Parameter available: the domains that the data set has.
    /// - Throws: `SpecificationError` at the place of a domain or target that is not there.
    public func domains(among available: some Collection<String>) throws(SpecificationError) -> [String] {
        let listed = dataSet.domains ?? []
        if let odd = listed.first(where: { !available.contains($0.value) }) {
            throw odd.error(
                "\(dataSet.root) has no domain “\(odd.value)”\(suggestion(for: odd.value, among: Array(available)))")
        }
        let domains = listed.isEmpty ? available.sorted() : listed.map(\.value).sorted()
        for target in matrix.first(where: { $0.name == targetAxis })?.values ?? [] {
            let name = target.value.plainText
            guard !domains.contains(name) else { continue }
            let message =
                available.contains(name)
                ? "the domain “\(name)” is not among those under dataset.domains: \(list(domains))"
                : "\(dataSet.root) has no domain “\(name)”\(suggestion(for: name, among: domains))"
            throw SpecificationError(message, at: target.location, keyPath: target.keyPath)
        }
        return domains
    }
}
