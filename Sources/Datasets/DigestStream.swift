import CCrypto
import Foundation

/// The digest of bytes that come piece by piece.
package struct DigestStream {
    private var state = SHA256_CTX()

    package init() { SHA256_Init(&state) }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) { SHA256_Update(&state, bytes.baseAddress, bytes.count) }

    package mutating func update(_ bytes: some DataProtocol) {
        for region in bytes.regions { region.withUnsafeBytes { update($0) } }
    }

    /// Of all bytes so far.
    package var digest: Digest {
        var state = state
        return Digest { SHA256_Final($0, &state) }
    }
}
