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

extension Plan {
    /// Why an instance is in its state: on one screen, for a person.
    /// - Throws: `StoreError` if the store cannot be read.
    public func explanation(of instance: Instance, in store: ArtifactStore, world: PlanWorld) throws -> String {
        let state = try states(in: store)[instances.firstIndex { Name($0.name) == Name(instance.name) } ?? 0]
        let attempt = try store.attempt(at: instance.key)
        let last = try lastMade(instance, in: store)
        let ancestry = ancestry(in: store, world: world)
        var screen = Screen(title: "\(instance.name): \(state.word)")
        let version = instance.recipe.algorithmVersion
        screen.add("key", "\(instance.key.short), \(instance.kind.name), algorithm version \(version)")
        switch state {
        case .done(let created, let seconds):
            screen.add("made", "\(created), in \(clockTime(seconds))" + (attempt?.cost.map { "; \($0.text)" } ?? ""))
            let summary = try ArtifactSummary(of: instance.key, kind: instance.kind.makes, in: store)
            screen.add("result", summary.text)
            screen.add("see", summary.command(for: store))
        case .failed(let message):
            if let failure = try store.failure(of: instance.key) { screen.add("failed", failure.failed) }
            screen.add("error", lines: message.split(whereSeparator: \.isNewline).map(String.init), atMost: 10)
        case .running, .missing, .incomplete: screen.add("why", state.reason)
        case .stale: break
        }
        if state.isToRun {
            let waiting = try instance.inputs(notIn: store)
            if !waiting.isEmpty { screen.add("needs", lines: waiting, atMost: 4) }
        }
        if let last {
            screen.add("last", "\(last.key.short), made \(last.created), in \(clockTime(last.seconds))")
            screen.add(try ancestry.causes(of: instance.key, since: last.key))
        }
        if let attempt, !attempt.log.isEmpty {
            let lines = attempt.log.split(whereSeparator: \.isNewline).map(String.init)
            screen.add("log", lines: lines, ofEnd: state.isToRun ? 12 : 4)
        }
        return screen.text
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
        }.map { "\($1.description), not made yet" }
    }
}

extension Attempt.Cost {
    /// Such as “24.1 s of processor time, 212.0 MB of memory”.
    var text: String { "\(clockTime(processorSeconds)) of processor time, \(byteSize(peakBytes)) of memory" }
}
