import ArtifactStore
import CLIP
import Datasets
import Foundation
import Tensors

/// A folder of features in parts, as Scripts/encode-with-torch writes it: pairs of NAME.safetensors, which says how its
/// features were made, and NAME.csv, which says which image each row is of.
public struct FeatureShards: Sendable {
    /// How features were made, as far as it decides them.
    public struct Encoding: Hashable, Sendable, Decodable {
        /// What the encoder is called: torch-float32.
        public let encoder: String
        /// The digests of the checkpoint's files of weights.
        public let weights: String
        /// The side of the pictures, in pixels, and the statistics that their channels were normalised by.
        public let resolution: Int
        public let mean: [Double]
        public let deviation: [Double]
        /// The names of the views, the center first.
        public let views: [String]
    }

    /// One part of the images.
    struct Shard: Sendable {
        let file: FeatureFile
        /// The images of its rows, by their bytes.
        let images: [Digest]
        let views: Int

        /// Opens a part by its table.
        fileprivate init(table: URL, file: URL, views: Int) throws {
            self.views = views
            self.file = try FeatureFile(contentsOf: file, named: "features")
            let table = try CommaSeparated(TextFile.text(of: table.path), source: table.path)
            guard let column = table.columns.firstIndex(of: "sha256") else {
                throw StageInputError("\(table.source) has no column “sha256”; it has \(table.columns.joined(separator: ", "))")
            }
            images = try zip(table.rows, table.lines).map { row, line in
                guard let digest = Digest(row[column]) else {
                    throw StageInputError("\(table.source), line \(line): “\(row[column])” is not a SHA-256")
                }
                return digest
            }
        }

        /// The features of its images, `[images, views, dimension]`, of unit length, and their norms, `[images, views]`.
        /// - Throws: `TensorFileError`; `StageInputError` where shapes are others, or a feature is not a unit vector.
        func read(dimension: Int) throws -> (vectors: Tensor, norms: [Float]) {
            let features = try file.tensor(), norms = try file.norms(), count = images.count * views
            guard features.shape == [images.count, views, dimension], let norms, norms.shape == [images.count, views] else {
                throw StageInputError(
                    "\(file.source) has features of the shape \(features.shape) and norms of the shape "
                        + "\(norms?.shape ?? []); expected are \([images.count, views, dimension]) and \([images.count, views])"
                )
            }
            let vectors = features.reshaped([count, dimension])
            let lengths = vectors.squaredNormsOfRows().map { $0.squareRoot() }, values = norms.values
            if let row = lengths.firstIndex(where: { !(abs($0 - 1) <= 4e-4) })
                ?? values.firstIndex(where: { !($0 > 0 && $0.isFinite) })
            {
                throw StageInputError(
                    "\(file.source): row \(row / views), view \(row % views) has the length \(lengths[row]) and the norm "
                        + "\(values[row]); a feature has the length 1 and a norm above 0; delete this shard and encode it again"
                )
            }
            return (vectors, values)
        }
    }

    /// What errors call it: its path.
    public let source: String
    public let encoding: Encoding
    let shards: [Shard]

    /// What the key of a shard's header is called that holds its encoding, as JSON.
    private static let encodingKey = "encoding"

    /// Opens every part whose table is there; what has none is not finished.
    /// - Throws: `StageInputError` where there is no part, or parts were made in different ways; `TensorFileError`;
    ///   `DatasetError.unreadable`.
    public init(contentsOf folder: URL) throws {
        source = folder.path
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch {
            throw DatasetError.unreadable(path: folder.path, reason: error.localizedDescription)
        }
        var encoding: Encoding?
        shards = try names.filter { $0.hasSuffix(".csv") }.sorted().map { name in
            let table = folder.appending(path: name), file = table.deletingPathExtension().appendingPathExtension("safetensors")
            let own = try Self.encoding(of: file)
            if let encoding, own != encoding {
                throw StageInputError(
                    "\(file.path) was made in another way than the shards before it; keep them in two folders")
            }
            encoding = own
            return try Shard(table: table, file: file, views: own.views.count)
        }
        guard let encoding else {
            throw StageInputError("\(folder.path) holds no shards of features, such as Scripts/encode-with-torch writes")
        }
        self.encoding = encoding
    }

    /// The same; nil where the folder is not there, or holds no finished part.
    init?(ifIn folder: URL) throws {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        guard names.contains(where: { $0.hasSuffix(".csv") }) else { return nil }
        try self.init(contentsOf: folder)
    }

    private static func encoding(of file: URL) throws -> Encoding {
        let metadata = try Safetensors(contentsOf: file).metadata
        guard let text = metadata[encodingKey] else {
            throw StageInputError("\(file.path) does not say how its features were made; import it by itself, with --images")
        }
        do {
            return try JSONDecoder().decode(Encoding.self, from: Data(text.utf8))
        } catch {
            throw StageInputError("\(file.path) does not say rightly how its features were made: \(text)")
        }
    }

    /// Makes sure that the features are those of a checkpoint.
    /// - Parameter weights: the digests of its files of weights, as the encoder's identity has them.
    /// - Throws: `StageInputError`.
    func check(_ checkpoint: Checkpoint, weights: JSONValue?) throws {
        let preprocessing = checkpoint.preprocessing
        guard weights == .string(encoding.weights) else {
            throw StageInputError("\(source) was encoded with other weights than those of \(checkpoint.weightsURL.path)")
        }
        let numbers = [preprocessing.mean, preprocessing.standardDeviation].map { vector in (0..<3).map { vector[$0] } }
        guard encoding.resolution == preprocessing.resolution, [encoding.mean, encoding.deviation] == numbers else {
            throw StageInputError(
                "\(source) was encoded from pictures of other sides, means or deviations than the configuration beside "
                    + "\(checkpoint.weightsURL.path) has")
        }
    }
}
