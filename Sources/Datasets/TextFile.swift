import Foundation

/// A file of text that another program may have written: UTF-8, or UTF-16 where it begins with a byte order mark, which is
/// no part of the text.
public enum TextFile {
    /// The text of a file.
    /// - Throws: `DatasetError.unreadable`, with what to do where it is in another encoding.
    public static func text(of path: String) throws(DatasetError) -> String {
        let bytes: Data
        do { bytes = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            let reason = isFile(path) ? "you may not read it" : isFolder(path) ? "it is a folder" : "it does not exist"
            throw .unreadable(path: path, reason: reason)
        }
        do { return try text(bytes) } catch { throw .unreadable(path: path, reason: error.description) }
    }

    /// The bytes are in no encoding that a text may have.
    public struct Malformed: Error, Hashable, CustomStringConvertible {
        public let description: String
    }

    /// The text that a file's bytes are.
    /// - Throws: `Malformed`: what is wrong, in which line, and what to do.
    public static func text(_ bytes: Data) throws(Malformed) -> String {
        if bytes.starts(with: [0xff, 0xfe]) { return try utf16(bytes.dropFirst(2)) { UInt16($0) | UInt16($1) << 8 } }
        if bytes.starts(with: [0xfe, 0xff]) { return try utf16(bytes.dropFirst(2)) { UInt16($0) << 8 | UInt16($1) } }
        let bytes = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let odd = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        let shown = Name.escaped(lines[odd].prefix(60)).trimmingCharacters(in: .whitespacesAndNewlines)
        throw Malformed(
            description: "it is not UTF-8 text, see line \(odd + 1), “\(shown)”; save it as UTF-8, for example with "
                + "iconv -f latin1 -t utf-8")
    }

    private static func utf16(
        _ bytes: Data, _ unit: (_ first: UInt8, _ second: UInt8) -> UInt16
    ) throws(Malformed) -> String {
        let bytes = Array(bytes)
        let units = stride(from: 0, to: bytes.count - 1, by: 2).map { unit(bytes[$0], bytes[$0 + 1]) }
        guard bytes.count.isMultiple(of: 2), let text = String(validating: units, as: UTF16.self) else {
            throw Malformed(description: "it begins like UTF-16 text but is not valid UTF-16; save it as UTF-8")
        }
        return text
    }
}
