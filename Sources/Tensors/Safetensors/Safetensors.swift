import Foundation

/// Named tensors in one file of the safetensors format: eight bytes of header length, a JSON header, then the numbers.
///
/// The header is read and wholly validated when the value is made, so that every tensor it names lies inside the file
/// and has the size its shape claims. The numbers stay in the file until `tensor(named:)` converts them.
public struct Safetensors: Sendable {
    /// What the header says of one tensor.
    public struct Entry: Sendable, Equatable {
        public let elementType: ElementType
        public let shape: [Int]
        /// The tensor's bytes, counted from the end of the header.
        public let byteRange: Range<Int>
    }

    /// Every tensor of the file by name.
    public let entries: [String: Entry]
    /// What the file says about itself; empty where it says nothing.
    public let metadata: [String: String]
    /// What errors call this file: its path.
    public let source: String
    private let file: FileBytes
    public var files: [FileBytes] { [file] }
    /// Where the numbers begin in the file.
    private let start: Int

    /// Opens a file and validates its header.
    /// - Throws: `unreadable`, or what is wrong with the header: `truncated`, `malformed`, or `refused` for more
    ///   tensors than any model has.
    public init(contentsOf url: URL) throws(TensorFileError) {
        try self.init(FileBytes(mapping: url, format: Self.format), source: url.path)
    }

    /// Validates the header of a file that is already in memory.
    /// - Parameters:
    ///   - data: the bytes of the whole file.
    ///   - source: what errors call it.
    /// - Throws: what is wrong with the header: `truncated`, `malformed`, or `refused` for more tensors than any model
    ///   has.
    public init(decoding data: Data, source: String) throws(TensorFileError) {
        try self.init(FileBytes(data), source: source)
    }

    /// Validates the header of a file that is open.
    /// - Throws: as `init(decoding:source:)`.
    package init(_ file: FileBytes, source: String) throws(TensorFileError) {
        do throws(TensorFileError.Problem) {
            let header = try SafetensorsHeader(decoding: file.data)
            (entries, metadata) = (header.entries, header.metadata)
            (self.file, start) = (file, header.byteCount)
        } catch {
            throw TensorFileError(source: source, format: Self.format, problem: error)
        }
        self.source = source
    }

    /// One tensor, its numbers converted to `Float`, in the shape that its entry tells.
    /// - Throws: `missing` if no tensor has this name, `notFloatingPoint` if its elements are neither F16, BF16 nor
    ///   F32, and `unreadable` if the file has become shorter since it was opened, or the disk cannot read it.
    public func tensor(named name: String) throws(TensorFileError) -> Tensor {
        guard let entry = entries[name] else {
            throw error(.missing(name))
        }
        guard entry.elementType.isReadAsFloat else { throw error(.notFloatingPoint(name, entry.elementType)) }
        let range = start + entry.byteRange.lowerBound..<start + entry.byteRange.upperBound
        do {
            return try file.tensor(entry.shape, of: entry.elementType, in: range)
        } catch let problem {
            throw error(problem)
        }
    }

    /// The bytes of one tensor, as they are in the file.
    /// - Throws: `missing` if no tensor has this name, `unreadable` if the file has become shorter since it was opened, or
    ///   the disk cannot read it.
    public func bytes(ofTensor name: String) throws(TensorFileError) -> Data {
        guard let range = entries[name]?.byteRange else { throw error(.missing(name)) }
        do {
            return try file.copy(of: start + range.lowerBound..<start + range.upperBound)
        } catch let problem {
            throw error(problem)
        }
    }

    /// All numbers of all tensors, as they lie behind the header, one piece after another.
    /// - Throws: `unreadable` if the file has become shorter since it was opened, or the disk cannot read it.
    package func forEachPieceOfNumbers(_ body: (UnsafeRawBufferPointer) -> Void) throws(TensorFileError) {
        do {
            try file.forEachPiece(of: start..<file.data.count, body)
        } catch let problem {
            throw error(problem)
        }
    }

    private func error(_ problem: TensorFileError.Problem) -> TensorFileError {
        TensorFileError(source: source, format: Self.format, problem: problem)
    }
}

extension Safetensors: TensorFile {
    package static let format = "safetensors"
    public var format: String { Self.format }
    public var names: [String] { Array(entries.keys) }
    public func entry(named name: String) -> TensorEntry? {
        entries[name].map { TensorEntry(elementType: $0.elementType, shape: $0.shape) }
    }
}
