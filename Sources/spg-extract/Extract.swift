import ArgumentParser
import ArtifactStore
import CLIP
import CommandLineSupport
import Datasets
import Foundation
import Imaging
import Stages
import Tensors

@main
struct Extract: ParsableCommand {
    static func main() {
        Conduct.begin()
        main(Conduct.arguments)
    }

    static let configuration = CommandConfiguration(
        commandName: "spg-extract",
        abstract: ExtractStage.abstract,
        discussion: """
            EXAMPLE
              \("spg-extract \(ExtractStage.example)".asCommandLines)

            Prints the key of each domain's embeddings. Images whose features are in the store are not encoded again: a new
            image costs one image, and a run that was stopped resumes. With --norms, images of older stores are encoded
            again for their features' lengths in CLIP's output, which DPL needs; the features do not change.
            """, version: Version.description(of: "spg-extract"))

    @OptionGroup var options: StageOptions

    @Option(
        help: ArgumentHelp(
            "The data set's folder: domain/class/image, or any layout of a known data set.", valueName: "dir"),
        completion: .directory)
    var data: String?

    @Option(
        help: ArgumentHelp(
            "The images to encode, by the key that the store has them under, in place of a folder: the files are where they "
                + "were when that was written.", valueName: "key"), completion: .artifacts(.images))
    var images: String?

    @Option(
        help: ArgumentHelp(
            "Encode only one of n parts of each domain's images, such as 2/8: on other machines the others, each part in a "
                + "store of its own. Merge the stores; then the same command without this encodes nothing.", valueName: "i/n"))
    var part: ImagePart?

    @Option(
        help: ArgumentHelp(
            "The data set's name; by default, the folder's name. Any layout of a known data set (spg data list) works.",
            valueName: "name"), completion: .dataSets())
    var dataset: String?

    @Option(
        help: ArgumentHelp(
            "A folder of split files, such as a_train_val_split.json: only images that they name are encoded.",
            valueName: "dir"), completion: .directory)
    var splits: String?

    @Option(
        help: ArgumentHelp(
            "Split the images as a paper's authors do, spg or domainbed; only what they use is encoded.", valueName: "authors"))
    var splitsAs: AuthorsSplit.Authors?

    @Option(help: ArgumentHelp("Decides which images are in which part, with --splits-as.", valueName: "n"))
    var splitSeed: UInt64 = AuthorsSplit.defaultSeed

    @Option(
        help: ArgumentHelp("A domain to encode; by default, all; may be given several times.", valueName: "name"),
        completion: .domains(of: "--data"))
    var domain: [String] = []

    @OptionGroup(title: "Parameters") var parameters: ParameterOptions<ExtractStage>

    @Flag(help: "Add missing norms (a feature's length in CLIP's output); older stores do not have them.")
    var norms = false

    @Option(help: "What to do with a file that is not a readable image, or a link to nothing: fail or skip.")
    var onBadImage = ExtractStage.BadImagePolicy.fail

    @OptionGroup var naming: NameOptions

    @Option(
        help: ArgumentHelp(
            "The number format of multiplications: float32, or bf16, which is twice as fast on processors that have it.",
            valueName: "name"))
    var precision: Precision?

    @Option(
        help: ArgumentHelp(
            "When to convert images to RGB: before resizing, as in Dassl (dassl), or after it, as in CLIP's code (clip).",
            valueName: "order"))
    var preprocessing: ColorOrder?

    @Option(
        help: ArgumentHelp(
            "Use features that spg import added under this name; encode nothing.", valueName: "encoder"),
        completion: .importedEncoders)
    var imported: String?

    @Flag(help: "Encode with PyTorch (Scripts/encode-with-torch), on a GPU if there is one; PYTHON names the interpreter.")
    var withTorch = false

    private var origin: FeatureOrigin {
        let (precision, order) = (precision ?? .float32, preprocessing ?? .dassl)
        return imported.map(FeatureOrigin.imported) ?? (withTorch ? .torch(precision, order) : .computed(precision, order))
    }

    func validate() throws {
        if (data == nil) == (images == nil) { throw ValidationError("Give either --data or --images.") }
        if images != nil, dataset != nil || !domain.isEmpty || splits != nil || splitsAs != nil {
            throw ValidationError("--dataset, --domain and splits go with --data; --images says which images they are.")
        }
        if imported != nil, part != nil {
            throw ValidationError("Give either --imported or --part: imported features are not encoded.")
        }
        if splits != nil, splitsAs != nil { throw ValidationError("Give either --splits or --splits-as, not both.") }
        if splitsAs == nil, splitSeed != AuthorsSplit.defaultSeed {
            throw ValidationError("--split-seed goes with --splits-as.")
        }
        if withTorch, (try? parameters.values())?["statistics"] == true {
            throw ValidationError("Give either --with-torch or --statistics: PyTorch gives no block statistics.")
        }
        if imported != nil, withTorch { throw ValidationError("Give either --imported or --with-torch, not both.") }
        if imported != nil, precision != nil { throw ValidationError("Give either --imported or --precision, not both.") }
        if imported != nil, preprocessing != nil {
            throw ValidationError("Give either --imported or --preprocessing, not both.")
        }
        if imported != nil, norms {
            throw ValidationError("Give either --imported or --norms: imported features bring their norms along.")
        }
    }

    func run() throws {
        try reportingErrors {
            _ = try parameters.values()
            if !withTorch { try precision?.check() }
            options.threading.apply()
            let checkpoint = try Checkpoint(telling: options.checkpoint)
            guard let data else { return try encodeRecorded(checkpoint) }
            let folder = try ImageFolder(
                root: URL(filePath: data), name: dataset, names: naming.normalizeNames, skipsUnreadable: onBadImage == .skip)
            let domains = domain.isEmpty ? folder.domains : domain.map { Name($0) }
            if let splits { try folder.checkSplits(of: domains, in: splits) }
            // A run has said it of all that it encodes.
            let unused = Lifeline.isThere ? Unused() : try unused(of: domains, in: folder)
            // Where there is no store there is an image to encode: a checkpoint that cannot do it makes none.
            if !options.storage.exists, case .computed(let precision, _) = origin {
                try ExtractStage.check(checkpoint, precision: precision)
            }
            let store = try options.openStore(for: checkpoint)
            // Domains are checked before the first of them is encoded.
            let manifests = try domains.map { try part(of: manifest(of: $0, in: folder, store)) }
            defer { unused.line.map(Console.standardError.note) }
            for manifest in manifests {
                print(try options.profiling(store) { try encode(manifest, checkpoint, store) })
            }
        }
    }

    /// Encodes images that the store knows. Nobody looks whether others lie beside them.
    private func encodeRecorded(_ checkpoint: Checkpoint) throws {
        guard options.storage.exists else { throw StoreError.noStore(path: options.storage.store) }
        let store = try options.openStore(for: checkpoint)
        let manifest = try part(of: store.manifest(store.resolve(images ?? "", kind: .images)))
        print(try options.profiling(store) { try encode(manifest, checkpoint, store) })
    }

    private func part(of manifest: DomainManifest) throws -> DomainManifest {
        guard let part else { return manifest }
        return try part.images(of: manifest)
    }

    /// What lies in the data set's folder and is not used. What is most likely lost is said at once.
    private func unused(of domains: [Name], in folder: ImageFolder) throws -> Unused {
        let above = try folder.unusedAbove()
        // An image that a split does not name is nobody's hindrance.
        let listings = try domains.map { try (splits == nil ? folder : folder.skippingUnreadable).listing(of: $0) }
        (folder.warnings(above) + listings.flatMap(\.warnings)).forEach(Console.standardError.warning)
        return listings.reduce(into: Unused(above)) { $0.add($1.unused) }
    }

    /// The images of a domain: all, or those that are in a part of it. Parts are recorded for stages that train.
    private func manifest(of domain: Name, in folder: ImageFolder, _ store: ArtifactStore) throws -> DomainManifest {
        func digests(_ paths: [String]) throws -> [Digest] { try store.digests(ofFiles: paths, rereading: options.force) }
        let parts: DomainParts
        if let splits {
            parts = try folder.parts(of: domain, in: splits, digests: digests)
        } else if let splitsAs {
            parts = try folder.parts(of: domain, as: AuthorsSplit(splitsAs, seed: splitSeed), digests: digests)
        } else {
            return try folder.manifest(of: domain, digests: digests)
        }
        let (train, validation) = (try store.record(parts.train), try store.record(parts.validation))
        let console = Console.standardError
        if let note = parts.extraNote { console.warning(note) }
        console.line("split \(domain): --train \(train) --validation \(validation)")
        return parts.images
    }

    private func encode(
        _ manifest: DomainManifest, _ checkpoint: Checkpoint, _ store: ArtifactStore
    ) throws -> ArtifactKey {
        let title = "\(manifest.domain)" + (part.map { ", part \($0)" } ?? "")
        let line = ProgressLine("extract \(title)", unit: "images")
        let stage = try ExtractStage(
            parameters.values().parameters(), onBadImage: onBadImage, origin: origin, withNorms: norms)
        let outcome = try stage.run(
            manifest: manifest, checkpoint: checkpoint, store: store, replacing: options.force,
            progress: { line.update($0, of: $1) })
        for error in outcome.errors { Console.standardError.warning("skipped: \(error)") }
        if let first = outcome.white.first {
            let others = outcome.white.count - 1
            let images = others == 0 ? "\(first) is" : "\(first) and \(others) more of \(manifest.domain) are"
            Console.standardError.warning(
                "\(images) all white to the encoder: 16-bit grey above 255 is clipped, as Pillow clips it; convert to 8 bits")
        }
        if outcome.encoded > 0 {
            line.finish(outcome.encoded, of: outcome.encoded, note: outcome.note)
        } else {
            Console.standardError.note("extract \(title): nothing to encode, \(outcome.note)")
        }
        return outcome.key
    }
}

extension ExtractStage.Outcome {
    /// What there was besides the images encoded.
    fileprivate var note: String {
        let parts = [
            found > 0 ? "\(found) found in the store" : nil,
            normed > 0 ? "\(normed) features got their norms" : nil,
            copies > 0 ? "\(copies) copies of others" : nil,
            leftOut > 0 ? "\(leftOut) left out as unreadable" : nil,
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }
}

extension ImagePart: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}
extension ExtractStage.BadImagePolicy: ExpressibleByArgument {}
extension ColorOrder: ExpressibleByArgument {}
