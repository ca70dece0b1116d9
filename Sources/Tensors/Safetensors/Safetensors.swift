import Foundation

/// Named tensors in one file of the safetensors format: eight bytes of header length, a JSON header, then the numbers.
///
/// The header is read and wholly validated when the value is made, so that every tensor it names lies inside the file
/// and has the size its shape claims. The numbers stay in the mapped file until `tensor(named:)` converts them.
public struct Safetensors: Sendable {
    /// How the numbers of one tensor are stored.
    public enum ElementType: String, Codable, Sendable {
        case bool = "BOOL", uint8 = "U8", int8 = "I8", float8e5m2 = "F8_E5M2", float8e4m3 = "F8_E4M3"
        case int16 = "I16", uint16 = "U16", float16 = "F16", bfloat16 = "BF16"
        case int32 = "I32", uint32 = "U32", float32 = "F32"
        case int64 = "I64", uint64 = "U64", float64 = "F64", complex64 = "C64"

        /// The bytes of one element.
        public var byteCount: Int {
            switch self {
            case .bool, .uint8, .int8, .float8e5m2, .float8e4m3: 1
            case .int16, .uint16, .float16, .bfloat16: 2
            case .int32, .uint32, .float32: 4
            case .int64, .uint64, .float64, .complex64: 8
            }
        }
    }

    /// What the header says of one tensor.
    public struct Entry: Sendable, Equatable {
        public let elementType: ElementType
        public let shape: [Int]
        /// The tensor's bytes, counted from the end of the header.
        public let byteRange: Range<Int>
    }

    /// Every tensor of the file by name.
    public let entries: [String: Entry]
    /// What errors call this file: its path.
    public let source: String
    private let numbers: Data

    /// Opens a file: maps it into memory and validates its header.
    public init(contentsOf url: URL) throws(SafetensorsError) {
        let data: Data
        do {
            data = try Data(contentsOf: url, options: .alwaysMapped)
        } catch {
            throw SafetensorsError(source: url.path, problem: .unreadable("\(error.localizedDescription)"))
        }
        try self.init(decoding: data, source: url.path)
    }

    /// Validates the header of a file that is already in memory.
    /// - Parameter source: what errors call it.
    public init(decoding data: Data, source: String) throws(SafetensorsError) {
        let data = data.startIndex == 0 ? data : Data(data)
        do throws(SafetensorsError.Problem) {
            let header = try SafetensorsHeader(decoding: data)
            entries = header.entries
            numbers = data[header.byteCount...]
        } catch {
            throw SafetensorsError(source: source, problem: error)
        }
        self.source = source
    }

    /// One tensor, its numbers converted to `Float`.
    /// - Throws: if no tensor has this name, or its elements are neither F16, BF16 nor F32.
    public func tensor(named name: String) throws(SafetensorsError) -> Tensor {
        guard let entry = entries[name] else {
            throw SafetensorsError(source: source, problem: .missing(name))
        }
        var tensor = Tensor(uninitialized: entry.shape)
        let count = tensor.count
        let isConverted = tensor.withUnsafeMutablePointer { to in
            numbers.withUnsafeBytes { bytes in
                let from = UnsafeRawBufferPointer(rebasing: bytes[entry.byteRange])
                switch entry.elementType {
                case .float32:
                    UnsafeMutableRawBufferPointer(start: to, count: from.count).copyMemory(from: from)
                case .float16:
                    for i in 0..<count {
                        to[i] = Float(Float16(bitPattern: from.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)))
                    }
                case .bfloat16:
                    for i in 0..<count {
                        let upper = from.loadUnaligned(fromByteOffset: 2 * i, as: UInt16.self)
                        to[i] = Float(bitPattern: UInt32(upper) << 16)
                    }
                default:
                    return false
                }
                return true
            }
        }
        guard isConverted else {
            throw SafetensorsError(source: source, problem: .notFloatingPoint(name, entry.elementType))
        }
        return tensor
    }
}
