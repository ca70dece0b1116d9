import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Reporting

struct CollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gc", abstract: "Finds, and with --delete removes, what no named pipeline needs.",
        discussion: """
            EXAMPLE
              spg store gc desktop-icons sketches            what would go
              spg store gc desktop-icons sketches --delete   removes it

            A pipeline needs what its file asked for when it was last run, and all that was made from. Name every pipeline \
            whose results are to stay; the view pipelines lists them.
            """)

    @OptionGroup var storage: StoreOptions

    @Argument(help: ArgumentHelp("The pipelines whose artifacts stay.", valueName: "pipeline"))
    var pipelines: [String]

    @Flag(help: "Delete it, and give its space back to the disk.")
    var delete = false

    func run() throws {
        try reportingErrors {
            let store = try storage.openThere(readOnly: !delete)
            let garbage = try store.collectGarbage(keeping: pipelines, deleting: delete)
            guard !garbage.isEmpty else {
                print("Nothing is to go: all that is there, those pipelines need.")
                return
            }
            print(delete ? "Deleted:" : "Would go:")
            for artifact in garbage.artifacts { print("  \(artifact.text)") }
            print("""
                \(garbage.artifacts.count) artifacts, made in \(clockTime(garbage.artifacts.reduce(0) { $0 + $1.seconds })); \
                \(garbage.embeddings) features (\(byteSize(garbage.embeddingBytes))); block statistics of \
                \(garbage.statistics) images (\(byteSize(garbage.statisticsBytes))); \(garbage.checkpoints) unfinished trainings; \
                \(garbage.failures) failures; \(garbage.files) digests of files that are gone
                """)
            if !garbage.pipelines.isEmpty { print("Pipelines forgotten: " + garbage.pipelines.joined(separator: ", ")) }
            guard delete else {
                print("Nothing was changed; --delete removes it.")
                return
            }
            do {
                try store.compact()
            } catch StoreError.diskFull {
                // A copy of what stays has to fit beside it.
                Console.standardError.warning("the disk is too full to shrink the file; new rows will use its free space")
            }
        }
    }
}
