/// The characters that stand for bytes in the files of a byte-level byte pair encoding (Radford et al. 2019).
enum ByteAlphabet {
    /// Every byte with its character, in the order of CLIP's tokens: printable Latin-1 characters stand for themselves
    /// and come first; the other bytes are U+0100 and the following.
    static let symbols: [(byte: UInt8, name: String)] = {
        let printable = Array(UInt8(ascii: "!")...UInt8(ascii: "~")) + Array(0xa1...0xac) + Array(0xae...0xff)
        let others = (0...UInt8.max).filter { !printable.contains($0) }
        return printable.map { ($0, String(UnicodeScalar($0))) }
            + others.enumerated().compactMap { index, byte in
                UnicodeScalar(0x100 + index).map { (byte, String($0)) }
            }
    }()

    /// What a symbol that ends a word has behind it.
    static let wordEnd = "</w>"
}
