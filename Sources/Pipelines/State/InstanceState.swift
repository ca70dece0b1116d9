import ArtifactStore

/// Where an instance stands: made, or to be made and why.
public enum InstanceState: Hashable, Sendable {
    case done(created: String, seconds: Double)
    case toRun([Reason])

    /// Why an artifact is not there.
    public enum Reason: Hashable, Sendable, CustomStringConvertible {
        /// No earlier artifact of the instance is known.
        case neverMade
        /// It was made before, by another recipe.
        case changed([RecipeChange])
        /// It was begun, and goes on where it stopped.
        case interrupted(progress: JSONValue)
        /// It failed when it was last tried.
        case failed(message: String)

        public var description: String {
            switch self {
            case .neverMade: "never made"
            case .changed(let changes): changes.map(\.description).joined(separator: "; ")
            case .interrupted(let progress):
                "interrupted at " + progress.members.sorted { $0.key < $1.key }
                    .map { "\($0.key) \($0.value.plainText)" }.joined(separator: ", ")
            case .failed(let message): "failed when last tried: " + Self.gist(of: message)
            }
        }

        /// The first line of an error message, or of whatever else there is.
        private static func gist(of message: String) -> String {
            let lines = message.split(whereSeparator: \.isNewline).map(String.init)
            let error = lines.first { $0.lowercased().hasPrefix("error: ") }?.dropFirst("error: ".count)
            return error.map(String.init) ?? lines.first ?? ""
        }
    }
}

extension Plan {
    /// The state of every instance, in order. What changed is judged against what the store remembers of the pipeline's
    /// last run.
    public func states(in store: ArtifactStore) throws -> [InstanceState] {
        let remembered = try store.pipeline(specification.name)
        let last = Dictionary(remembered.map { (Slot(stage: $0.stage, cell: $0.cell), $0.key) }) { first, _ in first }
        return try instances.map { instance in
            if let artifact = try store.artifact(instance.key) {
                return .done(created: artifact.created, seconds: artifact.seconds)
            }
            if let failure = try store.failure(of: instance.key) { return .toRun([.failed(message: failure.message)]) }
            if let progress = try store.progress(of: instance.key) { return .toRun([.interrupted(progress: progress)]) }
            guard let key = last[Slot(stage: instance.stage, cell: instance.cell.json)],
                let old = try store.artifact(key)
            else { return .toRun([.neverMade]) }
            return .toRun([.changed(instance.changes(since: old.recipe))])
        }
    }

    /// Tells the store what the pipeline consists of now, so that its views can name it.
    public func record(in store: ArtifactStore) throws {
        let titles = Dictionary(evaluations.map { ($0.instance, $0.title) }) { first, _ in first }
        try store.setPipeline(
            specification.name,
            to: instances.map {
                PipelineInstance(stage: $0.stage, cell: $0.cell.json, key: $0.key, title: titles[$0.name])
            })
    }

    private struct Slot: Hashable {
        let stage: String
        let cell: JSONValue
    }
}
