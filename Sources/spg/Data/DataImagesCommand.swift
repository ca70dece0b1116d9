import ArgumentParser
import CommandLineSupport
import Datasets
import Foundation
import Stages

struct DataImagesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "Lists the images of a data set as CSV: domain, class, path and SHA-256.",
        usage: "spg data images <name> <root> [<options>]",
        discussion: """
            EXAMPLE
              spg data images PACS Data/PACS > images.csv

            Paths are relative to the folder. Scripts/encode-with-torch reads such a table.
            """)

    @OptionGroup var dataSet: DataSetArguments
    @OptionGroup var storage: StoreOptions

    @Option(help: ArgumentHelp("A domain to list; by default, all; may be given several times.", valueName: "name"))
    var domain: [String] = []

    @OptionGroup var progress: ProgressOptions

    func run() throws {
        try reportingErrors {
            progress.apply()
            let folder = try dataSet.open(), store = try storage.openToLook()
            let manifests = try (domain.isEmpty ? folder.domains : domain.map { Name($0) }).map { domain in
                let line = ProgressLine("reading \(domain)", unit: "new images")
                return try folder.manifest(of: domain) { try store.digests(ofFiles: $0) { line.update($0, of: $1) } }
            }
            Console.standardError.clearStatus()
            print(CommaSeparated.line(["domain", "label", "path", "sha256"]), terminator: "")
            for manifest in manifests {
                for image in manifest.images {
                    let path = String(image.path.text.utf8.dropFirst(folder.root.utf8.count + 1)) ?? image.path.text
                    print(
                        CommaSeparated.line([
                            manifest.domain.text, manifest.classes[image.label].text, path, image.digest.description,
                        ]), terminator: "")
                }
            }
        }
    }
}
