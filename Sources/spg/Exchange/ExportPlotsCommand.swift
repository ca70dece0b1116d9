import ArgumentParser
import ArtifactStore
import CommandLineSupport
import Foundation
import Pipelines
import Reporting

/// `spg export plots FILE -o DIR`.
struct ExportPlotsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plots", abstract: "Writes the charts of a pipeline's report as files for a paper.",
        usage: "spg export plots <file> --output <folder> [<options>]",
        discussion: """
            EXAMPLE
              spg export plots Pipelines/desktop-icons.yaml --output figures \\
                --width 84mm --font-size 8

            Each chart is written as a Vega-Lite specification (NAME.vl.json) and, where the Python package vl-convert-python \
            is installed, as SVG, PDF and PNG (300 dots per inch), as wide as a column of the paper. Of a chart \
            that the report shows for one target at a time, there is a file for each target. PYTHON names the interpreter. \
            Files of these names are replaced; all others in the folder stay.
            """)

    @OptionGroup var arguments: PipelineArguments

    @Option(
        name: .shortAndLong, help: ArgumentHelp("The folder of the files; it is made where there is none.", valueName: "folder")
    )
    var output: String

    @Option(help: ArgumentHelp("How wide the charts are, in mm, cm, in or pt.", valueName: "length"))
    var width = PaperLength(points: 84 * 72 / 25.4)

    @Option(help: ArgumentHelp("The size of letters, in points.", valueName: "points"))
    var fontSize = 8.0

    func validate() throws {
        guard (3...72).contains(fontSize) else { throw ValidationError("--font-size must be from 3 to 72, not \(fontSize)") }
        guard (72...2880).contains(width.points) else { throw ValidationError("--width must be from 1in to 40in") }
    }

    func run() throws {
        try reportingErrors {
            let (plan, store) = try arguments.plan()
            let report = try arguments.report(of: plan, in: store)
            let charts = ReportPage(report).charts.flatMap { $0.papers(width: width.points, letters: fontSize) }
            guard !charts.isEmpty else {
                print("There is nothing to draw yet: \(try plan.missingSummary(in: store))")
                return
            }
            let folder = URL(fileURLWithPath: output), count = "\(charts.count) chart\(charts.count == 1 ? "" : "s")"
            for chart in charts {
                _ = try NewFiles.update(
                    folder.appendingPathComponent("\(chart.name).vl.json"),
                    with: Data((chart.specification.canonicalText + "\n").utf8))
            }
            guard let pictures = try ChartPictures.drawn(charts) else {
                print("\(output): \(count) as Vega-Lite (.vl.json)")
                Console.standardError.warning(
                    """
                    no SVG, PDF and PNG are written, since vl-convert is not installed: pip install vl-convert-python, or name an \
                    interpreter that has it (PYTHON=.venv/bin/python)
                    """)
                return
            }
            for (chart, pictures) in zip(charts, pictures) {
                for (suffix, data) in [("svg", pictures.svg), ("pdf", pictures.pdf), ("png", pictures.png)] {
                    _ = try NewFiles.update(folder.appendingPathComponent("\(chart.name).\(suffix)"), with: data)
                }
            }
            print("\(output): \(count) as Vega-Lite (.vl.json), SVG, PDF and PNG")
        }
    }
}

/// A length on paper: `84mm`, `8.4cm`, `3.3in`, `240pt`.
struct PaperLength: ExpressibleByArgument {
    let points: Double

    init(points: Double) { self.points = points }

    init?(argument: String) {
        let units = ["mm": 72 / 25.4, "cm": 72 / 2.54, "in": 72, "pt": 1]
        guard let factor = units[String(argument.suffix(2))], let number = Double(argument.dropLast(2)), number > 0 else {
            return nil
        }
        points = number * factor
    }

    var defaultValueDescription: String { String(format: "%gmm", points / 72 * 25.4) }
}
