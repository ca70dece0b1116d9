import Foundation

extension Vocabulary {
    /// The most bytes of a file, packed or unpacked: CLIP's own are 3 MB.
    private static let byteLimit = 64 << 20

    /// Reads a file in any of the formats that CLIP's tokenizers come in; its content tells which.
    init(contentsOf url: URL) throws(TokenizerError) {
        try self.init(unpacked: Self.contents(of: url), source: url.path)
    }

    /// Reads the bytes of such a file.
    init(decoding bytes: Data, source: String) throws(TokenizerError) {
        try self.init(unpacked: Self.unpacked(bytes, source: source), source: source)
    }

    private init(unpacked file: Data, source: String) throws(TokenizerError) {
        if Self.isJSON(file) {
            try self.init(tokenizerJSON: file, path: source)
        } else {
            try self.init(mergesText: file, path: source)
        }
    }

    /// How many tokens a file has. Merges are counted, not read.
    static func count(in url: URL) throws(TokenizerError) -> Int {
        let file = try contents(of: url)
        return try isJSON(file)
            ? Vocabulary(tokenizerJSON: file, path: url.path).count : count(mergesText: file, path: url.path)
    }

    private static func isJSON(_ file: Data) -> Bool {
        file.first(where: { ![0x20, 0x9, 0xa, 0xd].contains($0) }) == UInt8(ascii: "{")
    }

    /// The bytes of a file, unpacked.
    private static func contents(of url: URL) throws(TokenizerError) -> Data {
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
        return try unpacked(packed, source: url.path)
    }

    private static func unpacked(_ packed: Data, source: String) throws(TokenizerError) -> Data {
        do {
            return Gzip.announced(by: packed) ? try Gzip.unpacked(packed, limit: Self.byteLimit) : packed
        } catch {
            throw TokenizerError(path: source, line: nil, reason: error.description)
        }
    }
}
