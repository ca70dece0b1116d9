import ArtifactStore

extension QueryResult.Value {
    /// A text; empty where it is none.
    var text: String { if case .text(let text) = self { text } else { "" } }

    /// A whole number; nil where it is none.
    var integer: Int? { if case .integer(let number) = self { Int(number) } else { nil } }

    /// A number; nil where it is none.
    var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        default: nil
        }
    }
}

extension String {
    /// As a text of SQL.
    var quotedForSQL: String { "'" + replacing("'", with: "''") + "'" }
}

extension Sequence where Element == String {
    /// As a list of texts of SQL.
    var listedForSQL: String { map(\.quotedForSQL).joined(separator: ", ") }
}
