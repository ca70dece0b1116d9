import ArgumentParser
import CommandLineSupport
import Datasets
import Foundation

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Lists the known data sets, checks a copy of one, lists its images, or splits it.",
        subcommands: [DataListCommand.self, DataCheckCommand.self, DataImagesCommand.self, DataSplitCommand.self])
}

/// A data set in a folder: `NAME ROOT`.
struct DataSetArguments: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A data set's name, as spg data list shows it; or folder, for any data set laid out as domain/class/image.",
            valueName: "name"), completion: .dataSets(and: "folder"))
    var name: String

    @Argument(help: ArgumentHelp("The data set's folder.", valueName: "root"), completion: .directory)
    var root: String

    @OptionGroup var naming: NameOptions

    func validate() throws {
        guard name != "folder" else { return }
        _ = try KnownDataSet(given: name)
    }

    /// Looks for the data set.
    func open() throws -> ImageFolder {
        try ImageFolder(root: URL(filePath: root), name: name == "folder" ? nil : name, names: naming.normalizeNames)
    }
}

extension KnownDataSet {
    /// The data set that a command line names.
    init(given name: String) throws {
        guard let known = KnownDataSet(named: name) else {
            let names = KnownDataSet.all.map(\.name)
            let meant = nearest(to: name, among: names).map { "; did you mean “\($0)”?" } ?? "."
            throw ValidationError(
                "no data set is known as “\(name)”\(meant) Known: \(names.joined(separator: ", ")); or folder, for any other")
        }
        self = known
    }
}
