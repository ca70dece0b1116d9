import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Reporting

struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Runs a read-only SQL query on the store.",
        discussion: """
            EXAMPLE
              spg query "SELECT method, target, accuracy FROM results WHERE seed = 1"

            Besides SQLite's own functions there is dot(a, b), the inner product of two vectors. The views are described in \
            Docs/store.md.
            """)

    @OptionGroup var storage: StoreOptions

    @Option(help: "The format of the table.")
    var format = TableFormat.text

    @Argument(help: ArgumentHelp("One SQL query.", valueName: "sql"))
    var sql: String

    func run() throws {
        try reportingErrors {
            let result = try storage.openThere().query(sql)
            // A column of numbers is read from its right end.
            var table = Table(
                result.columns.enumerated().map { index, title in
                    .init(title, result.rows.allSatisfy { $0[index].isNumber } ? .trailing : .leading)
                })
            for row in result.rows { table.append(row.map(\.text)) }
            print(table.written(as: format), terminator: "")
        }
    }
}

extension QueryResult.Value {
    fileprivate var isNumber: Bool {
        switch self {
        case .integer, .real, .null: true
        case .text, .blob: false
        }
    }

    /// As a person reads it; of a blob its size.
    fileprivate var text: String {
        switch self {
        case .null: ""
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): "\(bytes.count) bytes"
        }
    }
}
