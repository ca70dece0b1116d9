import Datasets
import Foundation
import GRDB

/// What the store's SQL knows besides SQLite's own functions.
extension DatabaseFunction {
    /// `dot(a, b)`: the inner product of two Float32 blobs of equal size; the cosine, where both have unit length.
    /// NULL for anything else.
    static let dot = DatabaseFunction("dot", argumentCount: 2, pure: true) { arguments -> Double? in
        guard case .blob(let a) = arguments[0].storage, case .blob(let b) = arguments[1].storage, a.count == b.count,
            a.count.isMultiple(of: 4)
        else { return nil }
        return a.withUnsafeBytes { a in
            b.withUnsafeBytes { b in
                stride(from: 0, to: a.count, by: 4).reduce(into: 0.0) { sum, offset in
                    sum +=
                        Double(a.loadUnaligned(fromByteOffset: offset, as: Float.self))
                        * Double(b.loadUnaligned(fromByteOffset: offset, as: Float.self))
                }
            }
        }
    }

    /// `sha256(a)`: the digest of a blob, as 32 bytes. NULL for anything else.
    static let sha256 = DatabaseFunction("sha256", argumentCount: 1, pure: true) { arguments -> Data? in
        guard case .blob(let bytes) = arguments[0].storage else { return nil }
        return bytes.sha256
    }
}
