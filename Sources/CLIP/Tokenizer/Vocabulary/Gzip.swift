import CZlib
import Foundation

/// Reading of gzip's format, by zlib.
enum Gzip {
    enum Fault: Error, CustomStringConvertible {
        case tooLarge(Int), truncated, damaged

        var description: String {
            switch self {
            case .tooLarge(let limit): "unpacks to more than \(limit) bytes, which no tokenizer's file has"
            case .truncated: "is a truncated gzip file: the data ends before the text does"
            case .damaged: "is a damaged gzip file"
            }
        }
    }

    /// Whether data begins as gzip's files do.
    static func announced(by data: Data) -> Bool { data.starts(with: [0x1f, 0x8b]) }

    /// The contents of a gzip file, all its members one after the other.
    /// - Parameter limit: the most bytes that they may have; nothing beyond it is allocated.
    static func unpacked(_ data: Data, limit: Int) throws(Fault) -> Data {
        try data.withUnsafeBytes { raw in Result { () throws(Fault) in try unpacked(raw, limit: limit) } }.get()
    }

    private static func unpacked(_ packed: UnsafeRawBufferPointer, limit: Int) throws(Fault) -> Data {
        var stream = z_stream()
        let gzipOnly: Int32 = MAX_WBITS + 16
        guard inflateInit2_(&stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .damaged
        }
        defer { inflateEnd(&stream) }
        // zlib reads only, though its field is no pointer to constants.
        stream.next_in = UnsafeMutablePointer(mutating: packed.bindMemory(to: UInt8.self).baseAddress)
        stream.avail_in = UInt32(clamping: packed.count)

        var result = Data()
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let (status, count) = piece.withUnsafeMutableBufferPointer { piece in
                stream.next_out = piece.baseAddress
                stream.avail_out = UInt32(piece.count)
                let status = inflate(&stream, Z_NO_FLUSH)
                return (status, piece.count - Int(stream.avail_out))
            }
            guard result.count + count <= limit else { throw .tooLarge(limit) }
            result.append(contentsOf: piece[..<count])
            switch status {
            case Z_OK: continue
            case Z_STREAM_END where stream.avail_in == 0: return result
            case Z_STREAM_END: guard inflateReset(&stream) == Z_OK else { throw .damaged }
            case Z_BUF_ERROR: throw .truncated
            default: throw .damaged
            }
        }
    }
}
