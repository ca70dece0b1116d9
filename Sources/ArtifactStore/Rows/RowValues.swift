import Datasets
import GRDB

/// What is read from a file may be anything: a flipped bit makes another number of one, or no number.
extension Row {
    /// The value of a column.
    /// - Throws: `RowDecodingError` where it is of another kind, which is told as `StoreError.damaged`.
    func value<Value: DatabaseValueConvertible>(_ column: String) throws -> Value {
        try decode(Value.self, forColumn: column)
    }

    func value<Value: DatabaseValueConvertible>(_ column: Int) throws -> Value {
        try decode(Value.self, atIndex: column)
    }

    /// A column as text for people, whatever it holds.
    func text(_ column: String) -> String {
        (try? value(column) as String?) ?? "?"
    }

    /// A number that is to be reckoned with, so that nothing overflows by it.
    /// - Throws: `StoreError.badValue` where it is not in `range`.
    func value<Value: DatabaseValueConvertible & Comparable>(
        _ column: String, in range: ClosedRange<Value>
    ) throws -> Value {
        let value: Value = try value(column)
        guard range.contains(value) else {
            throw StoreError.badValue(
                "the store has an impossible value, \(value), for “\(column)”; spg store verify shows what is damaged")
        }
        return value
    }

    /// A digest kept as text or as 32 bytes.
    func digest(_ column: String) throws -> Digest {
        let digest =
            switch (self[column] as DatabaseValue).storage {
            case .string(let text): Digest(text)
            case .blob(let bytes): Digest(bytes: bytes)
            default: Digest?.none
            }
        guard let digest else { throw StoreError.badValue("a “\(column)” in the store is not a SHA-256 digest") }
        return digest
    }
}

/// What numbers in a store can be at the most: far more than anything has, and little enough to be multiplied.
enum Limits {
    /// A time in seconds: a hundred years.
    static let seconds = 0...3.2e9
    /// A size in bytes: an exbibyte.
    static let bytes = 0...(1 << 50)
    /// Numbers in one feature, or one row of anything.
    static let width = 1...(1 << 24)
}

extension ClosedRange {
    /// A value of the range, the given one where it is one.
    func nearest(to value: Bound) -> Bound { Swift.min(Swift.max(value, lowerBound), upperBound) }
}

extension Name: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { text.databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> Name? { String.fromDatabaseValue(value).map { Name($0) } }
}
