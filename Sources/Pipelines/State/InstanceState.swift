import ArtifactStore
import Datasets
import Foundation

/// Where an instance stands.
public enum InstanceState: Hashable, Sendable {
    case done(created: String, seconds: Double)
    /// A process is making it now. Nil where it was not started by a pipeline.
    case running(since: String?)
    /// A job is to make it, or makes it, elsewhere.
    case submitted(Job)
    /// It failed when it was last tried.
    case failed(message: String)
    /// It is there, but its features have no norms, which something to be made reads.
    case incomplete(reader: String)
    /// It was made before, by another recipe: what changed, one by one.
    case stale(changes: [String])
    /// Nothing that it ever was is there. Where it was begun, how far that is: it goes on from there.
    case missing(progress: JSONValue?)

    /// The state in a word.
    public var word: String {
        switch self {
        case .done: "done"
        case .running: "running"
        case .submitted(let job): job.standing.node.isEmpty ? "queued" : "running"
        case .failed: "failed"
        case .incomplete: "incomplete"
        case .stale: "stale"
        case .missing: "missing"
        }
    }

    /// Whether a run has to make it.
    public var isToRun: Bool { if case .done = self { false } else { true } }

    /// Why it is not there, or since when it is under way; nothing where it is done.
    public var reason: String {
        switch self {
        case .done: ""
        case .running(let since): since.map { "being made since \($0)" } ?? "being made by another process"
        case .submitted(let job): job.report
        case .failed(let message): "failed when last tried: " + gist(of: message)
        case .incomplete(let reader):
            "features without norms, which \(reader) reads: the images are encoded again for these, the features stay"
        case .stale(let changes): changes.joined(separator: "; ")
        case .missing(nil): "never made"
        case .missing(let progress?):
            "interrupted at "
                + progress.members.sorted { $0.key < $1.key }
                .map { "\($0.key) \($0.value.plainText)" }.joined(separator: ", ")
        }
    }
}

/// The first line of an error message, or of whatever else there is.
func gist(of message: String) -> String {
    let lines = message.split(whereSeparator: \.isNewline).map(String.init)
    let error = lines.first { $0.lowercased().hasPrefix("error: ") }?.dropFirst("error: ".count)
    return error.map(String.init) ?? lines.first ?? ""
}

extension Plan {
    /// The state of every instance, in order.
    /// - Throws: `StoreError` if the store cannot be read.
    public func states(in store: ArtifactStore) throws -> [InstanceState] {
        let claimed = try store.claimed(among: instances.map(\.key))
        let jobs = try store.openJobs().reduce(into: [ArtifactKey: Job]()) { jobs, job in
            for key in job.request.keys { jobs[key] = jobs[key].flatMap { $0.standing.node.isEmpty ? nil : $0 } ?? job }
        }
        let slots = slots(in: store), work = try work(Selection(), in: store)
        let isToMake = Set(work.map(\.key)), readers = readersOfNorms(among: work)
        return try store.atOneMoment {
            try instances.map { instance in
                let isClaimed = claimed.contains(instance.key)
                let state = try state(of: instance, isClaimed: isClaimed, job: jobs[instance.key], slots: slots, in: store)
                guard case .done = state, isToMake.contains(instance.key) else { return state }
                if isClaimed { return .running(since: try store.attempt(at: instance.key)?.started) }
                return .incomplete(reader: readers[instance.key] ?? "a stage")
            }
        }
    }

    /// The first of some instances that reads the norms of each artifact, by its name.
    private func readersOfNorms(among instances: [Instance]) -> [ArtifactKey: String] {
        let readers = instances.filter(\.readsNorms).flatMap { instance in
            instance.recipe.inputs.map { ($0.key, instance.name) }
        }
        return Dictionary(readers) { first, _ in first }
    }

    /// The instances that a run has to make of those that a store lacks, wholly or in part.
    /// - Throws: `StoreError` if the store cannot be read, `SelectionError` if the selection means nothing.
    public func work(_ selection: Selection, in store: ArtifactStore) throws -> [Instance] {
        try store.atOneMoment {
            try work(selection, isMade: { try store.contains($0) }, hasNorms: { try store.hasNorms($0) })
        }
    }

    /// The places that an artifact has in this plan and had in earlier versions of it, or of other pipelines: a stage and a
    /// cell, or a domain.
    func slots(in store: ArtifactStore) -> (ArtifactKey) throws -> Set<Name> {
        var own: [ArtifactKey: Set<Name>] = [:]
        for instance in instances {
            own[instance.key, default: []].insert("\(instance.stage) \(instance.cell.json.canonicalText)")
            for (input, source) in zip(instance.recipe.inputs, instance.sources) {
                if case .images(let domain) = source { own[input.key] = ["images of \(domain)"] }
            }
        }
        return { key in try own[key] ?? store.slots(of: key) }
    }

    private func state(
        of instance: Instance, isClaimed: Bool, job: Job?, slots: (ArtifactKey) throws -> Set<Name>, in store: ArtifactStore
    ) throws -> InstanceState {
        let key = instance.key
        if let artifact = try store.artifact(key) { return .done(created: artifact.created, seconds: artifact.seconds) }
        if isClaimed { return .running(since: try store.attempt(at: key)?.started) }
        if let job { return .submitted(job) }
        if let failure = try store.failure(of: key) { return .failed(message: failure.message) }
        if let progress = try store.progress(of: key) { return .missing(progress: progress) }
        guard let last = try lastMade(instance, in: store) else { return .missing(progress: nil) }
        return .stale(changes: try instance.changes(since: last.recipe, slots: slots))
    }

    /// What an instance was when it was last made, if it was another artifact than it is now.
    func lastMade(_ instance: Instance, in store: ArtifactStore) throws -> Artifact? {
        let keys = try store.earlierKeys(
            ofPipeline: specification.name, stage: instance.stage, cell: instance.cell.json, before: instance.key)
        for key in keys {
            if let artifact = try store.artifact(key) { return artifact }
        }
        return nil
    }

    /// Tells the store what the pipeline consists of now, so that its views can name it.
    /// - Parameters:
    ///   - store: where it is recorded.
    ///   - file: whose file asks for it.
    ///   - edits: the values in place of the file's.
    /// - Throws: `StoreError` if the store cannot be written.
    public func record(in store: ArtifactStore, askedBy file: String? = nil, edits: [String] = []) throws {
        try store.setPipeline(specification.name, to: recordedInstances)
        let path = file.map { URL(fileURLWithPath: $0).standardizedFileURL.path }
        try store.record(
            PipelineRequest(pipeline: specification.name, file: path, edits: edits), for: instances.map(\.key))
    }
}
