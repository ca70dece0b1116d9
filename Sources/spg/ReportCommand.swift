import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines
import Reporting
import Stages

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes one HTML page about a whole experiment: results, curves, errors, maps, images, costs.",
        usage: "spg report <file> [<options>]",
        discussion: """
            EXAMPLES
              spg report Pipelines/desktop-icons.yaml
              spg report Pipelines/desktop-icons.yaml -o Cache/desktop-icons.html
              spg report Pipelines/desktop-icons.yaml --follow

            The page needs no network and no server. It says what is missing where a pipeline is not finished. Docs/report.md \
            says how to read each figure. It replaces an older page of that name once the new one is whole.

            With --follow it writes the page again and again while a run goes on, and the page reloads itself. You may \
            start it before the run. It ends when all is made, when the run has ended, or by Ctrl-C.
            """)

    @OptionGroup var arguments: PipelineArguments

    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("The page to write.", valueName: "file"),
        completion: .file(extensions: ["html"]))
    var output = "report.html"

    @Flag(inversion: .prefixedNo, help: "Show published figures for the same data set, backbone and task.")
    var published = true

    @Option(
        help: ArgumentHelp(
            "A table (image_sha256, x, y) of places of images in the map, such as Scripts/two-dimensions makes by t-SNE or UMAP.",
            valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var points: String?

    @Flag(help: "Write the page anew while a run goes on; the page reloads itself.")
    var follow = false

    @Option(
        help: ArgumentHelp(
            "With --follow: the time from one page to the next. It is longer where a page takes long to write: writing takes at "
                + "most a tenth of it.",
            valueName: "seconds"))
    var every = 5.0

    func validate() throws {
        guard (0.1...3600).contains(every) else {
            throw ValidationError("--every must be from 0.1 to 3600 seconds, not \(every)")
        }
        if output.isEmpty || output.hasSuffix("/") { throw ValidationError("--output: “\(output)” is not the name of a file") }
    }

    func run() throws {
        try reportingErrors {
            let url = URL(fileURLWithPath: output)
            // Before anything is read that takes a while.
            try NewFiles.checkFolder(of: url)
            let places = try points.map { try ImagePoints(contentsOf: URL(fileURLWithPath: $0)) }
            var hasBegun = false
            while true {
                let start = ContinuousClock.now
                let store = try arguments.planning.storeOptions.openToLook()
                let plan = try arguments.planning.plan(arguments.file, in: store, recalling: true)
                let isAtWork = store.isInUse
                hasBegun = hasBegun || isAtWork
                let report = try arguments.report(of: plan, in: store, published: published, places: places)
                let goesOn = follow && !report.missing.isEmpty && (isAtWork || !hasBegun)
                let page = Data(ReportPage(report, reloadsAfter: goesOn ? every : nil).text.utf8)
                try NewFiles.replace(url, with: page)
                let made = report.planned - report.missing.count
                print("\(output): \(byteSize(page.count)), \(made) of \(report.planned) artifacts")
                guard goesOn else {
                    if made == 0 {
                        Console.standardError.warning(
                            "Nothing of \(report.name) has been made yet in \(store.path); the page says what is missing.")
                    }
                    return
                }
                // Whoever reads the lines is to have them now; what cannot be written is an error at the program's end.
                guard fflush(nil) == 0 else { return }
                Thread.sleep(forTimeInterval: max(every, (.now - start) * 10 / .seconds(1)))
            }
        }
    }
}

extension PipelineArguments {
    /// All that a report says.
    /// - Parameters:
    ///   - published: whether published figures stand beside one's own.
    ///   - places: of images in the map, where it is not to compute them.
    func report(
        of plan: Plan, in store: ArtifactStore, published: Bool = true, places: ImagePoints? = nil
    ) throws -> ExperimentReport {
        let architecture = try plan.architecture()
        let table = try plan.accuracyTable(in: store, backbone: published ? architecture.publishedName : nil)
        return try plan.report(
            in: store, table: table, costs: plan.costTable(in: store, model: ModelSize(architecture, weightBytes: 0)),
            text: Specification.text(contentsOf: URL(fileURLWithPath: file), edits: planning.specificationEdits()),
            edits: planning.edits, version: Version.text, places: places)
    }
}
