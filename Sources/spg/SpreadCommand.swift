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
        abstract: "Prints how much generated prompts differ between seeds, and between draws.",
        discussion: """
            EXAMPLES
              spg spread desktop-icons-generators
              spg spread "spg(target tango)" "flow(target tango)"

            For each stage that classifies with a generator, over its target domains: the root mean square of the prompts' \
            numbers, and of their standard deviations over seeds and over draws of noise.
            """)

    @OptionGroup var storage: StoreOptions

    @Option(help: "The format of the table.")
    var format = TableFormat.text

    @Option(help: ArgumentHelp("Prompts drawn for each image, from 2 to 100.", valueName: "k"))
    var draws = 4

    @Argument(
        help: ArgumentHelp(
            "The name of a pipeline that was run, or evaluations by their names in runs: STAGE, or STAGE(AXIS VALUE, …).",
            valueName: "name"),
        completion: .candidates { typed in
            let store = try typed.store()
            return try store.pipelineNames() + store.names(beginning: typed.beginning, kinds: [.evaluation])
        })
    var names: [String]

    func validate() throws {
        guard (2...100).contains(draws) else { throw ValidationError("--draws must be from 2 to 100, not \(draws)") }
    }

    func run() throws {
        try reportingErrors {
            let store = try storage.openThere()
            let stages = try evaluations(in: store)
            guard !stages.isEmpty else {
                let list = names.map { "“\($0)”" }.joined(separator: ", ")
                throw Nothing(description: "No evaluation of a generator with one draw is called \(list) in \(storage.store).")
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
        var stages: [(pipeline: String, stage: String, targets: [Target])] = [], seen: Set<NamedInstance> = []
        for instance in try names.flatMap({ try instances($0, in: store) }) where seen.insert(instance).inserted {
            guard let recipe = try store.artifact(instance.key)?.recipe, recipe.kind == .evaluation,
                recipe.parameters["draws"] == nil,
                let generator = recipe.inputs.first(where: { $0.role == "generator" })?.key,
                let embeddings = recipe.inputs.first(where: { $0.role == "embeddings" })?.key
            else { continue }
            let (pipeline, stage) = (instance.pipeline, instance.name.stage)
            let place = stages.firstIndex { $0.pipeline == pipeline && $0.stage == stage } ?? stages.endIndex
            if place == stages.endIndex { stages.append((pipeline, stage, [])) }
            let target = stages[place].targets.firstIndex { $0.embeddings == embeddings } ?? stages[place].targets.endIndex
            if target == stages[place].targets.endIndex { stages[place].targets.append((embeddings, [])) }
            let seed = recipe.parameters["seed"]?.number.flatMap { Int(exactly: $0) } ?? 1
            stages[place].targets[target].generators.append((generator, seed))
        }
        let isOne = Set(stages.map(\.pipeline)).count < 2
        return stages.sorted { ($0.pipeline, $0.stage) < ($1.pipeline, $1.stage) }.map {
            (isOne ? $0.stage : "\($0.pipeline)/\($0.stage)", $0.targets)
        }
    }

    /// All of a pipeline, or what is called so in the latest plans of pipelines.
    private func instances(_ name: String, in store: ArtifactStore) throws -> [NamedInstance] {
        let found = try store.instances(ofPipeline: name)
        return try found.isEmpty ? store.instances(InstanceSelector(name)) : found
    }
}

/// What is asked about is not there.
private struct Nothing: Error, CustomStringConvertible {
    let description: String
}
