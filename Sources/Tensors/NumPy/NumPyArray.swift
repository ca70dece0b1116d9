import Foundation

/// One array in NumPy's format .npy: a header that is a Python literal, then the numbers.
///
/// The header is checked when the value is made; the numbers stay in the file until they are converted.
public struct NumPyArray: Sendable {
    public let entry: TensorEntry
    public let source: String
    private let file: FileBytes
    /// Where the numbers lie in the file.
    private let range: Range<Int>

    /// Opens a file and reads its header.
    /// - Throws: `unreadable`, `truncated` or `malformed` for what is no whole file; `refused` for other numbers than
    ///   float16 and float32, for columns before rows, and for a version of the format that is unknown.
    public init(contentsOf url: URL) throws(TensorFileError) {
        try self.init(FileBytes(mapping: url, format: Self.formatName), source: url.path)
    }

    /// Reads the header of an array that is part of a file, such as a member of an archive.
    /// - Parameters:
    ///   - file: the bytes of the whole file.
    ///   - range: where the array lies in it; the whole file if left out.
    ///   - source: what errors call the array.
    /// - Throws: as `init(contentsOf:)`, but that the file is open already.
    package init(_ file: FileBytes, in range: Range<Int>? = nil, source: String) throws(TensorFileError) {
        let span = range ?? 0..<file.data.count
        (self.file, self.source) = (file, source)
        do throws(TensorFileError.Problem) {
            let header = try NumPyHeader(file.data, in: span)
            entry = TensorEntry(elementType: header.elementType, shape: header.shape)
            self.range = header.end..<span.upperBound
            guard let claimed = header.elementType.byteCount(of: header.shape), claimed >= self.range.count else {
                throw .malformed("the shape \(header.shape) does not account for its \(self.range.count) bytes")
            }
            guard claimed == self.range.count else {
                throw .truncated("the shape \(header.shape) needs \(claimed) bytes, and \(self.range.count) are there")
            }
        } catch {
            throw TensorFileError(source: source, format: Self.formatName, problem: error)
        }
    }

    private static let formatName = "NumPy"

    /// The numbers, converted to `Float`, in the shape that the header tells.
    /// - Throws: `unreadable` if the file has become shorter since it was opened, or the disk cannot read it.
    public func tensor() throws(TensorFileError) -> Tensor {
        do {
            return try file.tensor(entry.shape, of: entry.elementType, in: range)
        } catch {
            throw TensorFileError(source: source, format: Self.formatName, problem: error)
        }
    }
}

extension NumPyArray: TensorFile {
    public var format: String { Self.formatName }
    public var files: [FileBytes] { [file] }
    /// An array has no name of its own: the empty text.
    public var names: [String] { [""] }
    public func entry(named name: String) -> TensorEntry? { name.isEmpty ? entry : nil }
    /// The array, under the empty name.
    /// - Throws: `missing` for any other name, and what `tensor()` throws.
    public func tensor(named name: String) throws(TensorFileError) -> Tensor {
        guard name.isEmpty else { throw TensorFileError(source: source, format: format, problem: .missing(name)) }
        return try tensor()
    }
}

extension NumPyArray {
    /// The bytes of a .npy file with these numbers as float32. Equal tensors give equal bytes.
    public static func encode(_ tensor: Tensor) -> Data {
        let extents = tensor.shape.map(String.init).joined(separator: ", ") + (tensor.shape.count == 1 ? "," : "")
        var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(extents)), }"
        // The numbers begin at a multiple of 64.
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        var file = Data(capacity: 10 + header.utf8.count + 4 * tensor.count)
        file.append(contentsOf: [0x93] + Array("NUMPY".utf8) + [1, 0])
        withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { file.append(contentsOf: $0) }
        file.append(contentsOf: header.utf8)
        tensor.withUnsafePointer { file.append(Data(bytes: $0, count: 4 * tensor.count)) }
        return file
    }
}
