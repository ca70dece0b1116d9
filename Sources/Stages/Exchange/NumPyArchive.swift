import CLIP
import Foundation
import Tensors

/// Several named arrays in NumPy's format .npz, as `numpy.savez` writes it.
public struct NumPyArchive: TensorFile {
    public let source: String
    public var format: String { "NumPy archive" }
    public let files: [FileBytes]
    private let arrays: [String: NumPyArray]
    /// Arrays of types that are not read.
    private let others: [String: TensorFileError.Problem]

    /// Opens a file and reads the headers of its arrays.
    /// - Throws: `unreadable`; `truncated` or `malformed` if the archive or an array is damaged; `refused` if it is
    ///   compressed.
    public init(contentsOf url: URL) throws(TensorFileError) {
        let file = try FileBytes(mapping: url, format: "NumPy archive")
        (source, files) = (url.path, [file])
        var arrays: [String: NumPyArray] = [:], others: [String: TensorFileError.Problem] = [:]
        do throws(TensorFileError.Problem) {
            for (name, member) in try ZipArchive(file.data).members where name.hasSuffix(".npy") {
                if let packing = member.packing {
                    throw .refused("its member \"\(name)\" is \(packing); write it with numpy.savez")
                }
                guard try zipChecksum(of: member.range, in: file) == member.checksum else {
                    throw .malformed("its member \"\(name)\" is damaged: its checksum is not the one that was written")
                }
                let array = String(name.dropLast(4))
                do throws(TensorFileError.Problem) {
                    arrays[array] = try Self.array(file, member.range, "\(url.path), \(name)")
                } catch {
                    // Labels or paths may lie beside the features.
                    guard case .refused = error else { throw error }
                    others[array] = error
                }
            }
        } catch {
            throw TensorFileError(source: url.path, format: "NumPy archive", problem: error)
        }
        (self.arrays, self.others) = (arrays, others)
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

    public var names: [String] { Array(arrays.keys) + others.keys }
    /// Nil, too, of an array of a type that is not read.
    public func entry(named name: String) -> TensorEntry? { arrays[name]?.entry }

    /// One array, its numbers converted to `Float`, in the shape that its entry tells.
    /// - Throws: `missing` if no array has this name, `refused` if its numbers are of another type than float16 and
    ///   float32, `unreadable` if the disk cannot read them.
    public func tensor(named name: String) throws(TensorFileError) -> Tensor {
        if let problem = others[name] {
            throw TensorFileError(source: "\(source), \(name).npy", format: "NumPy", problem: problem)
        }
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
