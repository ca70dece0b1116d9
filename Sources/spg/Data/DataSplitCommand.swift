import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Datasets
import Foundation

struct DataSplitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Splits the images of each domain by a seed, and writes files in the form of SPG's authors.",
        discussion: """
            EXAMPLE
              spg data split DomainNet Data/domainnet --into Data/domainnet/splits-3-percent --fraction 0.03

            A pipeline file names the folder as dataset.splits. Files that are there are never overwritten.
            """)

    @OptionGroup var dataSet: DataSetArguments
    @OptionGroup var storage: StoreOptions

    @Option(help: ArgumentHelp("The folder to write to, a file for each domain.", valueName: "dir"), completion: .directory)
    var into: String

    @Option(help: ArgumentHelp("Decides which images are in which part.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("The share of each class and domain that trains.", valueName: "share"))
    var trainFraction = 0.7

    @Option(help: ArgumentHelp("The share of each class and domain that is used at all.", valueName: "share"))
    var fraction = 1.0

    func validate() throws {
        guard trainFraction > 0, trainFraction < 1 else {
            throw ValidationError("--train-fraction must be a share above 0 and below 1, not \(trainFraction)")
        }
        guard fraction > 0, fraction <= 1 else {
            throw ValidationError("--fraction must be a share above 0 and at most 1, not \(fraction)")
        }
    }

    func run() throws {
        try reportingErrors {
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
                let manifest = try folder.manifest(of: domain) { paths in
                    try store.digests(ofFiles: paths) { line.update($0, of: $1) }
                }
                let split = Split(of: manifest.images, seed: seed, trainFraction: trainFraction, fraction: fraction)
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
