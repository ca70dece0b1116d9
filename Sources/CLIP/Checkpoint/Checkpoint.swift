import Foundation
import Imaging
import Tensors

/// The files of one CLIP model: its weights, whatever they are named and packed like, what configuration files say of
/// them, and the vocabulary of its tokenizer.
///
/// Opening a checkpoint reads its weights' list of tensors only. What architecture it holds follows from the names and
/// shapes there; the weights are read when a model is made of them. Docs/checkpoints.md lists the formats.
public struct Checkpoint: Sendable {
    /// The file of weights, or the index of several.
    public let weightsURL: URL
    /// Every file that the weights depend on: the same one, and behind an index the shards in the order of their names.
    public let weightFiles: [URL]
    /// The sizes that names and shapes tell.
    public let architecture: Architecture
    let weights: NamedWeights
    private(set) var configuration: ModelConfiguration
    /// Where it came with the weights, in one file.
    let ownTokenizer: Tokenizer?

    /// What names and shapes do not tell.
    public package(set) var conventions: ModelConventions {
        get { configuration.conventions }
        set { configuration.conventions = newValue }
    }

    /// Opens a checkpoint.
    /// - Parameter url: a file of weights (safetensors, torch.save, TorchScript, an index of shards), or a folder that
    ///   holds one. Links are followed.
    /// - Throws: `notFound`, `unreadableFolder`, `noWeights` or `severalWeights` if no one file is found; `weights` if
    ///   it cannot be read; `noModel`, `foreignFamily` or `severalModels` if its names are not those of one CLIP model;
    ///   `configuration` if a configuration file beside it cannot be read or contradicts it.
    public init(contentsOf url: URL) throws(CheckpointError) {
        weightsURL = try WeightsFinder.weights(at: url)
        let opened: any TensorFile
        do {
            opened = try openWeights(weightsURL)
        } catch {
            throw .weights(error)
        }
        weightFiles = [weightsURL] + ((opened as? ShardedWeights)?.shardURLs ?? [])
        let file = UnwrappedFile(opened) ?? opened
        if let (family, name) = ForeignFamily.detected(among: file.names) {
            throw .foreignFamily(path: weightsURL.path, family: family.description, name: name)
        }
        let scheme: NameScheme?
        do {
            scheme = try .detected(among: file.names)
        } catch {
            throw .severalModels(path: weightsURL.path, prefixes: error.prefixes)
        }
        guard let scheme else { throw .noModel(path: weightsURL.path, names: file.names.sorted()) }
        weights = NamedWeights(file: file, scheme: scheme)
        ownTokenizer = nil
        let folder = weightsURL.deletingLastPathComponent()
        switch weights.scheme.family {
        case .openAI: configuration = try .openCLIP(in: folder)
        case .huggingFace: configuration = try .huggingFace(in: folder)
        }
        architecture = Architecture(of: weights)
        try configuration.check(against: architecture)
    }

    /// A model within a file that holds more, with all that its own files would say.
    /// - Parameters:
    ///   - file: its weights, under the names of a checkpoint.
    ///   - url: where that lies.
    ///   - conventions: what names and shapes do not tell.
    ///   - normalization: mean and standard deviation of the pixels' channels.
    ///   - vocabulary: the bytes of its tokenizer's file.
    /// - Throws: `noModel` or `severalModels` if the names are not those of one CLIP model, `tokenizer` if the vocabulary is
    ///   none, `vocabularyMismatch` if it is another model's.
    package init(
        within file: any TensorFile, at url: URL, conventions: ModelConventions,
        normalization: (mean: SIMD3<Double>, deviation: SIMD3<Double>), vocabulary: Data
    ) throws(CheckpointError) {
        (weightsURL, weightFiles) = (url, [url])
        let scheme: NameScheme?
        do {
            scheme = try .detected(among: file.names)
        } catch {
            throw .severalModels(path: url.path, prefixes: error.prefixes)
        }
        guard let scheme else { throw .noModel(path: url.path, names: file.names.sorted()) }
        weights = NamedWeights(file: file, scheme: scheme)
        architecture = Architecture(of: weights)
        configuration = ModelConfiguration(modelFile: url.lastPathComponent)
        configuration.files = [url.lastPathComponent]
        configuration.conventions = conventions
        (configuration.mean, configuration.standardDeviation) = (normalization.mean, normalization.deviation)
        let tokenizer: Tokenizer
        do {
            tokenizer = try Tokenizer(decoding: vocabulary, source: url.path)
        } catch {
            throw .tokenizer(error)
        }
        ownTokenizer = tokenizer
        try check(tokenizer, of: url)
    }

    /// The tensors that a model is made of, by their names in the file: what is known of each.
    /// - Throws: `unfitWeights`, naming every tensor that is missing, or of another shape or type.
    package func modelTensors() throws(CheckpointError) -> [String: TensorEntry] {
        var reader = WeightReader(weights, conventions: conventions, readsNumbers: false)
        _ = VisionWeights(from: &reader)
        _ = CLIPText.Weights(from: &reader)
        guard reader.problems.isEmpty else { throw .unfitWeights(path: weightsURL.path, problems: reader.problems) }
        return reader.entriesRead
    }

    /// One of those.
    /// - Throws: `weights` if the file cannot be read.
    package func modelTensor(named name: String) throws(CheckpointError) -> Tensor {
        do { return try weights.file.tensor(named: name) } catch { throw .weights(error) }
    }

    /// The file of the tokenizer's vocabulary: beside the weights, or the one that `make vocabulary` fetches. Of several
    /// beside the weights, the first that fits them. An image encoder has no use for it.
    /// - Throws: `noTokenizer`, with all the places that were looked at.
    public func tokenizerURL() throws(CheckpointError) -> URL {
        try TokenizerFinder.tokenizer(beside: weightsURL, vocabularyCount: architecture.vocabularyCount)
    }

    /// Makes sure that the file has all weights of a CLIP model, of the right shapes and types. No numbers are read.
    /// - Parameter images: whether images are encoded with it, and not texts alone.
    /// - Throws: `unfitWeights`, naming every tensor that is missing, or of another shape or type.
    public func checkHeader(images: Bool = true) throws(CheckpointError) {
        var reader = WeightReader(weights, conventions: conventions, readsNumbers: false)
        if images { _ = VisionWeights(from: &reader) }
        _ = CLIPText.Weights(from: &reader)
        guard reader.problems.isEmpty else { throw .unfitWeights(path: weightsURL.path, problems: reader.problems) }
    }

    /// How many features a text has: as many as an image, where the weights are whole.
    /// - Throws: `unfitWeights` if the file does not tell.
    public func featureCount() throws(CheckpointError) -> Int {
        var reader = WeightReader(weights, conventions: conventions, readsNumbers: false)
        _ = reader.tensor("text_projection", [0, 0])
        guard reader.problems.isEmpty else { throw .unfitWeights(path: weightsURL.path, problems: reader.problems) }
        return reader.extent(("text_projection", 1))
    }

    /// How pictures are made into what the image encoder takes.
    public var preprocessing: CLIPPreprocessing {
        var preprocessing = CLIPPreprocessing(resolution: architecture.resolution)
        if let mean = configuration.mean { preprocessing.mean = mean }
        if let deviation = configuration.standardDeviation { preprocessing.standardDeviation = deviation }
        return preprocessing
    }

    /// The same files as they were opened, in the same order: models are made of these bytes.
    package var openFiles: [FileBytes] { weights.file.files }

    /// Reads a group of weights; every name that is missing or wrong in it is reported by one error.
    ///
    /// The files are those that were opened, and unchanged: digests that were taken of them meanwhile, by their paths or of
    /// these bytes, are of what is read.
    ///
    ///     let (text, scale) = try checkpoint.read { (TextWeights(from: &$0), $0.tensor("logit_scale", [])) }
    ///
    /// - Parameter body: asks the reader for tensors. What it returns is thrown away if any of them is not there.
    /// - Throws: `unfitWeights`, naming every tensor that is missing or wrong; `weights` if a file has changed since it
    ///   was opened.
    public func read<Weights>(_ body: (inout WeightReader) -> Weights) throws(CheckpointError) -> Weights {
        var reader = WeightReader(weights, conventions: conventions)
        let result = body(&reader)
        if let (url, _) = zip(weightFiles, openFiles).first(where: { !$1.isUnchanged }) {
            throw .weights(
                TensorFileError(
                    source: url.path, format: weights.file.format,
                    problem: .unreadable("it has changed since it was opened; run the same command again")))
        }
        guard reader.problems.isEmpty else {
            throw .unfitWeights(path: weightsURL.path, problems: reader.problems)
        }
        return result
    }
}

extension Checkpoint {
    /// What people call it: the file's name, or the folder's where the file has a name that all such files have.
    public var name: String {
        let file = weightsURL.lastPathComponent
        let stem = file.split(separator: ".").first.map(String.init) ?? file
        return Self.commonNames.contains(stem)
            ? weightsURL.absoluteURL.deletingLastPathComponent().standardizedFileURL.lastPathComponent
            : weightsURL.deletingPathExtension().lastPathComponent
    }

    private static let commonNames: Set = [
        "model", "pytorch_model", "open_clip_model", "open_clip_pytorch_model",
    ]
}
