import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite("spg report")
struct ReportTests {
    private func page(_ workplace: Workplace, _ name: String = "report.html") throws -> String {
        try String(contentsOf: workplace.url.appending(path: name), encoding: .utf8)
    }

    @Test("A finished pipeline's page has each part, and nothing else is written")
    func finished() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml").status == 0)
        let before = Set(try FileManager.default.contentsOfDirectory(atPath: workplace.url.path))
        let outcome = try await workplace.run("spg", "report", "small.yaml")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
            outcome.lines.last?.hasPrefix("report.html: ") == true && outcome.output.contains("12 of 12 artifacts"),
            "\(outcome.output)")
        let after = Set(try FileManager.default.contentsOfDirectory(atPath: workplace.url.path))
        #expect(after.subtracting(before) == ["report.html"])
        let text = try page(workplace)
        for words in [
            "Zero-shot CLIP", "SPG", "chart-confusion", "chart-curves-1-1", "chart-features", "chart-prompts",
            "chart-cost-seconds",
        ] {
            #expect(text.contains(words), "\(words)")
        }
        // What is shown can be asked.
        for query in text.matches(of: #/<pre><code>(.*?)<\/code><\/pre>/#.dotMatchesNewlines()) {
            let sql = String(query.output.1).replacing("&#39;", with: "'").replacing("&lt;", with: "<").replacing(
                "&gt;", with: ">")
            #expect(throws: Never.self) { try workplace.query(sql) }
        }
        // The accuracies of classes are those of the view.
        let classes = try #require(text.components(separatedBy: "chart-class-gains").dropFirst().first)
        let specification = try #require(
            classes.components(separatedBy: "<script type=\"application/json\">").dropFirst().first?.components(
                separatedBy: "</script>"
            ).first)
        let chart = try JSONValue(parsing: specification)
        guard case .array(let drawn)? = chart["data"]?["values"] else { return #expect(Bool(false), "\(chart)") }
        let own = drawn.filter { $0["target"] == "oil" }.map { "\($0["class"]!.plainText) \($0["accuracy"]!.plainText)" }
        let asked = try workplace.query(
            """
            SELECT label, round(100 * class_gains.accuracy, 2) FROM class_gains
            JOIN results AS spg ON spg.evaluation_key = class_gains.evaluation_key
            JOIN results AS zero ON zero.evaluation_key = other_key
            WHERE spg.method = 'SPG' AND zero.method = 'Zero-shot CLIP' AND spg.target = 'oil' ORDER BY label
            """
        ).rows.map { row in
            if case .text(let label) = row[0], case .real(let share) = row[1] {
                "\(label) \(JSONValue.number(share).plainText)"
            } else {
                ""
            }
        }
        #expect(own.sorted() == asked && asked.count == 3)
        #expect(text.contains("<img src=\"data:image/jpeg;base64,") && !text.contains("no longer there"))
    }

    @Test("A pipeline that never ran, and half of one: the page says what is missing")
    func unfinished() async throws {
        let workplace = try Workplace()
        let never = try await workplace.run("spg", "report", "small.yaml")
        #expect(never.status == 0 && never.errors.contains("Nothing of small has been made yet"), "\(never.errors)")
        #expect(try page(workplace).contains("No evaluation has been made yet."))
        #expect(!FileManager.default.fileExists(atPath: workplace.storePath))
        #expect(try await workplace.run("spg", "run", "small.yaml", "--until", "zero-shot").status == 0)
        let half = try await workplace.run("spg", "report", "small.yaml")
        #expect(half.status == 0 && half.errors.isEmpty, "\(half.errors)")
        let text = try page(workplace)
        #expect(
            text.contains("artifacts are missing") && text.contains("spg(target oil, seed 1)")
                && text.contains("chart-confusion"))
    }

    @Test("Images that are gone or replaced have no picture, and the card says so")
    func images() async throws {
        var tree = PictureTree()
        tree.domains = ["ink", "oil"]
        let workplace = try Workplace(tree)
        try workplace.write(Workplace.pipeline.replacing("[chalk, oil]", with: "[oil]"))
        #expect(try await workplace.run("spg", "run", "small.yaml", "--until", "zero-shot").status == 0)
        // The file system says that the images are what they were; the bytes are others, or not there.
        let folder = workplace.url.appending(path: "data/oil")
        try FileManager.default.moveItem(at: folder, to: workplace.url.appending(path: "elsewhere"))
        // A domain that the file names is not there: that is another pipeline.
        let incomplete = try await workplace.run("spg", "report", "small.yaml")
        #expect(incomplete.status == 65, "\(incomplete.output)")
        // No image is there any more: the page is of the images as they were.
        try FileManager.default.moveItem(at: workplace.url.appending(path: "data"), to: workplace.url.appending(path: "away"))
        let gone = try await workplace.run("spg", "report", "small.yaml")
        #expect(gone.status == 0 && gone.errors.contains("are not at data any more"), "\(gone.errors)")
        let text = try page(workplace)
        #expect(text.contains("chart-confusion") && text.contains("no longer there") && !text.contains("<img src=\"data:image"))
        #expect(text.contains("the files are gone or have changed since"))
        try tree.write(to: workplace.url.appending(path: "data"))
        for (place, name) in ["bars", "checks", "rings"].enumerated() {
            // Another class's pictures under the old names: the pipeline is another one, and its results are missing.
            try PictureTree.picture(domain: 1, label: (place + 1) % 3, number: 90 + place).png()
                .write(to: folder.appending(path: "\(name)/0.png"))
        }
        let replaced = try await workplace.run("spg", "report", "small.yaml")
        #expect(replaced.status == 0, "\(replaced.errors)")
        #expect(try page(workplace).contains("artifacts are missing"))
    }

    @Test("A folder that is not there, one that is a file, and a full disk: status 74, and the old page stays")
    func unwritable() async throws {
        let workplace = try Workplace()
        let missing = try await workplace.run("spg", "report", "small.yaml", "-o", "no/report.html")
        #expect(missing.status == 74 && missing.errors.contains("there is no folder"), "\(missing.errors)")
        let folder = try await workplace.run("spg", "report", "small.yaml", "-o", "data")
        #expect(folder.status == 74 && folder.errors.contains("it is a folder"), "\(folder.errors)")
        #expect(try await workplace.run("spg", "report", "small.yaml", "-o", "data/").status == 64)
        try Data("old".utf8).write(to: workplace.url.appending(path: "report.html"))
        let before = try FileManager.default.contentsOfDirectory(atPath: workplace.url.path).sorted()
        // In blocks of 512 bytes.
        let full = try await workplace.start("spg", ["report", "small.yaml"], shell: "ulimit -f 500;").outcome()
        #expect(full.status == 74 && full.errors.contains("make room"), "\(full.errors)")
        #expect(try page(workplace) == "old")
        #expect(try FileManager.default.contentsOfDirectory(atPath: workplace.url.path).sorted() == before)
    }

    @Test("A store of an older version, and one that is none, are refused in a line")
    func stores() async throws {
        let workplace = try Workplace()
        try Data("not a database, but a text".utf8).write(to: workplace.url.appending(path: "store.sqlite"))
        let none = try await workplace.run("spg", "report", "small.yaml")
        #expect(none.status == 65 && none.errors.contains("is not a SQLite database"), "\(none.errors)")
    }

    @Test("Places of images from a table: those of other images, and what is no table, are refused with the line")
    func points() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "run", "small.yaml", "--until", "features").status == 0)
        guard case .text(let digest) = try workplace.query("SELECT image_sha256 FROM images ORDER BY 1 LIMIT 1").rows[0][0]
        else { return }
        func report(_ table: String) async throws -> Program.Outcome {
            try Data(table.utf8).write(to: workplace.url.appending(path: "points.csv"))
            return try await workplace.run("spg", "report", "small.yaml", "--points", "points.csv")
        }
        let placed = try await report("image_sha256,x,y\n\(digest),0.5,-1\n")
        #expect(placed.status == 0, "\(placed.errors)")
        #expect(try page(workplace).contains("first coordinate of points.csv"))
        let others = try await report("image_sha256,x,y\n\(String(repeating: "0", count: 64)),1,1\n")
        #expect(others.status == 65 && others.errors.contains("has none of the"), "\(others.errors)")
        let noNumber = try await report("image_sha256,x,y\n\(digest),nan,1\n")
        #expect(noNumber.status == 65 && noNumber.errors.contains("points.csv, line 2"), "\(noNumber.errors)")
        let noColumn = try await report("sha,x,y\n\(digest),1,1\n")
        #expect(noColumn.status == 65 && noColumn.errors.contains("expected a column “image_sha256”"), "\(noColumn.errors)")
    }
}
