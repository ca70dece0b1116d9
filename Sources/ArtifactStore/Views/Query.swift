import Foundation
import GRDB

/// The answer to a query.
public struct QueryResult: Hashable, Sendable {
    /// A value as SQLite has it.
    public enum Value: Hashable, Sendable {
        case null
        case integer(Int64)
        case real(Double)
        case text(String)
        case blob(Data)
    }

    public let columns: [String]
    public let rows: [[Value]]
}

extension ArtifactStore {
    /// Runs one SQL query over the views; nothing can be changed by it. Besides SQLite's own functions there is
    /// `dot(a, b)`, the inner product of two vectors.
    /// - Throws: `StoreError.badQuery`, with SQLite's words, where the query is wrong or would write.
    public func query(_ sql: String) throws -> QueryResult {
        try QueryRules.check(sql)
        return try reading { database in
            do {
                let statement = try database.makeStatement(sql: sql)
                guard statement.isReadonly else { throw StoreError.badQuery("it would change the store") }
                let rows = try Row.fetchAll(statement).map { row in
                    Array(row.databaseValues).map { QueryResult.Value($0.storage) }
                }
                return QueryResult(columns: statement.columnNames, rows: rows)
            } catch let error as DatabaseError where [.SQLITE_ERROR, .SQLITE_MISUSE].contains(error.resultCode) {
                throw StoreError.badQuery(error.message ?? "it is not SQL")
            }
        }
    }
}

extension QueryResult.Value {
    fileprivate init(_ storage: DatabaseValue.Storage) {
        self =
            switch storage {
            case .null: .null
            case .int64(let number): .integer(number)
            case .double(let number): .real(number)
            case .string(let text): .text(text)
            case .blob(let bytes): .blob(bytes)
            }
    }
}
