import ArtifactStore

/// Which lines of programs are noted, for whoever watches: of each program one in two seconds, so that writing them takes
/// nothing from the run.
public struct RemarkPace: Sendable {
    private var last: [ArtifactKey: ContinuousClock.Instant] = [:]
    private let pause = Duration.seconds(2)

    public init() {}

    /// Whether an event is to be noted: anything but a line soon after another one.
    public mutating func admits(_ event: ExecutionEvent, at now: ContinuousClock.Instant = .now) -> Bool {
        guard case .progress(let instance, _) = event else { return true }
        if let before = last[instance.key], now - before < pause { return false }
        last[instance.key] = now
        return true
    }
}
