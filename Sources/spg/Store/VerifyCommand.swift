import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Reporting

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Compares everything in the store with what was written.",
        discussion: """
            Checks SQLite's structures and references, every blob against its SHA-256, every key against its recipe, and \
            figures against the rows they are of. Lists what is damaged and what must be made again. Changes \
            nothing unless --drop is given.

            Exit status: 0 the store is sound; 65 something is damaged.
            """)

    @OptionGroup var storage: StoreOptions

    @Flag(help: "Remove damaged artifacts and everything made from them, so that a run makes them again.")
    var drop = false

    @OptionGroup var progress: ProgressOptions

    func run() throws {
        try reportingErrors {
            let store = try storage.openThere(readOnly: !drop)
            let alone = drop ? try store.claimAlone() : nil
            defer { withExtendedLifetime(alone) {} }
            progress.apply()
            let line = ProgressLine("verify", unit: "blobs")
            let result = try store.verify { line.update($0, of: $1) }
            Console.standardError.clearStatus()
            print(
                """
                \(result.blobs) blobs (\(byteSize(result.bytes))) and \(result.artifacts) artifacts of \(storage.store) were \
                compared: \(result.damages.isEmpty ? "all are as they were written." : "\(result.damages.count) are damaged.")
                """)
            guard !result.damages.isEmpty else { return }
            describe(result)
            if drop {
                try store.remove(result.damages)
                print("\nThe damaged contents were removed. Rerun the pipelines to make them again.")
            } else if result.damages.contains(where: { !$0.isOfFile }) {
                print("\nTo remove it, so that a run remakes it: spg store verify --drop --store \"\(storage.store)\"")
            }
            if result.damages.contains(where: \.isOfFile) {
                print(
                    """
                    The file itself is damaged: put a backup in its place, or save what can be read and verify that:
                      sqlite3 "\(storage.store)" .recover | sqlite3 recovered.sqlite
                    """)
                throw ExitCode(ExitStatus.badData.rawValue)
            }
            if !drop { throw ExitCode(ExitStatus.badData.rawValue) }
        }
    }

    private func describe(_ result: StoreVerification) {
        print("\nDamaged:")
        for damage in result.damages.prefix(50) { print("  \(damage.subject): \(damage.problem)") }
        if result.damages.count > 50 { print("  and \(result.damages.count - 50) more") }
        guard !result.toMake.isEmpty else { return }
        let time = clockTime(result.toMake.reduce(0) { $0 + $1.seconds })
        print("\nMust be made again, with everything made from it (\(time)):")
        for artifact in result.toMake { print("  \(artifact.text)") }
    }
}

extension RemovedArtifact {
    /// Kind, key, and where pipelines ask for it.
    var text: String {
        "\(kind.rawValue) \(key.short)" + (names.isEmpty ? "" : "  " + names.joined(separator: ", "))
    }
}
