import ArgumentParser
import ArtifactStore
import CommandLineSupport

struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Copies the store to a new file, also while pipelines run.")

    @OptionGroup var storage: StoreOptions

    @Argument(help: ArgumentHelp("The copy; there must be no such file.", valueName: "file"), completion: .file())
    var file: String

    func run() throws {
        try reportingErrors {
            try storage.openThere().backUp(to: file)
            print("\(file) is a whole store: use it with --store, or move it to \(storage.store) to go back.")
        }
    }
}

struct MergeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Copies into this store what another store has and this one lacks.",
        discussion: """
            Artifacts are known by their keys, features by image, encoder and view. If both stores have different \
            contents under the same identity, the command lists the conflicts and merges nothing.
            """)

    @OptionGroup var storage: StoreOptions

    @Argument(help: ArgumentHelp("The other store, which stays as it is.", valueName: "other"), completion: .file())
    var other: String

    func run() throws {
        try reportingErrors {
            let outcome = try storage.open().merge(storeAt: other)
            let artifacts = outcome.artifacts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            print("New artifacts: \(artifacts.isEmpty ? "none" : artifacts.joined(separator: ", "))")
            print("New features: \(outcome.embeddings)")
            if outcome.norms > 0 { print("New norms: of \(outcome.norms) features that were here without") }
            if outcome.statistics > 0 { print("New block statistics: of \(outcome.statistics) images") }
            if !outcome.pipelines.isEmpty { print("New pipelines: " + outcome.pipelines.joined(separator: ", ")) }
            for pipeline in outcome.keptPipelines {
                print("The pipeline \(pipeline) asks for other artifacts here, and stays as it is.")
            }
        }
    }
}
