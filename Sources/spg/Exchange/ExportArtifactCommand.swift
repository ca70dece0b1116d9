import ArgumentParser
import ArtifactStore
import CLIP
import CommandLineSupport
import Foundation
import Stages

/// `spg export features KEY… -o FILE`: one artifact, or features of several domains.
struct ExportArtifactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "artifact", abstract: "Writes an artifact to a file: spg export features, spg export prompt, ….",
        usage: "spg export <subject> <key> ... --output <file> [<options>]",
        discussion: """
            EXAMPLES
              spg export features tango oxygen --output features.npy
              spg export prompt coop/tango/1 --output prompt.pt
              spg export generator spg/oxygen+papirus/1 --output generator.safetensors
              spg export predictions "spg(target tango, seed 1)" -o predictions.csv
              spg export predictions "spg(target tango, seed 1)" -o predictions.npz \\
                --probabilities
              spg export files desktop-icons-map/map --output map

            The format is that of the extension: .npy, .npz, .safetensors, .pt (what torch.save writes) or .csv. Numbers are \
            the store's, bit by bit. Docs/store.md lists the arrays.
            """)

    /// What can be exported.
    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case features, prompt, generator, predictions, files

        var kind: ArtifactKind {
            switch self {
            case .features: .embeddings
            case .prompt: .prompt
            case .generator: .generator
            case .predictions: .evaluation
            case .files: .files
            }
        }
    }

    @OptionGroup var storage: StoreOptions

    @Argument(help: "What to export: features, prompt, generator, predictions, or files (which a command wrote).")
    var subject: Subject

    @Argument(
        help: ArgumentHelp("The key or name of an artifact; for features, one or more.", valueName: "key"),
        completion: .candidates { typed in
            let subjects = typed.words.compactMap(Subject.init)
            return try typed.store().names(beginning: typed.beginning, kinds: subjects.prefix(1).map(\.kind))
        })
    var keys: [String]

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The file to write, or the folder for files; it must not exist yet.", valueName: "file"))
    var output: String

    @OptionGroup(title: "Probabilities of all classes") var probabilities: ProbabilityOptions

    func validate() throws {
        if subject != .features, keys.count > 1 { throw ValidationError("Export one \(subject.rawValue) at a time.") }
        if subject != .predictions, probabilities.areWanted {
            throw ValidationError("--probabilities goes with predictions, not with \(subject.rawValue).")
        }
    }

    func run() throws {
        try reportingErrors {
            let store = try storage.openThere()
            let keys = try store.resolve(keys, kind: subject.kind)
            let url = URL(filePath: output)
            let files =
                switch subject {
                case .features: try Export(features: keys, in: store).write(to: url)
                case .prompt: try Export(prompt: keys[0], in: store).write(to: url)
                case .generator: try Export(generator: keys[0], in: store).write(to: url)
                case .predictions:
                    try Export(predictions: keys[0], probabilities: probabilities.computed(for: keys[0], in: store), in: store)
                        .write(to: url)
                case .files: try store.exportFiles(keys[0], to: url)
                }
            for file in files { print(file.relativePath) }
        }
    }
}
