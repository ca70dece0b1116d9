import ArtifactStore
import Datasets
import Reporting

/// In what two artifacts differ: their figures, and all differences between what they were made from: what `spg diff` says.
public struct ArtifactComparison: Encodable, Sendable {
    struct Side: Encodable {
        let key: ArtifactKey
        let kind: ArtifactKind
        let names: [String]
        let contents: ArtifactSummary.Contents
        let bytes: Int
        /// ISO 8601, UTC.
        let created: String
        let seconds: Double
    }

    let old: Side
    let new: Side
    let causes: [Ancestry.Cause]

    /// For people.
    public var text: String {
        var screen = Screen(title: old.key == new.key ? "the same artifact" : "two artifacts")
        for (sign, side) in [("-", old), ("+", new)] {
            screen.add(sign, "\(side.kind.rawValue) \(side.key.short)  \(side.names.first ?? "")")
            screen.add("", side.contents.text)
            screen.add("", "made \(side.created), in \(clockTime(side.seconds)), \(byteSize(side.bytes))")
        }
        screen.add(causes, atMost: 40, filesAtMost: 40)
        return screen.text
    }
}

extension ArtifactStore {
    /// In what two artifacts differ.
    /// - Throws: `StoreError.noArtifact`.
    public func comparison(of old: ArtifactKey, with new: ArtifactKey) throws -> ArtifactComparison {
        ArtifactComparison(
            old: try side(old), new: try side(new), causes: try Ancestry(in: self).causes(of: new, since: old))
    }

    private func side(_ key: ArtifactKey) throws -> ArtifactComparison.Side {
        guard let artifact = try artifact(key) else { throw StoreError.noArtifact(key, nil) }
        let kind = artifact.recipe.kind
        return .init(
            key: key, kind: kind, names: try names(of: key),
            contents: try ArtifactSummary(of: key, kind: kind, in: self).contents, bytes: artifact.bytes,
            created: artifact.created, seconds: artifact.seconds)
    }
}
