import Datasets

/// Something in a store that is not what was written.
public struct StoreDamage: Hashable, Sendable {
    /// What is damaged, for people, such as "the prompt 0b7d5a3f21c8 (coop, oxygen)".
    public let subject: String
    /// What is wrong with it, such as "its bytes are not those that were written".
    public let problem: String
    /// What has to go for it to be made anew.
    let place: Place

    enum Place: Hashable, Sendable {
        /// SQLite's own structures: nothing can be taken out of them.
        case file
        /// A row of `embedding`.
        case embedding(Int64)
        /// A row of `block_statistic`.
        case blockStatistic(Int64)
        /// A row of `artifact`.
        case artifact(Int64)
        case checkpoint(String)
        /// What is remembered of a file, or of a domain's folder: it is read again.
        case remembered(table: String, path: String)
        /// A row of `encoder`.
        case encoder(Int64)
    }

    /// Whether the file itself is damaged, so that a backup is needed.
    public var isOfFile: Bool { place == .file }
}

/// What was looked at in a store, and what was found.
public struct StoreVerification: Hashable, Sendable {
    public internal(set) var damages: [StoreDamage] = []
    /// The blobs compared with their digests.
    public internal(set) var blobs = 0
    public internal(set) var bytes = 0
    /// The artifacts whose keys, contents and figures were computed anew.
    public internal(set) var artifacts = 0
    /// What must be made anew: what is damaged, and all that was made from it, each under its names in pipelines.
    public internal(set) var toMake: [RemovedArtifact] = []

    public init() {}
}

/// An artifact that is to be taken out of the store.
public struct RemovedArtifact: Hashable, Sendable {
    public let key: ArtifactKey
    public let kind: ArtifactKind
    /// Where pipelines ask for it, such as "desktop-icons/prompts/domain=tango/seed=1".
    public let names: [String]
    public let seconds: Double
    public let bytes: Int
}
