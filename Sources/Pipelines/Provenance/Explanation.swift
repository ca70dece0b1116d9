import ArtifactStore
import Datasets
import Reporting

/// What an explanation needs to know of the world beyond the plan, asked for only where images or the encoder changed.
public struct PlanWorld {
    var manifest: (_ domain: Name) throws -> DomainManifest
    var encoder: () throws -> EncoderIdentity

    public init(
        manifest: @escaping (_ domain: Name) throws -> DomainManifest, encoder: @escaping () throws -> EncoderIdentity
    ) {
        self.manifest = manifest
        self.encoder = encoder
    }
}

/// Why an instance is in its state: what `spg explain` says.
public struct Explanation: Encodable, Sendable {
    /// The artifact that an instance was when it was last made.
    struct Former: Encodable {
        let key: ArtifactKey
        /// ISO 8601, UTC.
        let created: String
        let seconds: Double
    }

    public let pipeline: String
    public let instance: InstanceStatus
    public let algorithmVersion: Int
    /// Of the last attempt at making it.
    @OrNull var cost: AttemptCost?
    /// What it holds; nil where it is not there.
    @OrNull var contents: ArtifactSummary.Contents?
    /// The store's path, and SQL that shows what the artifact holds.
    public let store: String
    @OrNull var query: String?
    /// When the last attempt failed (ISO 8601, UTC).
    @OrNull var failedAt: String?
    /// Inputs that are still to be made, by their names.
    let needs: [String]
    /// Another artifact than it is now.
    @OrNull var last: Former?
    /// Why it is another one.
    let causes: [Ancestry.Cause]
    /// What the last attempt wrote on its standard error.
    public let log: String

    /// For people, on one screen.
    public var text: String {
        var screen = Screen(title: "\(instance.name): \(instance.state)")
        screen.add("key", "\(instance.key.short), \(instance.uses), algorithm version \(algorithmVersion)")
        if let created = instance.created {
            screen.add("made", "\(created), in \(clockTime(instance.seconds ?? 0))" + (cost.map { "; \($0.text)" } ?? ""))
            if let contents { screen.add("result", contents.text) }
            if let query { screen.add("see", queryCommand(query, store: store)) }
        } else if let error = instance.error {
            if let failedAt { screen.add("failed", failedAt) }
            screen.add("error", lines: error.split(whereSeparator: \.isNewline).map(String.init), atMost: 10)
        } else if instance.state != "stale", let reason = instance.reason {
            screen.add("why", reason)
        }
        if !needs.isEmpty { screen.add("needs", lines: needs.map { "\($0), not made yet" }, atMost: 4) }
        if let last {
            screen.add("last", "\(last.key.short), made \(last.created), in \(clockTime(last.seconds))")
            screen.add(causes)
        }
        if !log.isEmpty {
            let lines = log.split(whereSeparator: \.isNewline).map(String.init)
            screen.add("log", lines: lines, ofEnd: instance.created == nil ? 12 : 4)
        }
        return screen.text
    }
}

extension Plan {
    /// Why an instance is in its state.
    /// - Throws: `StoreError` if the store cannot be read.
    public func explanation(of instance: Instance, in store: ArtifactStore, world: PlanWorld) throws -> Explanation {
        let state = try states(in: store)[instances.firstIndex { Name($0.name) == Name(instance.name) } ?? 0]
        let attempt = try store.attempt(at: instance.key), last = try lastMade(instance, in: store)
        let summary =
            try state.isToRun ? nil : ArtifactSummary(of: instance.key, kind: instance.kind.makes, in: store)
        return Explanation(
            pipeline: specification.name, instance: InstanceStatus(instance, state),
            algorithmVersion: instance.recipe.algorithmVersion, cost: attempt.flatMap(AttemptCost.init),
            contents: summary?.contents, store: store.path, query: summary?.query,
            failedAt: try store.failure(of: instance.key)?.failed,
            needs: state.isToRun ? try instance.inputs(notIn: store) : [],
            last: last.map { .init(key: $0.key, created: $0.created, seconds: $0.seconds) },
            causes: try last.map { try ancestry(in: store, world: world).causes(of: instance.key, since: $0.key) } ?? [],
            log: attempt?.log ?? "")
    }

    /// The ancestry of what is planned and of what a store has.
    private func ancestry(in store: ArtifactStore, world: PlanWorld) -> Ancestry {
        let planned = Dictionary(instances.map { ($0.key, $0) }) { first, _ in first }
        var domains: [ArtifactKey: Name] = [:]
        for instance in instances {
            for (input, source) in zip(instance.recipe.inputs, instance.sources) {
                if case .images(let domain) = source { domains[input.key] = domain }
            }
        }
        let stored = Ancestry(in: store)
        return Ancestry(
            recipe: { try planned[$0]?.recipe ?? stored.recipe($0) },
            slots: slots(in: store),
            label: { try planned[$0]?.name ?? domains[$0].map { "the images of \($0)" } ?? stored.label($0) },
            manifest: { try domains[$0].map(world.manifest) ?? stored.manifest($0) },
            encoder: { digest in
                if let known = try stored.encoder(digest) { return known }
                let identity = try world.encoder()
                return identity.key == digest ? identity : nil
            })
    }
}

extension Instance {
    /// The names of the inputs that are still to be made.
    fileprivate func inputs(notIn store: ArtifactStore) throws -> [String] {
        try zip(recipe.inputs, sources).filter { input, source in
            guard case .instance = source else { return false }
            return try !store.contains(input.key)
        }.map(\.1.description)
    }
}
