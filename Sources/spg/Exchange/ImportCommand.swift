import ArgumentParser
import CLIP
import CommandLineSupport
import Datasets
import Foundation
import Stages

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Imports features, prompts and generators that were made elsewhere.",
        subcommands: [ImportFeaturesCommand.self] + Methods.imports.map { $0.command })
}

struct ImportFeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Imports features of a data set's images that were computed elsewhere, such as on a GPU.",
        usage: "spg import features <file> --data <dir> [<options>]",
        discussion: """
            EXAMPLE
              spg import features features.npy --images images.csv --encoder gpu \\
                --data Data/sketches --checkpoint Models/my-clip

            A pipeline uses them with “encoder: {checkpoint: Models/my-clip, imported: gpu}”. Features are \
            [images, dimension], or [images, 1 + views, dimension] with the center view first, in .npy, .npz, .safetensors or \
            .pt files, as float32 or float16. Without --images, rows are in the order of the files' names: \
            sorted(root.glob("*/*/*")). A folder that Scripts/encode-with-torch has written is imported as a whole.

            DPL needs the length that features have in CLIP's output. It is stored if the rows have that length and \
            --normalize scales them, or if the rows have length 1 and their lengths are in an array “norms” or in the \
            table's column “norm”. Docs/store.md says more.
            """)

    @OptionGroup var storage: StoreOptions

    @Argument(help: ArgumentHelp("The file of features, or a folder of shards.", valueName: "file"), completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp(
            "What pipelines call the encoder that made them; by default, what shards call it.", valueName: "name"))
    var encoder: String?

    @Option(help: ArgumentHelp("The data set: a folder of domain/class/image.", valueName: "dir"), completion: .directory)
    var data: String

    @Option(
        help: ArgumentHelp("The data set's name; by default, the folder's name.", valueName: "name"), completion: .dataSets())
    var dataset: String?

    @Option(
        help: ArgumentHelp("A domain that rows are of; by default, all; may be given several times.", valueName: "name"),
        completion: .domains(of: "--data"))
    var domain: [String] = []

    @OptionGroup var naming: NameOptions

    @Option(
        help: ArgumentHelp("A table that says which image each row is of, in a column path.", valueName: "csv"),
        completion: .file(extensions: ["csv"]))
    var images: String?

    @Option(help: ArgumentHelp("Which array of the file, where it has several.", valueName: "name"))
    var tensor: String?

    @Option(
        help: ArgumentHelp("The CLIP checkpoint whose text encoder goes with the features.", valueName: "path"),
        completion: .file())
    var checkpoint = "Models/icon-clip"

    @Flag(help: "Scale each row to length 1; without it, rows of another length are refused.")
    var normalize = false

    @OptionGroup var progress: ProgressOptions

    private var isFolder: Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) && isFolder.boolValue
    }

    func validate() throws {
        let alone = [("--images", images != nil), ("--tensor", tensor != nil), ("--normalize", normalize)]
        if isFolder, let option = alone.first(where: \.1)?.0 {
            throw ValidationError("\(option) goes with a file; the shards of a folder say it themselves.")
        }
        if !isFolder, encoder == nil { throw ValidationError("Give a name for the encoder: --encoder NAME.") }
    }

    func run() throws {
        try reportingErrors {
            let folder = try ImageFolder(root: URL(filePath: data), name: dataset, names: naming.normalizeNames)
            let source = try Source(URL(filePath: file), isFolder: isFolder, tensor: tensor)
            let name = encoder ?? source.encoder ?? ""
            let checkpoint = try Checkpoint(telling: checkpoint)
            let work = try FeatureImport(
                encoder: name, folder: folder, domains: domain.map { Name($0) },
                order: images.map { .listed(URL(filePath: $0)) } ?? .ofDataSet, isNormalizing: normalize)
            let store = try storage.open()
            try store.beginWork()
            progress.apply()
            let line = ProgressLine("import \(name)", unit: "vectors")
            var vectors = 0
            func count(_ done: Int, _ total: Int) {
                line.update(done, of: total)
                vectors = done
            }
            let outcomes =
                switch source {
                case .shards(let shards):
                    try work.run(shards, checkpoint: checkpoint, store: store, progress: count)
                case .file(let file):
                    try work.run(
                        file.tensor(), norms: file.norms(), source: file.source, checkpoint: checkpoint, store: store,
                        progress: count)
                }
            line.finish(vectors, of: vectors)
            for outcome in outcomes {
                if outcome.ignoredCopies > 0 {
                    Console.standardError.warning(
                        "\(outcome.domain): \(outcome.ignoredCopies) files have the bytes of another file but other features; "
                            + "an image has one feature vector, that of its first row")
                }
                Console.standardError.note("\(outcome.domain): \(outcome.images) images")
                print(outcome.key)
            }
        }
    }
}

/// What features are imported from.
private enum Source {
    case file(FeatureFile)
    case shards(FeatureShards)

    init(_ url: URL, isFolder: Bool, tensor: String?) throws {
        self = try isFolder ? .shards(FeatureShards(contentsOf: url)) : .file(FeatureFile(contentsOf: url, named: tensor))
    }

    /// What the encoder is called, where the features say it.
    var encoder: String? { if case .shards(let shards) = self { shards.encoding.encoder } else { nil } }
}
