import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Datasets
import Foundation

struct DataSplitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Splits the images of each domain by a seed, and writes files in the form of SPG's authors.",
        usage: "spg data split <name> <root> --into <dir> [<options>]",
        discussion: """
            EXAMPLE
              spg data split DomainNet Data/domainnet --fraction 0.03 \\
                --into Data/domainnet/splits-3-percent
              spg data split DomainNet Data/domainnet --as spg \\
                --into Data/domainnet/spg_coop_splits

            A pipeline file names the folder as dataset.splits. It never overwrites a file.
            """)

    @OptionGroup var dataSet: DataSetArguments
    @OptionGroup var storage: StoreOptions

    @Option(help: ArgumentHelp("The folder to write to, a file for each domain.", valueName: "dir"), completion: .directory)
    var into: String

    @Option(help: ArgumentHelp("Decides which images are in which part.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            "Split as a paper's authors do: spg or domainbed. This also sets the shares.", valueName: "authors"))
    var authors: AuthorsSplit.Authors?

    @Option(help: ArgumentHelp("The share of each class and domain that trains: 0.7.", valueName: "share"))
    var trainFraction: Double?

    @Option(help: ArgumentHelp("The share of each class and domain that is used at all: 1.", valueName: "share"))
    var fraction: Double?

    @OptionGroup var progress: ProgressOptions

    private var shares: (train: Double, used: Double) { (trainFraction ?? 0.7, fraction ?? 1) }

    func validate() throws {
        if authors != nil, trainFraction ?? fraction != nil {
            throw ValidationError(
                "--train-fraction and --fraction do not go with --as: those authors have shares of their own.")
        }
        guard shares.train > 0, shares.train < 1 else {
            throw ValidationError("--train-fraction must be a share above 0 and below 1, not \(shares.train)")
        }
        guard shares.used > 0, shares.used <= 1 else {
            throw ValidationError("--fraction must be a share above 0 and at most 1, not \(shares.used)")
        }
    }

    func run() throws {
        try reportingErrors {
            progress.apply()
            let folder = try dataSet.open()
            let files = try folder.domains.map { domain in
                let letter = folder.known?.domains.first { Name($0.name) == domain }?.letter
                let url = URL(filePath: into).appending(path: SplitFile.names(of: domain.text, letter: letter)[0])
                guard !FileManager.default.fileExists(atPath: url.path) else { throw SplitExists(path: url.path) }
                return (domain, url)
            }
            let store = try storage.openToLook()
            let written = try files.map { domain, url in
                let line = ProgressLine("reading \(domain)", unit: "new images")
                func digests(_ paths: [String]) throws -> [Digest] {
                    try store.digests(ofFiles: paths) { line.update($0, of: $1) }
                }
                if let authors {
                    let split = AuthorsSplit(authors, seed: seed)
                    return (url, folder.splitFile(of: try folder.parts(of: domain, as: split, digests: digests)))
                }
                let manifest = try folder.manifest(of: domain, digests: digests)
                let split = Split(of: manifest.images, seed: seed, trainFraction: shares.train, fraction: shares.used)
                return (url, folder.splitFile(of: manifest, split))
            }
            Console.standardError.clearStatus()
            try FileManager.default.createDirectory(at: URL(filePath: into), withIntermediateDirectories: true)
            try NewFiles.write(written.map { (url: $0, data: $1.encoded) })
            for (url, file) in written {
                print("\(url.path): train \(grouped(file.train.count)), val \(grouped(file.validation.count))")
            }
        }
    }
}

private struct SplitExists: Error, CustomStringConvertible {
    let path: String
    var description: String { "“\(path)” is there already: choose another folder, or delete it" }
}
