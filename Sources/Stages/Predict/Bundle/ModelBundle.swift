import ArtifactStore
import CLIP
import Datasets
import Foundation
import PromptLearning
import Tensors

/// A model in one file: all that it takes to classify on another machine. Docs/bundles.md has the format, field by field.
///
/// The file is one of safetensors'. Its metadata hold the bundle's `format`, `version`, `model` (JSON) and `sha256`, the digest
/// of all the rest. Tensors are `learned.…`, `clip.…` (where the CLIP model is carried) and `vocabulary`.
public struct ModelBundle: Sendable {
    /// What the file calls its format, and the newest version of that there is.
    static let format = "spg model", newestVersion = 2
    /// The version that a model is written in: 2 where texts are not encoded in float32, which programs that know version 1
    /// alone would do.
    static func version(of parts: ModelParts) throws -> Int { try parts.textPrecision == .float32 ? 1 : 2 }
    /// More classes than any data set has.
    static let mostClasses = 1 << 17

    public let url: URL
    public let parts: ModelParts
    /// Of the file, as its metadata say and as it is.
    public let digest: Digest
    /// The program that wrote it.
    public let program: String
    /// The bytes that the encoder's tensors take; 0 where they are referred to and not carried.
    public let encoderBytes: Int
    let file: Safetensors

    /// What the name of each tensor of a part begins with.
    enum Part {
        static let learned = "learned.", clip = "clip.", vocabulary = "vocabulary"
    }

    /// Whether a file looks like a bundle, or like one that was damaged.
    public static func isThere(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
    }

    /// Opens a bundle and makes sure that it is whole.
    /// - Throws: `TensorFileError` for a file that is none of safetensors', or is truncated; `ModelError` for one that is no
    ///   bundle, a newer one, damaged, or that contradicts itself.
    public init(contentsOf url: URL) throws {
        let file = try Safetensors(contentsOf: url), path = url.path
        guard file.metadata["format"] == Self.format, let model = file.metadata["model"] else {
            throw ModelError("\(path) is a safetensors file, but not a bundle; spg bundle writes such")
        }
        guard let version = file.metadata["version"].flatMap({ Int($0) }), version <= Self.newestVersion else {
            throw ModelError(
                "\(path) is a bundle of version \(file.metadata["version"] ?? "?"), and this program reads versions up to "
                    + "\(Self.newestVersion); use a newer program")
        }
        let digest = try Self.digest(of: file, model: model)
        guard file.metadata["sha256"] == digest.description else {
            throw ModelError("\(path) is damaged: its SHA-256 is not the one that it was written with. Copy it again")
        }
        self.url = url
        (self.digest, self.file) = (digest, file)
        do {
            let facts = try BundleFacts(parsing: model)
            program = facts.program
            parts = try facts.parts(learned: Self.learned(in: file), source: url.lastPathComponent)
        } catch let error as ModelError {
            throw ModelError("\(path): \(error)")
        } catch {
            throw ModelError("\(path) does not hold what a bundle holds: \(error)")
        }
        encoderBytes = file.entries.reduce(0) { $0 + ($1.key.hasPrefix(Part.clip) ? $1.value.byteRange.count : 0) }
    }

    private static func learned(in file: Safetensors) throws -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for (name, entry) in file.entries where name.hasPrefix(Part.learned) {
            guard entry.elementType == .float32, entry.shape.count <= 3, !entry.shape.contains(0) else {
                throw ModelError(
                    "its tensor “\(name)” is \(entry.elementType.rawValue) of the shape \(entry.shape), as none that was learned"
                )
            }
            let tensor = try file.tensor(named: name)
            guard tensor.isFinite else { throw ModelError("its tensor “\(name)” has a number that is not finite") }
            tensors[String(name.dropFirst(Part.learned.count))] = tensor
        }
        return tensors
    }

    /// SHA-256 of the model's JSON, a line feed, the list of tensors as JSON, a line feed, and all numbers.
    static func digest(of file: Safetensors, model: String) throws -> Digest {
        var hash = DigestStream(ofBundle: model, file.entries)
        try file.forEachPieceOfNumbers { hash.update($0) }
        return hash.digest
    }

    /// The tensors of the CLIP model that the bundle carries; nil where it carries none.
    private var carried: PartOfFile? { encoderBytes > 0 ? PartOfFile(file, under: Part.clip) : nil }

    /// The model, ready to classify.
    /// - Parameters:
    ///   - changes: made to its parts before.
    ///   - checkpoint: where its CLIP model lies, if it is not carried; nil to look beside the bundle and in Models.
    /// - Throws: `ModelError` where the CLIP model is not carried and not found; what `Model` throws.
    public func model(
        _ changes: (ModelParts) throws -> ModelParts = { $0 }, checkpoint: (_ path: String) throws -> Checkpoint,
        at path: String? = nil
    ) throws -> Model {
        let parts = try changes(parts)
        guard let carried else { return try Model(parts, checkpoint: checkpoint(path ?? place())) }
        let facts = try EncoderFacts(parts.encoder)
        let own = try Checkpoint(
            within: carried, at: url, conventions: facts.conventions,
            normalization: (facts.mean, facts.deviation), vocabulary: file.bytes(ofTensor: Part.vocabulary))
        guard try own.featureCount() == parts.encoder.dimension else {
            throw ModelError(
                "\(url.path): its CLIP model has features of \(try own.featureCount()) numbers, and its encoder of \(parts.encoder.dimension)"
            )
        }
        return try Model(parts, of: own) { load in
            try parts.encoder.precision.check()
            return try load(parts.encoder.precision)
        }
    }

    /// Where a CLIP model that is not carried is looked for.
    private func place() throws -> String {
        let name = parts.encoder.name
        let places = [url.deletingLastPathComponent().relativePath, "Models"].flatMap { folder in
            ["", ".pt", ".safetensors", ".bin"].map { "\(folder)/\(name)\($0)" }
        }
        guard let found = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
            throw ModelError(
                "\(url.path) refers to the CLIP model “\(name)” (weights \(parts.encoder.weightsText)), which is not at "
                    + "\(places.joined(separator: ", ")); give its place with --checkpoint")
        }
        return found
    }
}

extension DigestStream {
    /// The digest of a bundle, before its numbers: of the model's JSON, a line feed, the list of tensors as JSON, a line feed.
    init(ofBundle model: String, _ entries: [String: Safetensors.Entry]) {
        self.init()
        update(Data(model.utf8) + [UInt8(ascii: "\n")] + Safetensors.listing(entries) + [UInt8(ascii: "\n")])
    }
}

/// The tensors of a file whose names begin alike, without that beginning.
private struct PartOfFile: TensorFile {
    private let file: Safetensors
    private let prefix: String

    init(_ file: Safetensors, under prefix: String) { (self.file, self.prefix) = (file, prefix) }

    var source: String { file.source }
    var format: String { file.format }
    var files: [FileBytes] { file.files }
    var names: [String] { file.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) } }
    func entry(named name: String) -> TensorEntry? { file.entry(named: prefix + name) }
    func tensor(named name: String) throws(TensorFileError) -> Tensor { try file.tensor(named: prefix + name) }
}
