import ArtifactStore
import Datasets
import Reporting

/// Where a pipeline stands: what `spg status` says.
public struct PipelineStatus: Encodable, Sendable {
    public let pipeline: String
    /// The store's path.
    public let store: String
    public let instances: [InstanceStatus]
    /// How many artifacts the instances are, and how many of them are to be made. Instances may share one.
    public let artifacts: Int
    public let missing: Int
    /// What lies in the data sets' folders and is not used.
    public let unused: Unused

    /// - Throws: `StoreError` if the store cannot be read.
    public init(of plan: Plan, in store: ArtifactStore) throws {
        (pipeline, self.store, unused) = (plan.specification.name, store.path, plan.unused)
        instances = zip(plan.instances, try plan.states(in: store)).map { InstanceStatus($0, $1) }
        (artifacts, missing) = (plan.work.count, try plan.work(Selection(), in: store).count)
    }

    /// For people.
    public var text: String {
        var table = Table([.init("instance"), .init("key"), .init("state"), .init("why, or when")])
        for instance in instances { table.append([instance.name, instance.key.short, instance.state, instance.note]) }
        return table.text + "\n\n" + missingSummary(missing, of: artifacts) + (unused.line.map { "\n" + $0 } ?? "")
    }
}

extension Plan {
    /// Such as “12 of 65 artifacts are to be made.”
    /// - Throws: `StoreError` if the store cannot be read.
    public func missingSummary(in store: ArtifactStore) throws -> String {
        Pipelines.missingSummary(try work(Selection(), in: store).count, of: work.count)
    }

    /// What to say where a selection leaves nothing to make.
    /// - Throws: `StoreError` if the store cannot be read.
    public func nothingToRun(in store: ArtifactStore) throws -> String {
        let isDone = try work(Selection(), in: store).isEmpty
        return isDone ? try missingSummary(in: store) : "What is chosen is made; \(try missingSummary(in: store))"
    }
}

func missingSummary(_ missing: Int, of artifacts: Int) -> String {
    missing == 0
        ? "All \(artifacts) artifacts are made; nothing is to run."
        : "\(missing) of \(artifacts) artifacts are to be made."
}
