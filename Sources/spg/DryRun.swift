import ArtifactStore
import CLIP
import CommandLineSupport
import Foundation
import Pipelines
import Reporting
import Stages

extension Plan {
    /// What a run would do, in the order in which it would, and what that would take.
    /// - Parameter instances: those that it would make.
    func dryRun(_ instances: [Instance], on capacity: Capacity, in store: ArtifactStore) throws -> String {
        var table = Table([.init("to run"), .init("key"), .init("why")])
        let states = Dictionary(zip(self.instances.map(\.key), try states(in: store))) { first, _ in first }
        for instance in instances {
            let reason = states[instance.key].map { $0.isToRun ? $0.reason : "done, and made again by --force" }
            table.append([instance.name, instance.key.short, reason ?? ""])
        }
        let summary = try missingSummary(in: store)
        if table.rows.isEmpty { return summary }
        let checkpoint = try Checkpoint(contentsOf: URL(fileURLWithPath: specification.checkpoint.value))
        let estimate = try self.estimate(
            instances, on: capacity, in: store,
            model: ModelSize(
                checkpoint.architecture, weightBytes: checkpoint.weightBytes,
                // Imported features are only looked up.
                imageRate: specification.importedEncoder != nil ? .infinity : specification.precision.value == .bf16 ? 1.8 : 1))
        return [table.text, estimate.text(on: capacity), summary].joined(separator: "\n\n")
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

extension RunEstimate {
    /// What each stage will take, and the whole.
    func text(on capacity: Capacity) -> String {
        var table = Table([
            .init("stage"), .init("to make", .trailing), .init("each", .trailing), .init("one by one", .trailing),
            .init("disk", .trailing), .init("estimated"),
        ])
        for stage in stages {
            let seconds = stage.seconds
            table.append([
                stage.name, "\(stage.estimates.count)",
                seconds.map { clockTime($0 / Double(stage.estimates.count)) } ?? "?", seconds.map(clockTime) ?? "?",
                stage.bytes.map(byteSize) ?? "?", "\(stage.origin)",
            ])
        }
        let atLeast = unknown + encodingFreshViews > 0 ? "at least " : ""
        let several = capacity.jobs == 1 ? "" : ", \(capacity.jobs) at a time"
        return table.text
            + "\nin all about \(atLeast)\(clockTime(seconds))\(several), \(atLeast)\(byteSize(bytes)) on the disk"
            + (encodingFreshViews > 0
                ? "\nnot counted: the crops that \(encodingFreshViews) trainings encode in every epoch (views: everyEpoch)"
                : "")
    }
}
