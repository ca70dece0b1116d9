import ArtifactStore
import Foundation
import Pipelines
import Reporting

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

extension Plan {
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
