import CLIP
import Foundation
import Tensors

/// The one array of features in a file of any format that holds numbers: .npy, .npz, .safetensors, or torch.save's; and
/// their norms, where an array of that name lies beside it.
public struct FeatureFile: Sendable {
    public let source: String
    private let file: any TensorFile
    private let name: String
    /// What the array of norms is called.
    static let normsName = "norms"

    /// Opens a file by its extension.
    /// - Parameter name: which of several arrays; if left out, the only one, or the only one of floating-point numbers, or the
    ///   one called “features”.
    /// - Throws: `StageInputError`, `TensorFileError`.
    public init(contentsOf url: URL, named name: String? = nil) throws {
        file =
            switch url.pathExtension.lowercased() {
            case "npy": try NumPyArray(contentsOf: url)
            case "npz": try NumPyArchive(contentsOf: url)
            case "safetensors": try Safetensors(contentsOf: url)
            case "pt", "pth", "bin": try TorchFile(contentsOf: url)
            default: throw StageInputError("\(url.path): features are read from .npy, .npz, .safetensors and .pt files")
            }
        source = url.path
        let names = file.names.sorted()
        // Labels, paths or norms may lie beside the features.
        let numbers = names.filter { [file] name in
            name != Self.normsName && file.entry(named: name)?.elementType.isReadAsFloat ?? false
        }
        if let name {
            guard names.contains(name) else {
                throw StageInputError("\(source) has no array “\(name)”; it has \(names.joined(separator: ", "))")
            }
            self.name = name
        } else if names.count == 1 || numbers.count == 1 {
            self.name = numbers.first ?? names[0]
        } else if names.contains("features") {
            self.name = "features"
        } else {
            throw StageInputError(
                "\(source) has \(names.isEmpty ? "no arrays" : "several arrays: " + names.joined(separator: ", "))"
                    + (names.isEmpty ? "" : "; say which with --tensor"))
        }
    }

    /// Its numbers as `Float`s, in the shape they have in the file; float16 and bfloat16 numbers become those they
    /// stand for.
    /// - Throws: `TensorFileError` if the array is not of floating-point numbers, or cannot be read.
    public func tensor() throws -> Tensor { try file.tensor(named: name) }

    /// How long each feature was before it was scaled to unit length; nil where the file does not say.
    /// - Throws: `TensorFileError` if the array is not of floating-point numbers, or cannot be read.
    public func norms() throws -> Tensor? {
        guard name != Self.normsName, file.names.contains(Self.normsName) else { return nil }
        return try file.tensor(named: Self.normsName)
    }
}
