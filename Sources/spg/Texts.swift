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
    func dryRun(_ instances: [Instance], on machine: Capacity, in store: ArtifactStore) throws -> String {
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
            instances, on: machine, in: store,
            model: ModelSize(
                checkpoint.architecture, weightBytes: checkpoint.weightBytes,
                // Imported features are only looked up.
                imageRate: specification.importedEncoder != nil ? .infinity : specification.precision.value == .bf16 ? 1.8 : 1))
        return [table.text, estimate.text(on: machine), summary].joined(separator: "\n\n")
    }

    /// Where the results lie, and a query to begin with.
    func whereToLook(in store: ArtifactStore) -> String {
        let name = specification.name.replacing("'", with: "''")
        let program = CommandLine.arguments.first ?? "spg"
        return """
            Everything is in \(store.path). A query to try, for the classes that are hardest:
            \(program) query --store \(store.path) "SELECT label, count(*) AS predictions, avg(label = predicted) AS accuracy
              FROM predictions JOIN results USING (evaluation_key) WHERE pipeline = '\(name)'
              GROUP BY label ORDER BY accuracy LIMIT 10"
            """
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
    func text(on machine: Capacity) -> String {
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
        let several = machine.jobs == 1 ? "" : ", \(machine.jobs) at a time"
        return table.text
            + "\nin all about \(atLeast)\(clockTime(seconds))\(several), \(atLeast)\(byteSize(bytes)) on the disk"
            + (encodingFreshViews > 0
                ? "\nnot counted: the crops that \(encodingFreshViews) trainings encode in every epoch (views: everyEpoch)" : "")
    }
}

extension ExecutionOutcome {
    /// What each stage took, and the whole.
    func timeTable(total: Duration) -> String {
        var table = Table([
            .init("stage"), .init("made", .trailing), .init("found", .trailing), .init("seconds", .trailing),
        ])
        for sum in sums {
            table.append([sum.stage, "\(sum.made)", "\(sum.found)", String(format: "%.1f", sum.seconds)])
        }
        return table.text + "\nin all \(clockTime(total / .seconds(1)))"
    }

    /// Where the time of each stage went, of all its instances together.
    func profiles(in store: ArtifactStore) throws -> [String] {
        try sums.compactMap { sum in
            var profile = ProfileTable()
            for (instance, _) in finished where instance.stage == sum.stage {
                profile.add(try store.metrics(of: instance.key))
            }
            return profile.isEmpty ? nil : "\(sum.stage), \(sum.made) made\n" + profile.table.text
        }
    }
}
