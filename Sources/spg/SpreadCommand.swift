import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Datasets
import Foundation
import Reporting
import Stages

struct SpreadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spread",
        abstract: "Prints how far generated prompts differ from seed to seed, and from draw to draw.",
        discussion: """
            EXAMPLE
              spg spread desktop-icons-generators

            Of each stage of the pipeline that classifies with a generator, over its target domains: the root mean square of the \
            prompts' numbers, and that of their standard deviations over the seeds and over draws of noise.
            """)

    @OptionGroup var storage: StoreOptions

    @Option(help: "text, markdown, or csv.")
    var format = TableFormat.text

    @Option(help: ArgumentHelp("Prompts drawn for each image, from 2 to 100.", valueName: "k"))
    var draws = 4

    @Argument(help: ArgumentHelp("A pipeline that was run, by name.", valueName: "pipeline"))
    var pipeline: String

    func validate() throws {
        guard (2...100).contains(draws) else { throw ValidationError("--draws must be from 2 to 100, not \(draws)") }
    }

    func run() throws {
        try reportingErrors {
            let store = try storage.openThere()
            let stages = try evaluations(in: store)
            guard !stages.isEmpty else {
                throw Nothing(description: "The pipeline “\(pipeline)” has no evaluation of a generator in \(storage.store).")
            }
            var table = Table([.init("stage")] + ["size", "over seeds", "over draws"].map { .init($0, .trailing) })
            for (stage, targets) in stages {
                let spreads = try targets.map {
                    try PromptSpread(of: $0.generators, on: $0.embeddings, draws: draws, store: store)
                }
                /// The root of the targets' mean square.
                func overall(_ value: (PromptSpread) -> Double?) -> String {
                    let values = spreads.compactMap(value)
                    guard values.count == spreads.count else { return "–" }
                    let square = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
                    return String(format: "%.3g", square.squareRoot())
                }
                table.append([stage, overall(\.size), overall(\.overSeeds), overall(\.overDraws)])
            }
            print(table.written(as: format), terminator: "")
        }
    }

    /// Generators, with the seed of their noise, that were evaluated on the same images.
    private typealias Target = (embeddings: ArtifactKey, generators: [(key: ArtifactKey, seed: Int)])

    /// The generators that were evaluated with one draw, by stage and by the target's embeddings.
    private func evaluations(in store: ArtifactStore) throws -> [(stage: String, targets: [Target])] {
        let name = pipeline.replacing("'", with: "''")
        let rows = try store.query("""
            SELECT p.stage, e.input_key, g.input_key, coalesce(a.parameters ->> 'seed', 1) FROM pipelines p
            JOIN artifacts a USING (key)
            JOIN artifact_inputs g ON g.key = p.key AND g.role = 'generator'
            JOIN artifact_inputs e ON e.key = p.key AND e.role = 'embeddings'
            WHERE p.pipeline = '\(name)' AND a.kind = 'evaluation' AND a.parameters ->> 'draws' IS NULL
            ORDER BY p.stage, e.input_key, g.input_key
            """).rows
        var stages: [(stage: String, targets: [Target])] = []
        for row in rows {
            guard case .text(let stage) = row[0], case .text(let target) = row[1], case .text(let generator) = row[2],
                case .integer(let seed) = row[3], let target = Digest(target), let generator = Digest(generator)
            else { continue }
            if stages.last?.stage != stage { stages.append((stage, [])) }
            let last = stages.count - 1
            if stages[last].targets.last?.embeddings != target { stages[last].targets.append((target, [])) }
            stages[last].targets[stages[last].targets.count - 1].generators.append((generator, Int(seed)))
        }
        return stages
    }
}

/// What is asked about is not there.
private struct Nothing: Error, CustomStringConvertible {
    let description: String
}
