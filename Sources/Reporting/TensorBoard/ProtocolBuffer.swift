import Foundation

/// A message in the wire format of protocol buffers, field by field. Others leave out a value that is what its field has
/// without one, such as 0, and write fields in the order of their numbers: to get the same bytes is up to whoever adds them.
struct ProtocolBuffer {
    private(set) var bytes = Data()

    /// How the bytes of a field's value are read.
    private enum WireType: UInt64 {
        case varint = 0
        case eightBytes = 1
        case counted = 2
        case fourBytes = 5
    }

    mutating func add(_ field: Int, _ number: Int64) {
        begin(field, .varint)
        append(varint: UInt64(bitPattern: number))
    }

    mutating func add(_ field: Int, _ number: Double) {
        begin(field, .eightBytes)
        withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ field: Int, _ number: Float) {
        begin(field, .fourBytes)
        withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func add(_ field: Int, _ text: String) { add(field, Data(text.utf8)) }

    mutating func add(_ field: Int, _ message: ProtocolBuffer) { add(field, message.bytes) }

    mutating func add(_ field: Int, _ data: Data) {
        begin(field, .counted)
        append(varint: UInt64(data.count))
        bytes.append(data)
    }

    private mutating func begin(_ field: Int, _ type: WireType) { append(varint: UInt64(field) << 3 | type.rawValue) }

    /// Seven bits in each byte, the lowest first; the eighth says that more follow.
    private mutating func append(varint number: UInt64) {
        var rest = number
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
