import ArtifactStore
import Datasets

// Whether artifacts that a stage is handed belong together: the store knows what each was made from.

/// Refuses what is given twice.
func requireDifferent(_ keys: [ArtifactKey], _ role: String) throws(StageInputError) {
    var seen: Set<ArtifactKey> = []
    for key in keys where !seen.insert(key).inserted {
        throw StageInputError("\(key.short) is given twice among \(role); give each once")
    }
}

/// Refuses what was learned from other domains than those that it stands beside.
/// - Parameters:
///   - learned: the domains that each artifact was learned from, as the store has them: joined where they are several.
///   - domains: of the embeddings, in their order.
///   - what: what the artifacts are, such as "prompts".
func requireDomains(_ learned: [String], toBe domains: [Name], _ what: String) throws(StageInputError) {
    let names = domains.map(\.text)
    // What was learned from all of them together is each one's.
    func isOfAll(_ learned: String) -> Bool { Set(learned.split(separator: "+").map { Name($0) }) == Set(domains) }
    if learned.count == 1, names.count > 1 {
        guard isOfAll(learned[0]) else {
            throw StageInputError(
                "one of the \(what) is given for \(names.joined(separator: ", ")), but it was learned from \(learned[0]); give one "
                    + "for each domain, in the same order, or one that was learned from all of them")
        }
        return
    }
    guard learned.count == domains.count, zip(learned, domains).allSatisfy({ Name($0) == $1 || isOfAll($0) }) else {
        throw StageInputError(
            "the \(what) are for \(learned.joined(separator: ", ")), but the embeddings are for "
                + "\(names.joined(separator: ", ")); give both in the same order")
    }
}

extension ArtifactStore {
    /// Refuses what was learned with another encoder than that of some features.
    /// - Parameter readsFeatures: whether it takes images' features in, and not class names alone, for which the encoder's
    ///   weights and vocabulary count.
    /// - Throws: `StageInputError`, `StoreError`. Where the store has not what an artifact was learned from, nothing is known.
    func requireEncoder(_ encoder: Digest, of key: ArtifactKey, readsFeatures: Bool) throws {
        guard let source = try artifact(key)?.recipe.inputs.first(where: { $0.role == "embeddings" })?.key,
            try contains(source)
        else { return }
        let other = try embeddingSet(source).encoder
        guard other != encoder else { return }
        let (own, others) = (try self.encoder(encoder), try self.encoder(other))
        let textParts = ["weights", "tokenizer", "conventions"]
        if !readsFeatures, textParts.allSatisfy({ own.parameters[$0] == others.parameters[$0] }) { return }
        throw StageInputError(
            "\(key.short) was learned with features of another encoder (“\(others.name)”) than those of the images (“\(own.name)”); "
                + "learn it with these, or give features of that encoder, in the same precision")
    }
}
