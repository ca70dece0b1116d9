import Foundation

/// A table of texts in the CSV form of RFC 4180: fields between commas, in double quotes where they hold any of them.
public struct CommaSeparated: Sendable {
    public let columns: [String]
    /// Each as long as `columns`.
    public let rows: [[String]]

    /// Reads a table whose first line names its columns.
    /// - Parameter source: what errors call it.
    init(_ text: String, source: String) throws(StageInputError) {
        var records: [[String]] = [], record: [String] = [], field = ""
        var isQuoted = false, wasQuoted = false
        func end() {
            if !record.isEmpty || !field.isEmpty || wasQuoted { records.append(record + [field]) }
            (record, field, wasQuoted) = ([], "", false)
        }
        var rest = text[...]
        while let character = rest.popFirst() {
            switch character {
            case "\"" where isQuoted && rest.first == "\"": field.append(rest.removeFirst())
            case "\"" where isQuoted || field.isEmpty: (isQuoted, wasQuoted) = (!isQuoted, true)
            case _ where isQuoted: field.append(character)
            case ",":
                record.append(field)
                (field, wasQuoted) = ("", false)
            case "\n", "\r\n", "\r": end()
            default: field.append(character)
            }
        }
        end()
        guard let header = records.first else { throw StageInputError("\(source) is empty; its first line names its columns") }
        columns = header
        rows = Array(records.dropFirst())
        for (number, row) in rows.enumerated() where row.count != columns.count {
            throw StageInputError("row \(number + 1) of \(source) has \(row.count) fields, and there are \(columns.count) columns")
        }
    }

    /// One record, with its line feed.
    static func line(_ fields: some Sequence<String>) -> String {
        fields.map { field in
            field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline })
                ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
        }.joined(separator: ",") + "\n"
    }
}
