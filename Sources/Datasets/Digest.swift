import Foundation

/// A SHA-256 digest: the identity of an image file, a checkpoint or an artifact.
public struct Digest: Hashable, Sendable {
    /// Eight bytes in each word, the first one highest: words compare as the bytes do, and need no memory of their own.
    private let words: SIMD4<UInt64>

    /// The 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

    /// The digest of some bytes.
    public init(of data: some DataProtocol) {
        var stream = DigestStream()
        stream.update(data)
        self = stream.digest
    }

    /// What a hash function writes.
    init(_ write: (UnsafeMutablePointer<UInt8>) -> Void) {
        words = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { bytes in
            write(bytes.baseAddress!)
            return Self.words(UnsafeRawBufferPointer(bytes))
        }
    }

    /// A digest from its 32 bytes, or nil if there are not 32.
    public init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        words = Self.words(bytes)
    }

    /// A digest from its 32 bytes, or nil if there are not 32.
    public init?(bytes: some Collection<UInt8>) {
        guard let digest = Array(bytes).withUnsafeBytes({ Digest(bytes: $0) }) else { return nil }
        self = digest
    }

    /// A digest from 64 hexadecimal digits, or nil if the text is anything else.
    public init?(_ text: some StringProtocol) {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        self.init(bytes: stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) })
    }

    /// Calls `body` with the 32 bytes.
    /// - Throws: what `body` throws.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let inOrder = (words[0].bigEndian, words[1].bigEndian, words[2].bigEndian, words[3].bigEndian)
        return try Swift.withUnsafeBytes(of: inOrder, body)
    }

    private static func words(_ bytes: UnsafeRawBufferPointer) -> SIMD4<UInt64> {
        var words = SIMD4<UInt64>()
        for index in 0..<4 {
            words[index] = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
        return words
    }
}

extension Digest: CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The first twelve digits, enough to tell artifacts apart on a screen.
    public var short: String { String(description.prefix(12)) }
}

extension Digest: Comparable {
    public static func < (a: Digest, b: Digest) -> Bool {
        for index in 0..<4 where a.words[index] != b.words[index] { return a.words[index] < b.words[index] }
        return false
    }
}

extension Digest: Codable {
    /// Its 64 hexadecimal digits.
    /// - Throws: `DecodingError` for any other text.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let digest = Digest(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "“\(text)” is not a SHA-256 digest")
        }
        self = digest
    }

    /// Its 64 hexadecimal digits.
    /// - Throws: `EncodingError`, where the encoder takes no text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
