import ArgumentParser
import CommandLineSupport
import Datasets
import Reporting

struct DataListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the known data sets, or the folder layouts that are recognized for one of them.",
        discussion: """
            EXAMPLE
              spg data list
              spg data list PACS
            """)

    @Argument(
        help: ArgumentHelp("A data set whose layouts are to be shown.", valueName: "name"), completion: .dataSets())
    var name: String?

    @Option(help: "The format of the table.")
    var format = TableFormat.text

    func run() throws {
        print(try (name.map { try layouts(of: KnownDataSet(given: $0)) } ?? dataSets).written(as: format), terminator: "")
    }

    private var dataSets: Table {
        var table = Table([
            .init("data set"), .init("domains"), .init("classes", .trailing), .init("images", .trailing), .init("note"),
        ])
        for known in KnownDataSet.all {
            table.append([
                known.name, known.domains.map { "\($0.name) (\($0.letter))" }.joined(separator: ", "),
                "\(known.classCount)", known.images.map(grouped) ?? "", known.note,
            ])
        }
        return table
    }

    private func layouts(of known: KnownDataSet) -> Table {
        var table = Table([.init("layout"), .init("under the root"), .init("where a domain is written otherwise")])
        for layout in known.layouts {
            let names = layout.domainNames.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
            table.append([layout.origin, layout.patterns.joined(separator: ", "), names.joined(separator: ", ")])
        }
        return table
    }
}
