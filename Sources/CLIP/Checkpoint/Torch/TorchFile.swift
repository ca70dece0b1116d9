import Foundation
import Tensors

/// Named tensors in a file of PyTorch's: what `torch.save` writes (a lone tensor, a state dict, a training checkpoint
/// that holds one), or a TorchScript archive. Both are zip archives of a pickle and of the storages that it refers to.
///
/// A tensor's name is the way to it, keys and attributes with points between: "state_dict.visual.proj". A lone tensor's
/// name is empty. Nothing in the file is run (see `PickleMachine`), and the numbers stay in the file until
/// `tensor(named:)` converts them.
public struct TorchFile: Sendable {
    public let source: String
    public let format: String
    private let tensors: [String: StridedTensor]
    private let file: FileBytes
    private let checksums = StorageChecksums()

    /// The largest pickle that is read. It lists tensors, and has about two hundred bytes for each.
    private static let largestPickle = 1 << 25

    /// Opens a file and reads its list of tensors.
    /// - Throws: `unreadable`, and what `init(decoding:source:)` throws.
    public init(contentsOf url: URL) throws(TensorFileError) {
        try self.init(FileBytes(mapping: url, format: "PyTorch"), source: url.path)
    }

    /// Reads the list of tensors of a file that is already in memory.
    /// - Parameters:
    ///   - data: the bytes of the whole file.
    ///   - source: what errors call it.
    /// - Throws: `truncated` or `malformed` if the archive or its pickle is damaged; `refused` if it is larger than any
    ///   model's, compressed, big-endian, or has what is not read: objects of Python's in the place of tensors.
    public init(decoding data: Data, source: String) throws(TensorFileError) {
        try self.init(FileBytes(data), source: source)
    }

    init(_ file: FileBytes, source: String) throws(TensorFileError) {
        self.file = file
        self.source = source
        let file = file.data
        do throws(TensorFileError.Problem) {
            let archive = try ZipArchive(file)
            let root = try Self.root(of: archive)
            let isTorchScript = archive.members["\(root)/constants.pkl"] != nil
            format = isTorchScript ? "TorchScript archive" : "torch.save"
            let pickle = try archive.range(of: "\(root)/data.pkl")
            guard pickle.count <= Self.largestPickle else {
                throw .refused("its pickle has \(pickle.count) bytes; up to \(Self.largestPickle) are read")
            }
            if archive.members["\(root)/byteorder"] != nil {
                let order = file[try archive.range(of: "\(root)/byteorder")]
                guard order.elementsEqual("little".utf8) else {
                    throw .refused("its numbers are not little-endian; save it again on another machine")
                }
            }
            tensors = try PickledTensors(
                PickleMachine(running: pickle, of: file, TorchConstructors(archive: archive, root: root))
            ).byName
        } catch {
            throw TensorFileError(source: source, format: "PyTorch", problem: error)
        }
    }

    /// The folder that all members lie in; it has the name that the file was written under.
    private static func root(of archive: ZipArchive) throws(TensorFileError.Problem) -> String {
        let roots = archive.members.keys.filter { $0.hasSuffix("/data.pkl") }.map { String($0.dropLast(9)) }.sorted()
        guard let root = roots.first else {
            throw .malformed("it is a zip archive without a data.pkl, which torch.save would have written")
        }
        guard roots.count == 1 else { throw .malformed("it is a zip archive of several data.pkl") }
        return root
    }

    /// The tensor of a file that holds nothing else, such as a learned prompt.
    /// - Throws: `refused` if the file holds no tensor or several, and what `tensor(named:)` throws.
    public func loneTensor() throws(TensorFileError) -> Tensor {
        guard tensors.count == 1, let name = tensors.keys.first else {
            throw TensorFileError(
                source: source, format: "PyTorch",
                problem: .refused("it holds \(tensors.count) tensors where one is expected"))
        }
        return try tensor(named: name)
    }
}

extension TorchFile: TensorFile {
    public var files: [FileBytes] { [file] }
    public var names: [String] { Array(tensors.keys) }

    public func entry(named name: String) -> TensorEntry? {
        tensors[name].map { TensorEntry(elementType: $0.storage.elementType, shape: $0.shape) }
    }

    /// One tensor, its numbers converted to `Float`, in the shape that its entry tells.
    /// - Throws: `missing` if no tensor has this name, `notFloatingPoint` if its elements are neither F16, BF16 nor
    ///   F32, `malformed` if its bytes do not have the archive's checksum, `unreadable` if the disk cannot read them.
    public func tensor(named name: String) throws(TensorFileError) -> Tensor {
        guard let tensor = tensors[name] else {
            throw TensorFileError(source: source, format: "PyTorch", problem: .missing(name))
        }
        guard tensor.storage.elementType.isReadAsFloat else {
            throw TensorFileError(
                source: source, format: "PyTorch", problem: .notFloatingPoint(name, tensor.storage.elementType))
        }
        do {
            try checksums.check(tensor.storage, in: file)
            return try tensor.read(from: file)
        } catch {
            throw TensorFileError(source: source, format: "PyTorch", problem: error)
        }
    }
}
