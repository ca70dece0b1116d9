import CZlib
import Foundation
import Tensors

/// CRC-32, the checksum of zip archives.
/// - Parameter checksum: of what comes before the bytes.
func zipChecksum(of bytes: UnsafeRawBufferPointer, after checksum: UInt32 = 0) -> UInt32 {
    guard bytes.count > 0 else { return checksum }
    return UInt32(truncatingIfNeeded: crc32_z(uLong(checksum), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
}

/// The checksum of some bytes of a file.
/// - Throws: `unreadable` if the file has become shorter since it was opened, or the disk cannot read it.
package func zipChecksum(of range: Range<Int>, in file: FileBytes) throws(TensorFileError.Problem) -> UInt32 {
    var checksum: UInt32 = 0
    try file.forEachPiece(of: range) { checksum = zipChecksum(of: $0, after: checksum) }
    return checksum
}
