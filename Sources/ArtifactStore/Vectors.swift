import Datasets
import Foundation
import GRDB
import Tensors

/// Vectors in the database are little-endian Float32, which is how every machine this runs on keeps them in memory.
extension Tensor {
    /// The elements as a blob.
    var blob: Data {
        withUnsafePointer { Data(bytes: $0, count: count * MemoryLayout<Float>.stride) }
    }

    /// The elements as a blob, with its SHA-256.
    var blobWithDigest: (blob: Data, sha256: Data) {
        let blob = blob
        return (blob, blob.sha256)
    }

    /// The bytes of a tensor, or nil for a shape that no tensor has.
    private static func size(ofShape shape: [Int]) -> Int? {
        shape.reduce(MemoryLayout<Float>.stride as Int?) { size, extent in
            guard let size, extent >= 0 else { return nil }
            let (product, overflows) = size.multipliedReportingOverflow(by: extent)
            return overflows ? nil : product
        }
    }

    /// The tensor that a blob holds, or nil where its size does not fit the shape.
    init?(blob: Data, shape: [Int]) {
        guard let size = Self.size(ofShape: shape), blob.count == size else { return nil }
        self.init(uninitialized: shape)
        withUnsafeMutablePointer { elements in
            _ = blob.copyBytes(to: UnsafeMutableRawBufferPointer(start: elements, count: blob.count))
        }
    }
}

extension Data {
    /// The 32 bytes of the digest.
    var sha256: Data { Data(Digest(of: self).bytes) }
}

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
                    sum += Double(a.loadUnaligned(fromByteOffset: offset, as: Float.self))
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
