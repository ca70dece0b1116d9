import Foundation
import TestSupport
import Testing

@Suite("spg export plots")
struct PlotTests {
    private func made() async throws -> Workplace {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        return workplace
    }

    /// An interpreter in the place of Python.
    private func interpreter(_ script: String, in workplace: Workplace) throws -> String {
        let path = workplace.folder.path("python")
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return "PYTHON=\(path); export PYTHON;"
    }

    private func specification(_ name: String, in workplace: Workplace) throws -> [String: Any] {
        let data = try Data(contentsOf: workplace.url.appending(path: name))
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    private static let export = ["export", "plots", "small.yaml", "-o", "out/figures"]

    @Test(
        "Each chart is a Vega-Lite file as wide as asked for, what is of one target once for each; without vl-convert that is said"
    )
    func specifications() async throws {
        let workplace = try await made()
        let shell = try interpreter("exit 3", in: workplace)
        let export = try await workplace.start("spg", Self.export, shell: shell).outcome()
        #expect(
            export.status == 0 && export.errors.contains("vl-convert is not installed: pip install vl-convert-python"),
            "\(export.errors)")
        let files = try FileManager.default.contentsOfDirectory(atPath: workplace.folder.path("out/figures")).sorted()
        #expect(export.output == "out/figures: \(files.count) charts as Vega-Lite (.vl.json)\n")
        #expect(files.allSatisfy { $0.hasSuffix(".vl.json") })
        for name in [
            "accuracies", "confusion-chalk", "confusion-oil", "reliability-chalk", "reliability-oil", "features", "stages",
        ] {
            #expect(files.contains("\(name).vl.json"), "\(files)")
        }
        // 84 mm in letters of 8 points are 357.2 pixels in letters of 12.
        let reliability = try specification("out/figures/reliability-oil.vl.json", in: workplace)
        #expect(reliability["width"] as? Double == 357.2 && reliability["config"] is [String: Any])
        let targets = (reliability["params"] as? [[String: Any]])?.filter { $0["name"] as? String == "target" }
        #expect(targets?.compactMap { $0["value"] as? String } == ["oil"])
        let wide = try await workplace.start(
            "spg", Self.export + ["--width", "7in", "--font-size", "9"], shell: shell
        ).outcome()
        #expect(wide.status == 0)
        #expect(try specification("out/figures/reliability-oil.vl.json", in: workplace)["width"] as? Double == 672)
        for (words, message) in [
            (["--width", "84"], "--width"), (["--width", "1mm"], "from 1in to 40in"), (["--font-size", "0"], "--font-size"),
        ] {
            let wrong = try await workplace.start("spg", Self.export + words, shell: shell).outcome()
            #expect(wrong.status == 64 && wrong.errors.contains(message), "\(wrong.errors)")
        }
    }

    @Test("What vl-convert draws becomes files; what it cannot draw is an error with its words, and old files stay")
    func pictures() async throws {
        let workplace = try await made()
        let count = #"$(tr '{' '\n' < "$3" | grep -c specification)"#
        // A line for each chart: “svg”, “pdf”, “png” in base 64.
        let drawing = try interpreter(#"yes '["c3Zn","cGRm","cG5n"]' | head -n \#(count)"#, in: workplace)
        let drawn = try await workplace.start("spg", Self.export, shell: drawing).outcome()
        #expect(
            drawn.status == 0 && drawn.output.hasSuffix("charts as Vega-Lite (.vl.json), SVG, PDF and PNG\n"), "\(drawn.errors)"
        )
        for suffix in ["svg", "pdf", "png"] {
            #expect(
                try String(contentsOf: workplace.url.appending(path: "out/figures/features.\(suffix)"), encoding: .utf8)
                    == suffix)
        }
        let failing = try interpreter("echo 'features: no such font' >&2; exit 1", in: workplace)
        let failed = try await workplace.start("spg", Self.export, shell: failing).outcome()
        #expect(
            failed.status == 65 && failed.errors.contains("vl-convert failed") && failed.errors.contains("no such font"),
            "\(failed.errors)")
        let short = try interpreter(#"echo '["c3Zn","cGRm","cG5n"]'"#, in: workplace)
        let few = try await workplace.start("spg", Self.export, shell: short).outcome()
        #expect(few.status == 65 && few.errors.contains("vl-convert has drawn 1 of"), "\(few.errors)")
        #expect(try String(contentsOf: workplace.url.appending(path: "out/figures/features.pdf"), encoding: .utf8) == "pdf")
    }

    /// Whether the package is there: where it is not, the real pictures are not looked at.
    private static let canDraw: Bool = {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [ProcessInfo.processInfo.environment["PYTHON"] ?? "python3", "-c", "import vl_convert"]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }()

    @Test("vl-convert draws every chart, as wide as the column", .enabled(if: canDraw, "vl-convert is not installed"))
    func drawn() async throws {
        let workplace = try await made()
        let export = try await workplace.start("spg", Self.export).outcome()
        #expect(export.status == 0 && export.errors.isEmpty, "\(export.errors)")
        let folder = workplace.url.appending(path: "out/figures")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".vl.json") }
            .map { $0.dropLast(".vl.json".count) }
        #expect(names.count > 8)
        for name in names {
            let svg = try String(contentsOf: folder.appending(path: "\(name).svg"), encoding: .utf8)
            #expect(svg.prefix(400).contains(#" width="84.00mm""#), "\(name): \(svg.prefix(200))")
            let pdf = try Data(contentsOf: folder.appending(path: "\(name).pdf"))
            #expect(String(decoding: pdf, as: UTF8.self).firstMatch(of: #/MediaBox ?\[0 0 238\.?\d* /#) != nil, "\(name)")
            let png = Array(try Data(contentsOf: folder.appending(path: "\(name).png")).prefix(20))
            let width = png[16..<20].reduce(0) { $0 << 8 | Int($1) }
            #expect((980...1000).contains(width), "\(name): \(width)")
        }
    }

    @Test("Where nothing is made there are charts of nothing but stages; a folder that cannot be made is named")
    func early() async throws {
        let workplace = try Workplace()
        let shell = try interpreter("exit 3", in: workplace)
        let none = try await workplace.start("spg", Self.export, shell: shell).outcome()
        #expect(none.status == 0 && !none.output.isEmpty, "\(none.errors)")
        let inFile = try await workplace.start(
            "spg", ["export", "plots", "small.yaml", "-o", "small.yaml/figures"], shell: shell
        ).outcome()
        #expect(inFile.status == 74 && inFile.errors.contains("small.yaml/figures"), "\(inFile.errors)")
    }
}
