import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Pipelines

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows an artifact: what it holds, its parameters, what it was made from, its time, cost and size.",
        discussion: """
            EXAMPLES
              spg show 0d1f2e3c
              spg show "spg(target tango, seed 1)"
              spg show desktop-icons/spg/seed=1/target=tango
            """)

    @OptionGroup var storage: StoreOptions

    @Argument(
        help: ArgumentHelp("An artifact: its key, the first digits of it, or a name, as runs print it.", valueName: "key"),
        completion: .artifacts())
    var key: String

    @OptionGroup var answer: JSONOptions

    func run() throws {
        try reportingErrors {
            let store = try storage.openThere()
            try answer.print(store.report(on: store.resolve(key)), of: "show", text: \.text)
        }
    }
}

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Compares two artifacts down to the parameters, files and algorithms that make them differ.",
        discussion: """
            EXAMPLES
              spg diff 0d1f2e3c 5cd1be0f
              spg diff "spg(target tango, seed 1)" "spg(target tango, seed 2)"
            """)

    @OptionGroup var storage: StoreOptions

    @Argument(
        help: ArgumentHelp("An artifact: its key, the first digits of it, or a name, as runs print it.", valueName: "key"),
        completion: .artifacts())
    var old: String

    @Argument(help: ArgumentHelp("The artifact to compare it with.", valueName: "other key"), completion: .artifacts())
    var new: String

    @OptionGroup var answer: JSONOptions

    func run() throws {
        try reportingErrors {
            let store = try storage.openThere()
            let comparison = try store.comparison(of: store.resolve(old), with: store.resolve(new))
            try answer.print(comparison, of: "diff", text: \.text)
        }
    }
}
