import Datasets
import GRDB
import GRDBSQLite

/// Rows by the hundred thousand, read where SQLite has them: a value made of each column would take longer than the query.
extension Database {
    /// Steps through the rows of a query; `body` reads the columns of the statement itself.
    func forEachRow(
        _ sql: String, _ arguments: StatementArguments, _ body: (SQLiteStatement) throws -> Void
    ) throws {
        try forEachRow(in: makeStatement(sql: sql), arguments, body)
    }

    func forEachRow(
        in statement: Statement, _ arguments: StatementArguments, _ body: (SQLiteStatement) throws -> Void
    ) throws {
        try statement.setArguments(arguments)
        try withExtendedLifetime(statement) {
            let rows = statement.sqliteStatement
            defer { sqlite3_reset(rows) }
            while true {
                switch sqlite3_step(rows) {
                case SQLITE_ROW: try body(rows)
                case SQLITE_DONE: return
                case let code: throw error(code)
                }
            }
        }
    }

    /// The error that SQLite has just answered a code for.
    func error(_ code: CInt) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(sqliteConnection)))
    }
}

/// A column's bytes; nil for NULL and for an empty blob.
func blob(_ row: SQLiteStatement, _ column: Int32) -> UnsafeRawBufferPointer? {
    sqlite3_column_blob(row, column).map {
        UnsafeRawBufferPointer(start: $0, count: Int(sqlite3_column_bytes(row, column)))
    }
}

/// A column's text; empty for NULL.
func text(_ row: SQLiteStatement, _ column: Int32) -> String {
    sqlite3_column_text(row, column).map { String(cString: $0) } ?? ""
}
