import ArgumentParser

struct StoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Manages the store: shows its contents, checks it, copies it and frees space.",
        discussion: """
            EXAMPLES
              spg store stats
              spg store verify
              spg store backup Backups/monday.sqlite
              spg store merge other-machine.sqlite
              spg store gc desktop-icons --delete
            """,
        subcommands: [
            StatisticsCommand.self, VerifyCommand.self, BackupCommand.self, MergeCommand.self, CollectCommand.self,
        ])
}
