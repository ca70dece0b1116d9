import ArtifactStore
import Datasets
import Foundation
import Reporting

extension ReportReading {
    /// The stages with their states, what is missing, and all artifacts.
    mutating func readStages() throws {
        report.queries[.stages] = [
            "SELECT stage, state, count(*) AS cells, sum(seconds) AS seconds FROM pipelines WHERE pipeline = "
                + "\(plan.specification.name.quotedForSQL) GROUP BY stage, state"
        ]
        var seen: Set<ArtifactKey> = [],
            table = Table([
                .init("artifact"), .init("key"), .init("state"), .init("made"), .init("time", .trailing),
                .init("algorithm", .trailing),
            ])
        for (instance, state) in zip(plan.instances, states) {
            var made = "", time = ""
            if case .done(let created, let seconds) = state { (made, time) = (Self.minute(created), clockTime(seconds)) }
            table.append([instance.name, instance.key.short, state.word, made, time, "\(instance.recipe.algorithmVersion)"])
            guard state.isToRun, seen.insert(instance.key).inserted else { continue }
            report.missing.append(.init(name: instance.name, state: state.word, reason: state.reason))
        }
        report.run.artifacts = table
        report.stages = try stageSummaries()
    }

    /// Images first, then stages, inputs before what takes them.
    private func stageSummaries() throws -> [StageSummary] {
        var summaries: [StageSummary] = [], places: [Name: Int] = [:], stageOf: [Name: String] = [:]
        for instance in plan.instances { stageOf[Name(instance.name)] = instance.stage }
        let words = ["failed", "running", "stale", "incomplete", "missing", "done"]
        for stage in plan.instances.map(\.stage).uniqued {
            let own = zip(plan.instances, states).filter { $0.0.stage == stage }
            var inputs: [Int] = []
            for source in own.flatMap(\.0.sources) {
                let name: Name
                switch source {
                case .images(let domain): name = Name("images of \(plan.specification.dataSet(of: domain).dataSet.name)")
                case .instance(let input): name = Name(stageOf[input] ?? input.text)
                }
                if places[name] == nil {
                    places[name] = summaries.count
                    summaries.append(StageSummary(name: name.text, kind: nil, inputs: [], states: [], seconds: 0, bytes: 0))
                }
                if let place = places[name], !inputs.contains(place) { inputs.append(place) }
            }
            let counts = words.compactMap { word -> StageSummary.State? in
                let count = own.count { $0.1.word == word }
                return count == 0 ? nil : .init(word, count)
            }
            let artifacts = try own.map(\.0.key).uniqued.compactMap { try store.artifact($0) }
            places[Name(stage)] = summaries.count
            summaries.append(
                StageSummary(
                    name: stage, kind: own.first?.0.kind.name, inputs: inputs, states: counts,
                    seconds: artifacts.reduce(0) { $0 + $1.seconds }, bytes: artifacts.reduce(0) { $0 + $1.bytes }))
        }
        return summaries
    }

    /// A time of the store to the minute, `2026-11-30 10:07`.
    static func minute(_ time: String) -> String { String(time.prefix(16)).replacing("T", with: " ") }
}
