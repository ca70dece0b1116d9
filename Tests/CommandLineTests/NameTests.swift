import Foundation
import TestSupport
import Testing

/// A data set whose domains and classes are each there in both forms of one name.
@Suite("Names that look alike, and what is not used")
struct NameTests {
    private static let composed = "caf\u{e9}", decomposed = "cafe\u{301}"

    private static func pipeline(dataset: String = "", targets: String...) -> String {
        """
        pipeline: small
        dataset: {root: data, name: Small\(dataset)}
        encoder: {checkpoint: clip}
        matrix: {target: ["\(targets.joined(separator: "\", \""))"]}
        stages:
          features: {uses: extract, with: {views: 0}}
          prompts: {uses: fit, from: {embeddings: features}, with: {context: "", contextLength: 2, epochs: 1, batchSize: 4}}
          zero-shot: {uses: evaluate-zero-shot, from: {embeddings: features}}
        results: {zero-shot: Zero-shot CLIP}
        """
    }

    private func workplace() throws -> Workplace {
        var tree = PictureTree()
        tree.domains = [Self.composed, Self.decomposed, "ink"]
        tree.classes = ["bars", "th\u{e9}", "the\u{301}"]
        tree.count = 4
        let workplace = try Workplace(tree)
        try workplace.write(Self.pipeline(targets: Self.composed, Self.decomposed))
        return workplace
    }

    @Test("Both forms are domains and classes of their own, every status has the same keys, and the run makes what it planned")
    func bothForms() async throws {
        let workplace = try workplace()
        let status = try await workplace.run("spg", "status", "small.yaml")
        #expect(status.status == 0, "\(status.errors)")
        for what in ["domain", "class"] {
            #expect(status.errors.contains("the \(what) “"), "\(status.errors)")
        }
        #expect(status.errors.contains("“cafe\\xcc\\x81” and “caf\\xc3\\xa9”") && status.errors.contains("normalizeNames: NFC"))
        for _ in 0..<3 {
            #expect(try await workplace.run("spg", "status", "small.yaml").output == status.output)
        }
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try workplace.count("SELECT count(DISTINCT domain) FROM images") == 3)
        #expect(try workplace.count("SELECT count(DISTINCT label) FROM images") == 3)
        #expect(try workplace.count("SELECT count(*) FROM images") == 36)
        #expect(try workplace.count("SELECT count(*) FROM results") == 2)
        // The table has a column for each.
        let head = try #require(run.lines.first { $0.contains("accuracy") }).utf8
        #expect(head.contains(0xc3) && head.contains(0xcc), "\(run.output)")
    }

    @Test("Features of both forms go out and come in again with the table that was written")
    func exchange() async throws {
        let workplace = try workplace()
        let extracted = try await workplace.run("spg-extract", "--data", "data")
        #expect(extracted.status == 0, "\(extracted.errors)")
        let exported = try await workplace.run("spg", "export", "features", Self.composed, Self.decomposed, "--output", "f.npy")
        #expect(exported.status == 0, "\(exported.errors)")
        let imported = try await workplace.run(
            "spg", "import", "features", "f.npy", "--images", "f.csv", "--encoder", "gpu", "--data", "data", "--checkpoint",
            "clip",
            "--domain", Self.composed, "--domain", Self.decomposed)
        #expect(imported.status == 0 && imported.lines.count == 2, "\(imported.errors)")
        #expect(try workplace.count("SELECT count(*) FROM encoders") == 2)
    }

    @Test("With normalizeNames they are one, also to the stages, and the store is the same as of a tree that has one form")
    func normalized() async throws {
        let workplace = try workplace()
        try workplace.write(Self.pipeline(dataset: ", normalizeNames: NFC", targets: Self.composed, "ink"))
        let check = try await Program(
            "spg", ["data", "check", "folder", "data", "--normalize-names", "NFC"], in: workplace.url
        ).outcome()
        #expect(
            check.status == 0 && check.output.contains("\n2 classes") && !check.output.contains("look alike"), "\(check.output)"
        )
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0 && !run.errors.contains("look alike"), "\(run.errors)")
        #expect(try workplace.count("SELECT count(DISTINCT domain) FROM images") == 2)
        #expect(try workplace.count("SELECT count(DISTINCT label) FROM images") == 2)
        #expect(try workplace.count("SELECT count(*) FROM images") == 36)
        let again = try await workplace.run("spg", "status", "small.yaml")
        #expect(again.output.contains("nothing is to run"), "\(again.output)")
        try workplace.write(Self.pipeline(dataset: ", domains: [\"\(Self.decomposed)\", ink]", targets: Self.composed))
        let other = try await workplace.run("spg", "status", "small.yaml")
        #expect(
            other.status == 65 && other.errors.contains("“cafe\\xcc\\x81” is there, and has other bytes than"),
            "\(other.errors)")
        try workplace.write(Self.pipeline(dataset: ", normalizeNames: NFD", targets: "ink"))
        let wrong = try await workplace.run("spg", "status", "small.yaml")
        #expect(wrong.status == 65 && wrong.errors.contains("expected “NFC” or “bytes”, found “NFD”"), "\(wrong.errors)")
    }

    @Test("Extraction by hand says what it does not use, what is lost, and what is all white to the encoder")
    func extraction() async throws {
        let workplace = try Workplace()
        let data = workplace.url.appending(path: "data"), fixtures = Fixtures.folder.appending(path: "../pictures")
        for number in 0..<20 { try Data().write(to: data.appending(path: "ink/bars/\(number).heic")) }
        // A little-endian TIFF of 16-bit grey whose values come first, all of them above 255.
        var bytes = try Data(contentsOf: fixtures.appending(path: "plain-grey-16-little.tiff"))
        for value in 0..<23 * 17 { bytes[8 + 2 * value + 1] = 200 }
        try bytes.write(to: data.appending(path: "ink/rings/white.tiff"))
        let ink = try await workplace.run("spg-extract", "--data", "data", "--domain", "ink")
        #expect(ink.status == 0, "\(ink.errors)")
        #expect(ink.errors.contains("ink/bars: 8 images are used"), "\(ink.errors)")
        #expect(
            ink.errors.contains("ink/rings/white.tiff is all white to the encoder: 16-bit grey above 255 is clipped"),
            "\(ink.errors)")
        let last = try #require(ink.errors.split(separator: "\n").last)
        #expect(last.hasPrefix("Not used: 20 .heic files ("), "\(ink.errors)")
        let oil = try await workplace.run("spg-extract", "--data", "data", "--domain", "oil")
        #expect(oil.status == 0 && !oil.errors.contains("Not used"), "\(oil.errors)")
        // As stages of a run they are silent about it: the run says it, once.
        let run = try await workplace.run("spg", "run", "small.yaml", "--until", "features")
        #expect(run.status == 0 && run.errors.ranges(of: "Not used: ").count == 1, "\(run.errors)")
    }

    @Test("run, status and data check count what is not used, warn of what is lost, and go on past dead links where told to")
    func unused() async throws {
        let workplace = try Workplace()
        let data = workplace.url.appending(path: "data")
        for number in 0..<20 { try Data().write(to: data.appending(path: "ink/bars/\(number).heic")) }
        for link in ["chalk/rings2", "oil/bars/9.png"] {
            try FileManager.default.createSymbolicLink(atPath: data.appending(path: link).path, withDestinationPath: "/nowhere")
        }
        let failing = try await workplace.run("spg", "status", "small.yaml")
        #expect(
            failing.status == 65 && failing.errors.contains("oil/bars/9.png”: the link leads nowhere; remove it, or"),
            "\(failing.errors)")
        let check = try await Program("spg", ["data", "check", "folder", "data"], in: workplace.url).outcome()
        #expect(check.status == 65 && check.output.contains("oil/bars/9.png is a link that leads nowhere"), "\(check.output)")
        #expect(check.lines.last?.hasPrefix("Not used: ") == true, "\(check.output)")

        try workplace.write(Workplace.pipeline.replacing("name: Small", with: "name: Small, onBadImage: skip"))
        let status = try await workplace.run("spg", "status", "small.yaml")
        #expect(status.status == 0, "\(status.errors)")
        let line = try #require(status.lines.last)
        #expect(
            line.hasPrefix("Not used: ") && line.contains("20 .heic files") && line.contains("2 links that lead nowhere"),
            "\(line)")
        #expect(status.errors.contains("ink/bars: 8 images are used"), "\(status.errors)")
        #expect(status.errors.contains("chalk/rings2” is a link that leads nowhere"), "\(status.errors)")
        let run = try await workplace.run("spg", "run", "small.yaml", "--until", "zero-shot")
        #expect(run.status == 0 && run.errors.contains(line), "\(run.errors)")
        #expect(try workplace.count("SELECT count(*) FROM images WHERE domain = 'oil'") == 24)
        // Nothing has changed, and it is said all the same.
        let again = try await workplace.run("spg", "status", "small.yaml")
        #expect(again.lines.last == line && again.errors.contains("ink/bars: 8 images are used"), "\(again.output)")
    }
}
