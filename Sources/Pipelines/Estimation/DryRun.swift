import ArtifactStore
import CLIP
import Datasets
import Foundation
import Reporting
import Stages

/// What a run would do, and what that would take: what `spg estimate` says.
public struct DryRun: Encodable, Sendable {
    /// An artifact that it would make.
    public struct Work: Encodable, Sendable {
        public let name: String
        public let stage: String
        /// Its kind.
        public let uses: String
        /// Its value on each axis.
        public let cell: JSONValue
        public let key: ArtifactKey
        /// Why it is to be made.
        public let reason: String
        /// By the clock; nil where nothing can be told.
        @OrNull public private(set) var seconds: Double?
        /// In the store.
        @OrNull public private(set) var bytes: Int?
        public let estimated: Estimate.Origin

        fileprivate init(_ instance: Instance, reason: String, _ estimate: Estimate?) {
            (name, stage, uses, key) = (instance.name, instance.stage, instance.kind.name, instance.key)
            (cell, self.reason, estimated) = (instance.cell.json, reason, estimate?.origin ?? .unknown)
            (seconds, bytes) = (estimate?.seconds, estimate?.bytes)
        }
    }

    /// The artifacts of a stage together.
    public struct Stage: Encodable, Sendable {
        public let stage: String
        public let artifacts: Int
        /// One by one; nil where nothing can be told of one of them.
        @OrNull public private(set) var seconds: Double?
        @OrNull public private(set) var bytes: Int?
        /// The least certain of them.
        public let estimated: Estimate.Origin

        fileprivate init(_ stage: RunEstimate.Stage) {
            (self.stage, artifacts, estimated) = (stage.name, stage.estimates.count, stage.origin)
            (seconds, bytes) = (stage.seconds, stage.bytes)
        }
    }

    public let pipeline: String
    /// The store's path.
    public let store: String
    /// How many stages would run at a time.
    public let jobs: Int
    /// In the order in which they would be made.
    public let work: [Work]
    public let stages: [Stage]
    /// By the clock, from beginning to end, and in the store; of what can be told.
    public let seconds: Double
    public let bytes: Int
    /// How many artifacts' time is not known.
    public let unknown: Int
    /// How many trainings encode crops of their own in every epoch besides, which is not counted.
    public let encodingFreshViews: Int
    /// How many artifacts the pipeline is, and how many of them are to be made, chosen or not.
    public let artifacts: Int
    public let missing: Int
    /// What lies in the data sets' folders and is not used.
    public let unused: Unused

    /// - Parameters:
    ///   - instances: those that a run would make, inputs first.
    ///   - capacity: what it would take of the machine.
    /// - Throws: `StoreError` if the store cannot be read, `CheckpointError` if the checkpoint cannot.
    public init(_ instances: [Instance], of plan: Plan, on capacity: Capacity, in store: ArtifactStore) throws {
        let states = Dictionary(zip(plan.instances.map(\.key), try plan.states(in: store))) { first, _ in first }
        let estimate = try instances.isEmpty ? nil : plan.estimate(instances, on: capacity, in: store, model: plan.modelSize())
        (pipeline, self.store, unused) = (plan.specification.name, store.path, plan.unused)
        jobs = capacity.jobs
        work = instances.map { instance in
            let reason = states[instance.key].map { $0.isToRun ? $0.reason : "done, and made again by --force" }
            return Work(instance, reason: reason ?? "", estimate?.estimates[instance.key])
        }
        stages = estimate?.stages.map(Stage.init) ?? []
        (seconds, bytes) = (estimate?.seconds ?? 0, estimate?.bytes ?? 0)
        (unknown, encodingFreshViews) = (estimate?.unknown ?? 0, estimate?.encodingFreshViews ?? 0)
        (artifacts, missing) = (plan.work.count, try plan.work(Selection(), in: store).count)
    }

    /// For people.
    public var text: String {
        let summary = missingSummary(missing, of: artifacts)
        guard !work.isEmpty else { return summary }
        var table = Table([.init("to run"), .init("key"), .init("why")])
        for work in work { table.append([work.name, work.key.short, work.reason]) }
        return [table.text, estimateText, summary].joined(separator: "\n\n")
    }

    /// The same without what is to be made, one by one.
    public var shortText: String {
        let summary = missingSummary(missing, of: artifacts)
        return work.isEmpty ? summary : estimateText + "\n\n" + summary
    }

    /// What each stage will take, and the whole.
    private var estimateText: String {
        var table = Table([
            .init("stage"), .init("to make", .trailing), .init("each", .trailing), .init("one by one", .trailing),
            .init("disk", .trailing), .init("estimated"),
        ])
        for stage in stages {
            table.append([
                stage.stage, "\(stage.artifacts)", stage.seconds.map { clockTime($0 / Double(stage.artifacts)) } ?? "?",
                stage.seconds.map(clockTime) ?? "?", stage.bytes.map(byteSize) ?? "?", "\(stage.estimated)",
            ])
        }
        let atLeast = unknown + encodingFreshViews > 0 ? "at least " : ""
        let several = jobs == 1 ? "" : ", \(jobs) at a time"
        return table.text
            + "\nin all about \(atLeast)\(clockTime(seconds))\(several), \(atLeast)\(byteSize(bytes)) on the disk"
            + (encodingFreshViews > 0
                ? "\nnot counted: the crops that \(encodingFreshViews) trainings encode in every epoch (views: everyEpoch)"
                : "")
    }
}

extension Plan {
    /// The sizes of the checkpoint's model.
    /// - Throws: `CheckpointError`.
    public func modelSize() throws -> ModelSize {
        let checkpoint = try Checkpoint(contentsOf: URL(fileURLWithPath: specification.checkpoint.value))
        return ModelSize(
            checkpoint.architecture, weightBytes: checkpoint.weightBytes,
            // Imported features are only looked up.
            imageRate: specification.importedEncoder != nil ? .infinity : specification.precision.value == .bf16 ? 1.8 : 1)
    }
}

extension Checkpoint {
    /// Of its files of weights.
    fileprivate var weightBytes: Int {
        weightFiles.reduce(0) { sum, file in
            let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
            return sum + ((attributes?[.size] as? Int) ?? 0)
        }
    }
}
