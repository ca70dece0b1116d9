import ArgumentParser
import CommandLineSupport
import Datasets
import Foundation
import Reporting
import Stages

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Says what data sets are known, and whether a copy of one is whole.",
        subcommands: [DataListCommand.self, DataCheckCommand.self])
}

struct DataListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the data sets that are known by name, with their domains and layouts.")

    @Option(help: "text, markdown, or csv.")
    var format = TableFormat.text

    func run() throws {
        var table = Table([
            .init("data set"), .init("domains"), .init("classes", .trailing), .init("images", .trailing), .init("layouts"),
        ])
        for known in KnownDataSet.all {
            table.append([
                known.name, known.domains.map { "\($0.name) (\($0.letter))" }.joined(separator: ", "),
                "\(known.classCount)", known.images.map(grouped) ?? "",
                known.layouts.map { "\($0.origin): \($0.patterns.joined(separator: ", "))" }.joined(separator: "; "),
            ])
        }
        print(table.written(as: format), terminator: "")
    }
}

struct DataCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Looks at every image of a data set: what is there, what is missing, extra or broken.",
        discussion: """
            EXAMPLE
              spg data check PACS Data/PACS --decode

            Exit status: 0 it can be used; 65 it cannot. Counts that differ from a whole copy's are said, and are no hindrance.
            """)

    @Argument(help: ArgumentHelp(
        "The data set, of those that spg data list shows; or folder, for any of domain/class/image.", valueName: "name"))
    var name: String

    @Argument(help: ArgumentHelp("Where it lies.", valueName: "root"), completion: .directory)
    var root: String

    @Flag(help: "Decode every image, which also finds files that end too soon and files with the same bytes.")
    var decode = false

    func validate() throws {
        guard name == "folder" || KnownDataSet(named: name) != nil else {
            let names = KnownDataSet.all.map(\.name)
            let meant = nearest(to: name, among: names).map { "; did you mean “\($0)”?" } ?? "."
            throw ValidationError(
                "no data set is known as “\(name)”\(meant) Known: \(names.joined(separator: ", ")); or folder, for any other")
        }
    }

    func run() throws {
        try reportingErrors {
            let folder = try ImageFolder(root: URL(filePath: root), name: name == "folder" ? nil : name)
            let line = ProgressLine("check \(folder.name)", unit: "images")
            let check = try DataSetCheck(folder, depth: decode ? .pixels : .headers) { line.update($0, of: $1) }
            Console.standardError.clearStatus()
            print(check.report)
            guard check.isUsable else { throw ExitCode(ExitStatus.badData.rawValue) }
        }
    }
}

extension DataSetCheck {
    /// What was found, for people.
    fileprivate var report: String {
        var table = Table([
            .init("domain"), .init("letter"), .init("images", .trailing), .init("whole copy", .trailing), .init("remarks"),
        ])
        for domain in domains {
            let missing = domain.missingClasses
            let remarks = [
                domain.isMissing ? "not there" : nil,
                domain.expected.flatMap { domain.isMissing || $0 == domain.images ? nil : difference(domain.images - $0) },
                missing.isEmpty ? nil : "no \(missing.prefix(5).joined(separator: ", "))\(missing.count > 5 ? ", …" : "")",
            ]
            table.append([
                domain.name, domain.letter ?? "", domain.isMissing ? "" : grouped(domain.images),
                domain.expected.map(grouped) ?? "", remarks.compactMap(\.self).joined(separator: "; "),
            ])
        }
        let classes = folder.known.map { $0.classCount == folder.classes.count ? "" : " where a whole copy has \($0.classCount)" }
        var parts = [
            "\(folder.name) in \(folder.root), layout “\(folder.layout.origin)”",
            table.text,
            "\(folder.classes.count) classes\(classes ?? "")",
        ]
        if let note = folder.known?.note, !note.isEmpty { parts.append("Note: \(note)") }
        parts += [
            list(problems, "Problems"), list(missingFiles, "Missing: listed, but not there"),
            list(broken.filter { !$0.isKnown }.map { "\($0.path) \($0.reason)" }, "Broken"),
            list(broken.filter(\.isKnown).map { "\($0.path) \($0.reason)" }, "Broken in many copies, and left out"),
            list(unused, "Not part of it, and not read"),
            list(copies.map { $0.joined(separator: " = ") }, "Files with the same bytes"),
        ].compactMap(\.self)
        parts.append(isUsable ? "It can be used." : "It cannot be used as it is.")
        return parts.joined(separator: "\n\n")
    }

    private func difference(_ count: Int) -> String {
        count < 0 ? "\(grouped(-count)) fewer" : "\(grouped(count)) more"
    }

    /// A title with the first lines below it.
    private func list(_ lines: [String], _ title: String) -> String? {
        guard !lines.isEmpty else { return nil }
        let shown = lines.prefix(20).map { "  \($0)" }
        let rest = lines.count > shown.count ? ["  … and \(grouped(lines.count - shown.count)) more"] : []
        return (["\(title) (\(grouped(lines.count))):"] + shown + rest).joined(separator: "\n")
    }
}

/// A number with commas between thousands.
private func grouped(_ number: Int) -> String {
    var digits = "\(number)"
    var end = digits.count - 3
    while end > 0 {
        digits.insert(",", at: digits.index(digits.startIndex, offsetBy: end))
        end -= 3
    }
    return digits
}
