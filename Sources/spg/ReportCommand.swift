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
        discussion: """
            EXAMPLES
              spg report Pipelines/desktop-icons.yaml
              spg report Pipelines/desktop-icons.yaml -o Cache/desktop-icons.html

            The page needs no network and no server. It says what is missing where a pipeline is not finished. Docs/report.md \
            says how to read each figure. An older page of the name is replaced once the new one is whole.
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

    func validate() throws {
        if output.isEmpty || output.hasSuffix("/") { throw ValidationError("--output: “\(output)” is not the name of a file") }
    }

    func run() throws {
        try reportingErrors {
            let url = URL(fileURLWithPath: output)
            // Before anything is read that takes a while.
            try NewFiles.checkFolder(of: url)
            let places = try points.map { try ImagePoints(contentsOf: URL(fileURLWithPath: $0)) }
            let (plan, store) = try arguments.plan()
            let report = try arguments.report(of: plan, in: store, published: published, places: places)
            let page = Data(ReportPage(report).text.utf8)
            try NewFiles.replace(url, with: page)
            let made = report.planned - report.missing.count
            print("\(output): \(byteSize(page.count)), \(made) of \(report.planned) artifacts")
            if made == 0 { Console.standardError.warning("Nothing of \(report.name) has been made yet in \(store.path); the page says what is missing.") }
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
