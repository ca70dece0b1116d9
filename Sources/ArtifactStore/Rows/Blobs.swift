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

extension Row {
    /// A blob of a row, compared with the digest that was written beside it (the column `sha256`).
    /// - Parameter name: what an error calls it.
    /// - Throws: `StoreError.badValue` where it is not the one that was written.
    func wholeBlob(_ column: String, _ name: @autoclosure () -> String) throws -> Data {
        let blob = self[column] as Data
        guard blob.sha256 == self["sha256"] as Data? else {
            throw StoreError.badValue("\(name()) is damaged; run spg store verify to see what to do")
        }
        return blob
    }
}
