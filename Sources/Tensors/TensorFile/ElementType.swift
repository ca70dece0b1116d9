/// How the numbers of one tensor are stored in a file; the raw values are safetensors' names.
public enum ElementType: String, Codable, Sendable, CaseIterable {
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

    /// Whether its numbers can be made into `Float`s; of the others a `Float` would hold less than the file does.
    public var isReadAsFloat: Bool { self == .float16 || self == .bfloat16 || self == .float32 }

    /// Converts neighbouring numbers, at any address, to `Float`s.
    /// - Precondition: the type `isReadAsFloat`, and `from` holds `count` of it.
    package func convert(_ count: Int, from: UnsafeRawPointer, into to: UnsafeMutablePointer<Float>) {
        switch self {
        case .float32:
            UnsafeMutableRawPointer(to).copyMemory(from: from, byteCount: 4 * count)
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
            preconditionFailure("\(rawValue) is not read as Float")
        }
    }

    /// The bytes of a tensor of this type, or nil where the extents are too large to be multiplied, even if one is 0.
    package func byteCount(of shape: [Int]) -> Int? {
        var product = byteCount
        for extent in shape where extent != 0 {
            let (next, isTooLarge) = product.multipliedReportingOverflow(by: extent)
            if isTooLarge { return nil }
            product = next
        }
        return shape.contains(0) ? 0 : product
    }
}
