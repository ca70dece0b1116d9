import Foundation

/// A table of texts in the CSV form of RFC 4180: fields between commas, in double quotes where they hold any of them.
public struct CommaSeparated: Sendable {
    public let columns: [String]
    /// Each as long as `columns`.
    public let rows: [[String]]
    /// The line of the file that each row begins in, counted from 1.
    let lines: [Int]
    /// What errors call it.
    let source: String

    /// Reads a table whose first line names its columns. It is taken apart byte by byte: an accent at the beginning of a
    /// field belongs to no comma.
    init(_ text: String, source: String) throws(StageInputError) {
        let quote = UInt8(ascii: "\""), comma = UInt8(ascii: ",")
        let lineFeed = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")
        var records: [[String]] = [], starts: [Int] = [], record: [String] = [], field: [UInt8] = []
        var isQuoted = false, wasQuoted = false, line = 1, start = 1, quoteLine = 1
        func endField() {
            record.append(String(decoding: field, as: UTF8.self))
            (field, wasQuoted) = ([], false)
        }
        func endRecord() {
            guard !record.isEmpty || !field.isEmpty || wasQuoted else { return }
            endField()
            records.append(record)
            starts.append(start)
            record = []
        }
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == lineFeed || byte == carriageReturn && rest.first != lineFeed { line += 1 }
            switch byte {
            case quote where isQuoted && rest.first == quote: field.append(rest.removeFirst())
            case quote where isQuoted || field.isEmpty:
                (isQuoted, wasQuoted) = (!isQuoted, true)
                if isQuoted { quoteLine = line }
            case _ where isQuoted: field.append(byte)
            case comma: endField()
            case lineFeed, carriageReturn:
                endRecord()
                start = line
            default: field.append(byte)
            }
        }
        guard !isQuoted else { throw StageInputError("\(source), line \(quoteLine): a quotation mark is never closed") }
        endRecord()
        guard let header = records.first else { throw StageInputError("\(source) is empty; its first line names its columns") }
        self.source = source
        columns = header
        rows = Array(records.dropFirst())
        lines = Array(starts.dropFirst())
        for (row, line) in zip(rows, lines) where row.count != columns.count {
            throw StageInputError("\(source), line \(line) has \(row.count) fields, and there are \(columns.count) columns")
        }
    }

    /// One record, with its line feed.
    package static func line(_ fields: some Sequence<String>) -> String {
        let quote = UInt8(ascii: "\"")
        return fields.map { field in
            guard field.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return field }
            let doubled = field.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }
            return "\"\(String(decoding: doubled, as: UTF8.self))\""
        }.joined(separator: ",") + "\n"
    }
}
