import Foundation
import Tensors

/// What kind of file some bytes are, told by the first of them.
enum WeightsFormat: Equatable {
    case safetensors
    /// A zip archive: `torch.save` or TorchScript.
    case torch
    /// A JSON text: an index of shards, if anything.
    case json
    /// Known, and not read; what it is and what to do.
    case foreign(String)
    case unknown

    init(of file: Data) {
        func begins(with bytes: some Sequence<UInt8>, at offset: Int = 0) -> Bool {
            file.dropFirst(offset).starts(with: bytes)
        }
        if begins(with: [0x50, 0x4b, 0x03, 0x04]) || begins(with: [0x50, 0x4b, 0x05, 0x06]) {
            self = .torch
        } else if let length = file.integer(at: 0, UInt64.self), length <= 100_000_000, begins(with: "{".utf8, at: 8) {
            self = .safetensors
        } else if begins(with: "{".utf8) {
            self = .json
        } else if file.first == 0x80, let version = file.dropFirst().first, (2...5).contains(version) {
            self = .foreign(Self.barePickle)
        } else if let description = Self.foreign.first(where: { begins(with: $0.bytes, at: $0.offset) })?.description {
            self = .foreign(description)
        } else {
            self = .unknown
        }
    }

    private static let barePickle =
        "it is a pickle outside a zip archive, as PyTorch before 1.6 wrote. Save it again with a newer PyTorch: "
        + "torch.save(torch.load(path, map_location=\"cpu\"), path)"

    private static let foreign: [(offset: Int, bytes: [UInt8], description: String)] = [
        (
            257, Array("ustar".utf8),
            "it is a tar archive; unpack it, or write the weights with torch.save of PyTorch 1.6 or later"
        ),
        (0, [0x1f, 0x8b], "it is compressed with gzip; unpack it first"),
        (
            0, Array("version https://git-lfs".utf8),
            "it is a pointer of Git LFS and not the weights; fetch them with git lfs pull"
        ),
        (0, Array("<!".utf8), "it is a web page and not the weights; download the file itself"),
        (0, Array("<html".utf8), "it is a web page and not the weights; download the file itself"),
        (0, [0x89] + Array("HDF".utf8), "it is an HDF5 file; use the model's safetensors or PyTorch weights"),
        (0, Array("GGUF".utf8), "it is a GGUF file; use the model's safetensors or PyTorch weights"),
    ]
}

/// Opens a file of weights in whatever format it is, which its first bytes tell.
/// - Parameters:
///   - url: where the file lies.
///   - joiningShards: whether it may be an index of shards, which are then opened with it.
/// - Throws: `unreadable`, `refused` if it has no format that is read, and what opening a file of its format throws.
public func openWeights(_ url: URL, joiningShards: Bool = true) throws(TensorFileError) -> any TensorFile {
    let file = try FileBytes(mapping: url, format: "weights")
    func refused(_ reason: String) -> TensorFileError {
        TensorFileError(source: url.path, format: "weights", problem: .refused(reason))
    }
    switch WeightsFormat(of: file.data) {
    case .torch: return try TorchFile(file, source: url.path)
    case .safetensors: return try Safetensors(file, source: url.path)
    case .json where joiningShards: return try ShardedWeights(index: url)
    case .json: throw refused("it is a JSON file; expected a safetensors file or one of PyTorch's")
    case .foreign(let description): throw refused(description)
    case .unknown:
        // What is called safetensors and is damaged at its beginning is told what is wrong with it.
        if url.pathExtension == "safetensors" { return try Safetensors(file, source: url.path) }
        if file.data.isEmpty { throw refused("it is empty; copy or download it again") }
        throw refused(
            "it is neither a safetensors file nor one of PyTorch's (torch.save or TorchScript), nor an index of shards")
    }
}
