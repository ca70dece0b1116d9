import CLIP
import Foundation
import Tensors

/// Several named arrays in NumPy's format .npz, as `numpy.savez` writes it.
public struct NumPyArchive: TensorFile {
    public let source: String
    public var format: String { "NumPy archive" }
    private let arrays: [String: NumPyArray]

    /// Opens a file: maps it into memory and reads the headers of its arrays.
    public init(contentsOf url: URL) throws(TensorFileError) {
        let file = try FileBytes(mapping: url, format: "NumPy archive")
        source = url.path
        var arrays: [String: NumPyArray] = [:]
        do throws(TensorFileError.Problem) {
            for (name, member) in try ZipArchive(file.data).members where name.hasSuffix(".npy") {
                if let packing = member.packing {
                    throw .refused("its member \"\(name)\" is \(packing); write it with numpy.savez")
                }
                let found = file.data.withUnsafeBytes { zipChecksum(of: UnsafeRawBufferPointer(rebasing: $0[member.range])) }
                guard found == member.checksum else {
                    throw .malformed("its member \"\(name)\" is damaged: its checksum is not the one that was written")
                }
                arrays[String(name.dropLast(4))] = try Self.array(file, member.range, "\(url.path), \(name)")
            }
        } catch {
            throw TensorFileError(source: url.path, format: "NumPy archive", problem: error)
        }
        self.arrays = arrays
    }

    private static func array(
        _ file: FileBytes, _ range: Range<Int>, _ source: String
    ) throws(TensorFileError.Problem) -> NumPyArray {
        do {
            return try NumPyArray(file, in: range, source: source)
        } catch {
            throw error.problem
        }
    }

    public var names: [String] { Array(arrays.keys) }
    public func entry(named name: String) -> TensorEntry? { arrays[name]?.entry }

    public func tensor(named name: String) throws(TensorFileError) -> Tensor {
        guard let array = arrays[name] else { throw TensorFileError(source: source, format: format, problem: .missing(name)) }
        return try array.tensor()
    }

    /// The bytes of a .npz file with these tensors as float32.
    /// - Returns: nil where it would be larger than 4 GB.
    static func encode(_ tensors: [String: Tensor]) -> Data? {
        ZipArchive.encode(
            tensors.sorted { $0.key < $1.key }.map { (name: $0.key + ".npy", content: NumPyArray.encode($0.value)) })
    }
}
