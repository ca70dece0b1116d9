import ArgumentParser
import CommandLineSupport
import Datasets
import Foundation

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Says what data sets are known and whether a copy of one is whole, and splits one.",
        subcommands: [DataListCommand.self, DataCheckCommand.self, DataSplitCommand.self])
}

/// A data set in a folder: `NAME ROOT`.
struct DataSetArguments: ParsableArguments {
    @Argument(help: ArgumentHelp(
        "The data set, of those that spg data list shows; or folder, for any of domain/class/image.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("Where it lies.", valueName: "root"), completion: .directory)
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
