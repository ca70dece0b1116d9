import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines
import Reporting

struct CollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Finds, and with --delete removes, what no named pipeline needs.",
        usage: "spg store gc <pipeline> ... [<options>]",
        discussion: """
            EXAMPLES
              spg store gc Pipelines/sketches.yaml desktop-icons
              spg store gc Pipelines/sketches.yaml desktop-icons --delete

            Without --delete it only lists what would go, and which run asked for it last.

            Name every pipeline whose results are to stay, by its file or by its name (the view pipelines lists the names). \
            All that its runs have ever asked for stays, with any values of the file or of --set, and all that this was made \
            from. Of a file, what it asks for now stays, too, even if it was never run.

            With --since, what pipelines asked for only before that day goes, too. What each pipeline asked for last stays, \
            and what it asked for last without --set.
            """)

    @OptionGroup var planning: PlanningOptions

    @Argument(
        help: ArgumentHelp("The pipelines whose artifacts stay, by file or by name.", valueName: "pipeline"),
        completion: .pipelineFiles)
    var pipelines: [String]

    @Option(help: ArgumentHelp("Let go of what the pipelines asked for only before that day, UTC.", valueName: "YYYY-MM-DD"))
    var since: String?

    @Flag(help: "Delete it, and give its space back to the disk.")
    var delete = false

    func validate() throws {
        guard let since else { return }
        let isDay = since.wholeMatch(of: /\d{4}-\d{2}-\d{2}/) != nil
        guard isDay, (try? Date(since, strategy: .iso8601.year().month().day())) != nil else {
            throw ValidationError("--since takes a day, such as 2026-11-30, not “\(since)”")
        }
    }

    func run() throws {
        try reportingErrors {
            let storage = planning.storeOptions
            let store = try storage.openThere(readOnly: !delete)
            // Held until all is over: a run that begins now waits.
            let claim = delete ? try store.claimAlone() : nil
            defer { withExtendedLifetime(claim) {} }
            let garbage = try store.collectGarbage(keeping: needed(in: store), deleting: delete)
            if delete, !garbage.isEmpty { try compact(store) }
            try report(garbage, isInUse: !delete && store.isInUse)
        }
    }

    /// A file is planned as it is now; all else is the name of a pipeline.
    private func needed(in store: ArtifactStore) throws -> NeededPipelines {
        var needed = NeededPipelines(names: [], since: since)
        for text in pipelines {
            guard FileManager.default.fileExists(atPath: text) || text.hasSuffix(".yaml") else {
                needed.names.append(text)
                continue
            }
            let plan = try planning.plan(text, in: store)
            needed.planned[plan.specification.name, default: []] += plan.instances.map(\.key)
        }
        return needed
    }

    private func compact(_ store: ArtifactStore) throws {
        do {
            try store.compact()
        } catch StoreError.diskFull {
            // A copy of what stays has to fit beside it.
            Console.standardError.warning("the disk is too full to shrink the file; new rows will use its free space")
        }
    }

    private func report(_ garbage: Garbage, isInUse: Bool) throws {
        guard !garbage.isEmpty else {
            print("Nothing is to go: all that is there, those pipelines need.")
            return
        }
        print(delete ? "Deleted:" : "Would go:")
        for (request, artifacts) in garbage.byRequest {
            print("  " + (request?.text ?? "no run has asked for:"))
            for artifact in artifacts { print("    \(artifact.text)") }
        }
        print(
            """
            \(garbage.artifacts.count) artifacts, made in \(clockTime(garbage.artifacts.reduce(0) { $0 + $1.seconds })); \
            \(garbage.embeddings) features (\(byteSize(garbage.embeddingBytes))); block statistics of \
            \(garbage.statistics) images (\(byteSize(garbage.statisticsBytes))); \(garbage.checkpoints) unfinished trainings; \
            \(garbage.failures) failures; \(garbage.files) digests of files that are gone
            """)
        if !garbage.pipelines.isEmpty {
            print(
                (delete ? "Pipelines forgotten: " : "Pipelines not named, to be forgotten: ")
                    + garbage.pipelines.joined(separator: ", "))
        }
        guard !delete else { return }
        print("Nothing was changed; --delete removes it.")
        if isInUse { print("A run or a stage is at work in the store; --delete will do when it has ended.") }
    }
}

extension Garbage {
    /// The artifacts by who asked for them last, the latest first; those that nobody asked for at the end.
    fileprivate var byRequest: [(request: PastRequest?, artifacts: [RemovedArtifact])] {
        Dictionary(grouping: artifacts) { requests[$0.key] }
            .sorted { ($0.key?.asked ?? "", $0.key?.text ?? "") > ($1.key?.asked ?? "", $1.key?.text ?? "") }
            .map { ($0.key, $0.value) }
    }
}

extension PastRequest {
    /// Such as `asked for last on 2026-11-30 at 05:12:44 UTC by spg run small.yaml --set stages.prompts.with.epochs=5:`.
    fileprivate var text: String {
        let time = "\(asked.prefix(10)) at \(asked.dropFirst(11).prefix(8)) UTC"
        let command = ["spg run \(request.file ?? "a file")"] + request.edits.map { "--set \($0)" }
        return "asked for last on \(time) by \(command.joined(separator: " ")) (pipeline \(request.pipeline)):"
    }
}
