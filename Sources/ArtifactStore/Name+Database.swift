import Datasets
import GRDB

extension Name: DatabaseValueConvertible {
    public var databaseValue: DatabaseValue { text.databaseValue }

    public static func fromDatabaseValue(_ value: DatabaseValue) -> Name? { String.fromDatabaseValue(value).map { Name($0) } }
}
