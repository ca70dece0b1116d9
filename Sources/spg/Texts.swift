import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines
import Reporting

extension Plan {
    /// What a run would do, in the order in which it would.
    /// - Parameter instances: those that it would make.
    func dryRun(_ instances: [Instance], in store: ArtifactStore) throws -> String {
        var table = Table([.init("to run"), .init("key"), .init("why")])
        let states = Dictionary(zip(self.instances.map(\.key), try states(in: store))) { first, _ in first }
        for instance in instances {
            let reason = states[instance.key].map { $0.isToRun ? $0.reason : "done, and made again by --force" }
            table.append([instance.name, instance.key.short, reason ?? ""])
        }
        let summary = try missingSummary(in: store)
        return table.rows.isEmpty ? summary : table.text + "\n\n" + summary
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

extension ExecutionOutcome {
    /// What each stage took, and the whole.
    func timeTable(total: Duration) -> String {
        var table = Table([.init("stage"), .init("made", .trailing), .init("seconds", .trailing)])
        for (stage, instances, seconds) in secondsByStage {
            table.append([stage, "\(instances)", String(format: "%.1f", seconds)])
        }
        return table.text + "\nin all \(clockTime(total / .seconds(1)))"
    }

    /// Where the time of each stage went, of all its instances together.
    func profiles(in store: ArtifactStore) throws -> [String] {
        try secondsByStage.compactMap { stage, instances, _ in
            var profile = ProfileTable()
            for (instance, _) in finished where instance.stage == stage {
                profile.add(try store.metrics(of: instance.key))
            }
            return profile.isEmpty ? nil : "\(stage), \(instances) made\n" + profile.table.text
        }
    }
}
