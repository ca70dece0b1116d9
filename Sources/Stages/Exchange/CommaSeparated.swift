import Foundation

/// A table of texts in the CSV form of RFC 4180: fields between commas, in double quotes where they hold any of them.
public struct CommaSeparated: Sendable {
    public let columns: [String]
    /// Each as long as `columns`.
    public let rows: [[String]]

    /// Reads a table whose first line names its columns. It is taken apart byte by byte: an accent at the beginning of a
    /// field belongs to no comma.
    /// - Parameter source: what errors call it.
    init(_ text: String, source: String) throws(StageInputError) {
        let quote = UInt8(ascii: "\""), comma = UInt8(ascii: ",")
        let lineFeed = UInt8(ascii: "\n"), carriageReturn = UInt8(ascii: "\r")
        var records: [[String]] = [], record: [String] = [], field: [UInt8] = []
        var isQuoted = false, wasQuoted = false
        func endField() {
            record.append(String(decoding: field, as: UTF8.self))
            (field, wasQuoted) = ([], false)
        }
        func endRecord() {
            guard !record.isEmpty || !field.isEmpty || wasQuoted else { return }
            endField()
            records.append(record)
            record = []
        }
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case quote where isQuoted && rest.first == quote: field.append(rest.removeFirst())
            case quote where isQuoted || field.isEmpty: (isQuoted, wasQuoted) = (!isQuoted, true)
            case _ where isQuoted: field.append(byte)
            case comma: endField()
            case lineFeed, carriageReturn: endRecord()
            default: field.append(byte)
            }
        }
        endRecord()
        guard let header = records.first else { throw StageInputError("\(source) is empty; its first line names its columns") }
        columns = header
        rows = Array(records.dropFirst())
        for (number, row) in rows.enumerated() where row.count != columns.count {
            throw StageInputError("row \(number + 1) of \(source) has \(row.count) fields, and there are \(columns.count) columns")
        }
    }

    /// One record, with its line feed.
    static func line(_ fields: some Sequence<String>) -> String {
        let quote = UInt8(ascii: "\"")
        return fields.map { field in
            guard field.utf8.contains(where: { ",\"\r\n".utf8.contains($0) }) else { return field }
            let doubled = field.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }
            return "\"\(String(decoding: doubled, as: UTF8.self))\""
        }.joined(separator: ",") + "\n"
    }
}
