import ArtifactStore
import Foundation
import Reporting

/// A chart as files of pictures.
public struct ChartPictures: Sendable {
    public let svg: Data, pdf: Data, png: Data
}

/// What goes wrong when vl-convert is to draw charts.
public struct ChartDrawingError: Error, CustomStringConvertible {
    public let description: String
}

extension ChartPictures {
    /// Draws charts by the Python package vl-convert.
    /// - Parameters:
    ///   - charts: of which there is a picture each, in their order.
    ///   - environment: `PYTHON` names the interpreter, else it is the first `python3` in `PATH`.
    /// - Returns: nil where the package, or Python, is not installed.
    /// - Throws: `ChartDrawingError` for a chart that cannot be drawn.
    public static func drawn(
        _ charts: [PaperChart], environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> [ChartPictures]? {
        let name = environment["PYTHON"].flatMap { $0.isEmpty ? nil : $0 } ?? "python3"
        let folders = (environment["PATH"] ?? "").split(separator: ":")
        let candidates = name.contains("/") ? [name] : folders.map { "\($0)/\(name)" }
        guard let python = candidates.first(where: FileManager.default.isExecutableFile) else { return nil }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("spg-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: file) }
        let jobs = charts.map { chart -> JSONValue in
            [
                "specification": chart.specification, "scale": .number(chart.scale), "name": .string(chart.name),
            ]
        }
        try Data(JSONValue.array(jobs).canonicalText.utf8).write(to: file)
        var errors: [String] = []
        let outcome = try ChildProcess(executable: python, arguments: ["-c", script, file.path]).wait { errors.append($0) }
        if outcome.ending == .exited(status: notInstalled) { return nil }
        guard outcome.ending == .exited(status: 0) else {
            throw ChartDrawingError(
                description: "vl-convert failed: \(outcome.ending)" + errors.suffix(3).map { "\n\($0)" }.joined())
        }
        let pictures = try outcome.lines.map { try JSONDecoder().decode([Data].self, from: Data($0.utf8)) }
        guard pictures.count == charts.count, pictures.allSatisfy({ $0.count == 3 }) else {
            throw ChartDrawingError(description: "vl-convert has drawn \(pictures.count) of \(charts.count) charts")
        }
        return pictures.map { ChartPictures(svg: $0[0], pdf: $0[1], png: $0[2]) }
    }

    /// The status with which the script ends where the package is missing.
    private static let notInstalled: Int32 = 3

    /// Prints a line for each chart: its SVG, PDF and PNG in base 64. A picture's size on paper is that of the column.
    private static let script = #"""
        import base64, json, re, sys
        try:
            import vl_convert
        except ImportError:
            sys.exit(3)
        for job in json.load(open(sys.argv[1], encoding="utf-8")):
            try:
                drawn = vl_convert.vegalite_to_svg(job["specification"])
                tag = re.match(r"<svg[^>]*>", drawn).group()
                width, height = (float(re.search(rf' {side}="([\d.]+)"', tag).group(1)) * job["scale"] for side in ("width", "height"))
                def sized(unit, factor):
                    new = re.sub(r' width="[\d.]+"', f' width="{width * factor:.2f}{unit}"', tag, count=1)
                    return re.sub(r' height="[\d.]+"', f' height="{height * factor:.2f}{unit}"', new, count=1) + drawn[len(tag):]
                svg, pdf = sized("mm", 25.4 / 72), vl_convert.svg_to_pdf(sized("", 1))
                png = vl_convert.vegalite_to_png(job["specification"], scale=job["scale"], ppi=300)
                print(json.dumps([base64.b64encode(data).decode() for data in (svg.encode(), pdf, png)]))
            except Exception as error:
                sys.exit(f"{job['name']}: {error}")
        """#
}
