import ArgumentParser
import CommandLineSupport
import Datasets
import Foundation
import Reporting
import Stages

struct DataCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Checks every image of a data set: which images are present, missing, extra or broken.",
        usage: "spg data check <name> <root> [<options>]",
        discussion: """
            EXAMPLE
              spg data check PACS Data/PACS --decode
              spg data check PACS Data/PACS --splits Data/PACS/spg_coop_splits

            Exit status: 0 if it can be used, 65 if not. Where counts differ from those of a whole copy, it says so; the \
            status stays 0.
            """)

    @OptionGroup var dataSet: DataSetArguments

    @Flag(help: "Decode every image; this also finds truncated files and duplicates (files with the same bytes).")
    var decode = false

    @Option(
        help: ArgumentHelp(
            "A folder of split files: also list images that they name but that do not exist, and images that they omit.",
            valueName: "dir"), completion: .directory)
    var splits: String?

    @OptionGroup var progress: ProgressOptions
    @OptionGroup var answer: JSONOptions

    func run() throws {
        try reportingErrors {
            let folder = try dataSet.open()
            progress.apply()
            let line = ProgressLine("check \(folder.name)", unit: "images")
            let check = try DataSetCheck(folder, depth: decode ? .pixels : .headers) { line.update($0, of: $1) }
            Console.standardError.clearStatus()
            let splits = try splits.map { try found($0, of: folder) }
            let document = DataSetCheckDocument(check, splits: splits)
            try answer.print(document, of: "data check") { _ in
                ([check.report] + (splits ?? []).compactMap(\.report)).joined(separator: "\n\n")
            }
            complain(of: splits ?? [])
            guard document.usable else { throw ExitCode(ExitStatus.badData.rawValue) }
        }
    }

    /// What each domain's split names. Which images there are counts here, and not what is in them.
    private func found(_ splits: String, of folder: ImageFolder) throws -> [DataSetCheckDocument.Split] {
        try folder.domains.map { domain in
            do {
                let parts = try folder.parts(of: domain, in: splits) { $0.map { Digest(of: Data($0.utf8)) } }
                return .init(of: domain, parts)
            } catch let error as DatasetError {
                return .init(of: domain, problem: error)
            }
        }
    }

    private func complain(of splits: [DataSetCheckDocument.Split]) {
        let faults = splits.compactMap(\.problem)
        guard !faults.isEmpty else { return }
        Console.standardError.line(
            "Of \(splits.count) domains, \(faults.count) have no split that can be used; a run that learns from them or is "
                + "tested on them ends:\n" + faults.map { "  \($0)" }.joined(separator: "\n"))
    }
}

extension DataSetCheckDocument.Split {
    /// For people; nil where it cannot be used.
    fileprivate var report: String? {
        guard let train, let validation, let images else { return nil }
        let counts = "train \(grouped(train)), val \(grouped(validation)), of \(grouped(images)) used"
        return ["Split of \(domain): \(counts)", note].compactMap(\.self).joined(separator: "\n")
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
                missing.isEmpty
                    ? nil : "no \(missing.prefix(5).map(\.text).joined(separator: ", "))\(missing.count > 5 ? ", …" : "")",
            ]
            table.append([
                domain.name.text, domain.letter ?? "", domain.isMissing ? "" : grouped(domain.images),
                domain.expected.map(grouped) ?? "", remarks.compactMap(\.self).joined(separator: "; "),
            ])
        }
        let classes = folder.known.map {
            $0.classCount == folder.classes.count ? "" : " where a whole copy has \($0.classCount)"
        }
        var parts = [
            "\(folder.name) in \(folder.root), layout “\(folder.layout.origin)”",
            table.text,
            "\(folder.classes.count) classes\(classes ?? "")",
        ]
        if let note = folder.known?.note, !note.isEmpty { parts.append("Note: \(note)") }
        parts += [
            list(problems, "Problems"), list(warnings, "Probably not as it is meant"),
            list(missingFiles.map { short($0.text) }, "Missing: listed, but not there"),
            list(broken.filter { !$0.isKnown }.map { "\(short($0.path.text)) \($0.reason)" }, "Broken"),
            list(broken.filter(\.isKnown).map { "\(short($0.path.text)) \($0.reason)" }, "Broken in many copies, and left out"),
            list(unused.map { short($0.path) }, "Not part of it, and not read"),
            list(copies.map { $0.map { short($0.text) }.joined(separator: " = ") }, "Files with the same bytes"),
            list(
                white.map { short($0.text) },
                "All white once read: 16-bit grey above 255, which is clipped as Pillow clips it; convert to 8 bits"),
        ].compactMap(\.self)
        if case .headers = depth {
            parts.append(
                "Headers only were read: files that end too soon, damage behind the header, pictures that are all white and files "
                    + "with the same bytes were not looked for. --decode does that.")
        }
        parts.append(
            !isUsable
                ? "It cannot be used as it is."
                : warnings.isEmpty ? "It can be used." : "It can be used, without what is named above.")
        if let line = unusedCounts.line { parts.append(line) }
        return parts.joined(separator: "\n\n")
    }

    /// A path below the root.
    private func short(_ path: String) -> String { String(path.utf8.dropFirst(folder.root.utf8.count + 1)) ?? path }

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
