import ArtifactStore
import Datasets

/// What artifacts were made from, made or only planned, and why two of them differ.
struct Ancestry {
    /// A difference at the root of others: a value, a file, an algorithm, and which artifacts it first shows in.
    struct Cause: Encodable, Hashable {
        var what: String
        /// Single files or values, a line for each.
        var details: [String] = []
        var places: [String]
    }

    /// The recipe that has a key, or nil where it is unknown.
    var recipe: (ArtifactKey) throws -> Recipe?
    /// The places that an artifact has or had in pipelines.
    var slots: (ArtifactKey) throws -> Set<Name>
    /// What an artifact is called.
    var label: (ArtifactKey) throws -> String
    /// The images of an `images` artifact, or nil where they are unknown.
    var manifest: (ArtifactKey) throws -> DomainManifest?
    /// An encoder, or nil where it is unknown.
    var encoder: (Digest) throws -> EncoderIdentity?

    /// Why an artifact is another one than an earlier one: what differs in their recipes and, through those of their
    /// inputs, back to the first differences. Equal causes at several places come once.
    func causes(of key: ArtifactKey, since old: ArtifactKey) throws -> [Cause] {
        var walk = Walk(ancestry: self)
        try walk.compare(old, key)
        return walk.causes
    }

    private struct Walk {
        let ancestry: Ancestry
        var causes: [Cause] = []
        private var seen: Set<[ArtifactKey]> = []

        init(ancestry: Ancestry) { self.ancestry = ancestry }

        mutating func compare(_ old: ArtifactKey, _ new: ArtifactKey) throws {
            guard old != new, seen.insert([old, new]).inserted else { return }
            let place = try ancestry.label(new)
            if let before = try ancestry.manifest(old), let now = try ancestry.manifest(new) {
                return add(images(from: before, to: now))
            }
            guard let before = try ancestry.recipe(old), let now = try ancestry.recipe(new) else {
                return add(Cause(what: "what it was before (\(old.short)) is no longer known", places: [place]))
            }
            for change in try now.changes(since: before, slots: ancestry.slots) {
                switch change {
                case .input(_, let old, let new): try compare(old, new)
                case .parameter("encoder", let old, let new): try compareEncoders(old, new)
                case .kind, .algorithm, .parameter, .order:
                    add(Cause(what: change.text { $0.short }, places: [place]))
                case .added(_, let key), .removed(_, let key):
                    let label = try ancestry.label(key)
                    add(Cause(what: change.text { _ in label }, places: [place]))
                }
            }
        }

        private func images(from old: DomainManifest, to new: DomainManifest) -> Cause {
            guard old.domain == new.domain else {
                return Cause(what: "images of \(old.domain) → images of \(new.domain)", places: [])
            }
            let difference = ManifestDifference(from: old, to: new)
            return Cause(what: "images of \(new.domain): \(difference.summary)", details: difference.lines, places: [])
        }

        private mutating func compareEncoders(_ old: JSONValue?, _ new: JSONValue?) throws {
            func identity(_ value: JSONValue?) throws -> EncoderIdentity? {
                guard let text = value?.plainText, let digest = Digest(text) else { return nil }
                return try ancestry.encoder(digest)
            }
            guard let before = try identity(old), let now = try identity(new) else {
                return add(Cause(what: "the encoder is another one", places: []))
            }
            let name = now.name == before.name ? "encoder \(now.name)" : "encoder \(before.name) → \(now.name)"
            let changes = parameterChanges(from: before.parameters, to: now.parameters)
            add(Cause(what: name, details: changes.map { $0.text { $0.short } }, places: []))
        }

        private mutating func add(_ cause: Cause) {
            if let index = causes.firstIndex(where: { $0.what == cause.what && $0.details == cause.details }) {
                causes[index].places = (causes[index].places + cause.places).uniqued
            } else {
                causes.append(cause)
            }
        }
    }
}

extension Ancestry {
    /// The ancestry of what a store has.
    init(in store: ArtifactStore) {
        self.init(
            recipe: { try store.artifact($0)?.recipe },
            slots: { try store.slots(of: $0) },
            label: { try store.title(of: $0) },
            manifest: { key in
                guard try store.artifact(key)?.recipe.kind == .images else { return nil }
                return try store.manifest(key)
            },
            encoder: { try? store.encoder($0) })
    }
}
