import ArtifactStore
import Datasets
import Reporting
import Stages

/// Everything that is known of an artifact: what it is, what it cost, its parameters, and all it was made from: what
/// `spg show` says.
public struct ArtifactReport: Encodable, Sendable {
    /// An artifact that a recipe names, and the part that it plays.
    struct Input: Encodable {
        let role: String
        let key: ArtifactKey
    }

    /// An artifact that the one was made from, directly or not.
    struct Ancestor: Encodable {
        let key: ArtifactKey
        let kind: ArtifactKind
        /// One of its names, or else what it is.
        let title: String
        /// That it took to make.
        let seconds: Double
        let inputs: [Input]
    }

    public let key: ArtifactKey
    public let kind: ArtifactKind
    public let names: [String]
    let contents: ArtifactSummary.Contents
    public let bytes: Int
    /// ISO 8601, UTC.
    public let created: String
    public let seconds: Double
    public let algorithmVersion: Int
    @OrNull var cost: AttemptCost?
    public let parameters: JSONValue
    let inputs: [Input]
    /// Each once, those that come first in the recipes first. What is in no store is left out.
    let ancestors: [Ancestor]
    /// That all of them and the artifact took to make.
    public let totalSeconds: Double
    /// The store's path, and SQL that shows what the artifact holds.
    public let store: String
    let query: String

    /// For people.
    public var text: String {
        var screen = Screen(title: "\(kind.rawValue) \(key)")
        screen.add("names", lines: names, atMost: 4)
        screen.add("holds", contents.text)
        screen.add("size", byteSize(bytes))
        screen.add("made", "\(created), in \(clockTime(seconds)), by algorithm version \(algorithmVersion)")
        if let cost { screen.add("cost", "\(cost.text), \(cost.threads) thread\(cost.threads == 1 ? "" : "s")") }
        let parameters = parameters.members.sorted { $0.key < $1.key }
        screen.add("with", lines: parameters.map { "\($0.key): \($0.value.canonicalText)" }, atMost: 60)
        let tree = tree
        if !tree.isEmpty {
            screen.add("from", lines: tree, atMost: 400)
            screen.add("in all", "\(ancestors.count + 1) artifacts, \(clockTime(totalSeconds))")
        }
        screen.add("see", queryCommand(query, store: store))
        return screen.text
    }

    /// The ancestors as a tree of lines. What comes up again is shown whole only once.
    private var tree: [String] {
        let known = Dictionary(ancestors.map { ($0.key, $0) }) { first, _ in first }
        var lines: [String] = [], seen: Set<ArtifactKey> = []
        func add(_ inputs: [Input], depth: Int) {
            for input in inputs {
                guard let ancestor = known[input.key] else { continue }
                let isNew = seen.insert(input.key).inserted
                let again = isNew || ancestor.inputs.isEmpty ? "" : "  (see above)"
                let place = String(repeating: "  ", count: depth)
                lines.append("\(place)\(input.role): \(ancestor.title)  \(input.key.short)\(again)")
                if isNew { add(ancestor.inputs, depth: depth + 1) }
            }
        }
        add(inputs, depth: 0)
        return lines
    }
}

extension ArtifactStore {
    /// Everything that is known of an artifact.
    /// - Throws: `StoreError.noArtifact`.
    public func report(on key: ArtifactKey) throws -> ArtifactReport {
        guard let artifact = try artifact(key) else { throw StoreError.noArtifact(key, nil) }
        let recipe = artifact.recipe
        let summary = try ArtifactSummary(of: key, kind: recipe.kind, in: self)
        let ancestors = try ancestors(of: recipe)
        return ArtifactReport(
            key: key, kind: recipe.kind, names: try names(of: key), contents: summary.contents, bytes: artifact.bytes,
            created: artifact.created, seconds: artifact.seconds, algorithmVersion: recipe.algorithmVersion,
            cost: try attempt(at: key).flatMap(AttemptCost.init), parameters: recipe.parameters,
            inputs: recipe.inputs.map { .init(role: $0.role, key: $0.key) }, ancestors: ancestors,
            totalSeconds: ancestors.reduce(artifact.seconds) { $0 + $1.seconds }, store: path, query: summary.query)
    }

    private func ancestors(of recipe: Recipe) throws -> [ArtifactReport.Ancestor] {
        var ancestors: [ArtifactReport.Ancestor] = [], seen: Set<ArtifactKey> = []
        func add(inputsOf recipe: Recipe) throws {
            for input in recipe.inputs {
                guard seen.insert(input.key).inserted, let artifact = try artifact(input.key) else { continue }
                ancestors.append(
                    .init(
                        key: input.key, kind: artifact.recipe.kind, title: try title(of: input.key),
                        seconds: artifact.seconds,
                        inputs: artifact.recipe.inputs.map { .init(role: $0.role, key: $0.key) }))
                try add(inputsOf: artifact.recipe)
            }
        }
        try add(inputsOf: recipe)
        return ancestors
    }
}

/// What the last attempt at making an artifact took of the machine.
struct AttemptCost: Encodable, Sendable {
    /// By the clock, and of all its threads.
    let seconds: Double
    let processorSeconds: Double
    /// The most memory that it had at a time; nil where that was not measured.
    @OrNull var peakBytes: Int?
    let threads: Int

    /// Nil where it is under way, or where nobody saw its end.
    init?(_ attempt: Attempt) {
        guard let cost = attempt.cost else { return nil }
        (seconds, processorSeconds, threads) = (cost.seconds, cost.processorSeconds, attempt.threads)
        peakBytes = cost.peakBytes > 0 ? cost.peakBytes : nil
    }

    /// Such as “24.1 s of processor time, 212.0 MB of memory”.
    var text: String { "\(clockTime(processorSeconds)) of processor time, \(byteSize(peakBytes ?? 0)) of memory" }
}

/// The command line that runs a query, as it can be pasted: it names the store.
func queryCommand(_ query: String, store path: String) -> String {
    "spg query --store \(path.shellWord) \"\(query)\""
}
