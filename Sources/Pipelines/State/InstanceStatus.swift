import ArtifactStore
import Datasets
import Reporting

/// An instance and where it stands.
public struct InstanceStatus: Encodable, Sendable {
    public let name: String
    public let stage: String
    /// Its kind.
    public let uses: String
    /// Its value on each axis.
    public let cell: JSONValue
    public let key: ArtifactKey
    public let state: String
    /// Why it is not there, in a line; nil where it is.
    @OrNull public private(set) var reason: String?
    /// When it was made (ISO 8601, UTC), and in how long.
    @OrNull public private(set) var created: String?
    @OrNull public private(set) var seconds: Double?
    /// When the process that makes it now has begun.
    @OrNull public private(set) var since: String?
    /// The whole message of the last failure.
    @OrNull public private(set) var error: String?
    /// What reads the norms that it lacks.
    @OrNull public private(set) var reader: String?
    /// How far a training is that was stopped.
    @OrNull public private(set) var progress: JSONValue?
    /// What has changed since it was made.
    public private(set) var changes: [String] = []

    init(_ instance: Instance, _ state: InstanceState) {
        (name, stage, uses, key) = (instance.name, instance.stage, instance.kind.name, instance.key)
        (cell, self.state) = (instance.cell.json, state.word)
        reason = state.isToRun ? state.reason : nil
        switch state {
        case .done(let created, let seconds): (self.created, self.seconds) = (created, seconds)
        case .running(let since): self.since = since
        case .submitted: break
        case .failed(let message): error = message
        case .incomplete(let reader): self.reader = reader
        case .stale(let changes): self.changes = changes
        case .missing(let progress): self.progress = progress
        }
    }

    /// Why, or when, in a line.
    var note: String { reason ?? "\(created ?? ""), \(clockTime(seconds ?? 0))" }
}
