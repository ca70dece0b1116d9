import CZlib
import Foundation
import Tensors

/// CRC-32, the checksum of zip archives.
package func zipChecksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    UInt32(truncatingIfNeeded: crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
}
