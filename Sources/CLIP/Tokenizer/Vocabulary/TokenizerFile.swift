import Foundation

extension Vocabulary {
    /// The most bytes of a file, packed or unpacked: CLIP's own are 3 MB.
    private static let byteLimit = 64 << 20

    /// Reads a file in any of the formats that CLIP's tokenizers come in; its content tells which.
    init(contentsOf url: URL) throws(TokenizerError) {
        func fault(_ reason: String) -> TokenizerError { TokenizerError(path: url.path, line: nil, reason: reason) }
        let packed: Data
        do {
            if let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize, size > Self.byteLimit {
                throw fault("has \(size) bytes, more than the \(Self.byteLimit) of any tokenizer's file")
            }
            packed = try Data(contentsOf: url)
        } catch {
            throw error as? TokenizerError ?? fault("cannot be read: \(error.localizedDescription)")
        }
        let file: Data
        do {
            file = Gzip.announced(by: packed) ? try Gzip.unpacked(packed, limit: Self.byteLimit) : packed
        } catch {
            throw fault(error.description)
        }
        if file.first(where: { ![0x20, 0x9, 0xa, 0xd].contains($0) }) == UInt8(ascii: "{") {
            try self.init(tokenizerJSON: file, path: url.path)
        } else {
            try self.init(mergesText: file, path: url.path)
        }
    }
}
