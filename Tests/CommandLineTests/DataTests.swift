import Foundation
import TestSupport
import Testing

@Suite("spg data")
struct DataTests {
    private func data(_ arguments: String..., in workplace: Workplace) async throws -> Program.Outcome {
        try await Program("spg", ["data"] + arguments, in: workplace.url).outcome()
    }

    @Test("list shows the known data sets")
    func list() async throws {
        let outcome = try await data("list", in: Workplace())
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        for name in [
            "PACS", "VLCS", "OfficeHome", "TerraIncognita", "DomainNet", "Mini-DomainNet", "VisDA-2017", "DesktopIcons",
        ] {
            #expect(outcome.lines.contains { $0.hasPrefix(name + " ") })
        }
        #expect(outcome.output.contains("art_painting (a), cartoon (c), photo (p), sketch (s)"))
        #expect(outcome.output.contains("586,575"))
        let layouts = try await data("list", "vlcs", in: Workplace())
        #expect(layouts.status == 0 && layouts.output.contains("CALTECH: Caltech101, LABELME: LabelMe"), "\(layouts.errors)")
        #expect(layouts.output.contains("images/{domain}/crossval/{class}/<image>"))
    }

    @Test("check: status 0 for what can be used, 65 for what cannot, 64 for a name that is not known")
    func check() async throws {
        var tree = PictureTree()
        (tree.domains, tree.classes, tree.count) = (["art_painting", "cartoon", "photo", "sketch"], ["dog", "person"], 2)
        let workplace = try Workplace(tree)
        let whole = try await data("check", "PACS", "data", "--decode", in: workplace)
        #expect(whole.status == 0, "\(whole.errors)")
        #expect(whole.lines[0].hasSuffix("layout “DomainBed”"), "\(whole.output)")
        #expect(whole.output.contains("1,666 fewer") && whole.output.contains("2 classes where a whole copy has 7"))
        #expect(whole.lines.last == "It can be used.")

        let cut = workplace.url.appending(path: "data/photo/dog/1.jpg")
        try Data(contentsOf: cut).prefix(700).write(to: cut)
        let headers = try await data("check", "PACS", "data", in: workplace)
        #expect(headers.status == 0 && headers.output.contains("Headers only were read: files that end too soon"))
        #expect(!whole.output.contains("Headers only"))
        let broken = try await data("check", "pacs", "data", "--decode", in: workplace)
        #expect(broken.status == 65)
        #expect(broken.output.contains("Broken (1):\n  photo/dog/1.jpg is a truncated JPEG file"), "\(broken.output)")
        #expect(broken.lines.last == "It cannot be used as it is.")

        #expect(try await data("check", "folder", "data", in: workplace).status == 0)
        let other = try await data("check", "VLCS", "data", in: workplace)
        #expect(other.status == 65 && other.errors.contains("holds no VLCS: expected is one of"), "\(other.errors)")
        let unknown = try await data("check", "PCAS", "data", in: workplace)
        #expect(unknown.status == 64 && unknown.errors.contains("did you mean “PACS”?"), "\(unknown.errors)")
    }

    @Test("split writes files that a pipeline names, and overwrites none")
    func split() async throws {
        let workplace = try Workplace()
        let written = try await workplace.run("spg", "data", "split", "folder", "data", "--into", "splits", "--seed", "3")
        #expect(written.status == 0 && written.lines.count == 3, "\(written.errors)")
        #expect(written.lines[0].hasSuffix("splits/chalk_train_val_split.json: train 18, val 6"), "\(written.output)")
        let check = try await data("check", "folder", "data", "--splits", "splits", in: workplace)
        #expect(check.status == 0 && check.output.contains("Split of ink: train 18, val 6, of 24 used"), "\(check.output)")

        // One file of three: what it says, and which domains have none.
        try FileManager.default.createDirectory(
            at: workplace.url.appending(path: "one"), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: workplace.url.appending(path: "splits/ink_train_val_split.json"),
            to: workplace.url.appending(path: "one/ink_train_val_split.json"))
        let one = try await data("check", "folder", "data", "--splits", "one", in: workplace)
        #expect(one.status == 65 && one.output.contains("Split of ink: train 18"), "\(one.output)")
        #expect(one.errors.contains("Of 3 domains, 2 have no split that can be used"), "\(one.errors)")
        for domain in ["chalk", "oil"] {
            #expect(one.errors.contains("has no split of the domain “\(domain)” (expected is \(domain)_train_val_split.json)"))
        }
        let moved = workplace.url.appending(path: "data/oil/rings/99.png")
        try FileManager.default.moveItem(at: workplace.url.appending(path: "data/oil/rings/0.png"), to: moved)
        let missing = try await data("check", "folder", "data", "--splits", "splits", in: workplace)
        #expect(missing.status == 65 && missing.errors.contains("data/oil/rings/0.png"), "\(missing.errors)")
        try FileManager.default.moveItem(at: moved, to: workplace.url.appending(path: "data/oil/rings/0.png"))
        let again = try await workplace.run("spg", "data", "split", "folder", "data", "--into", "splits")
        #expect(again.status == 65 && again.errors.contains("is there already"))
        let share = try await workplace.run("spg", "data", "split", "folder", "data", "--into", "b", "--fraction", "0")
        #expect(share.status == 64 && share.errors.contains("--fraction must be a share above 0"))

        let authors = try await workplace.run("spg", "data", "split", "folder", "data", "--into", "spg", "--as", "spg")
        #expect(authors.lines.contains { $0.hasSuffix("spg/chalk_train_val_split.json: train 18, val 6") }, "\(authors.output)")
        let both = try await workplace.run(
            "spg", "data", "split", "folder", "data", "--into", "c", "--as", "spg", "--fraction", "0.5")
        #expect(both.status == 64 && both.errors.contains("do not go with --as"))
        try workplace.write(Workplace.pipeline.replacing("name: Small", with: "name: Small, splits: splits"))
        let run = try await workplace.run("spg", "run", "small.yaml")
        #expect(run.status == 0, "\(run.errors)")
        #expect(try workplace.count("SELECT count(DISTINCT key) FROM artifact_inputs WHERE role = 'train'") == 5)
        let status = try await workplace.run("spg", "status", "small.yaml")
        #expect(status.output.contains("nothing is to run"), "\(status.output)")
    }

    @Test("spg-extract and spg-fit take a split by hand")
    func byHand() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.run("spg", "data", "split", "folder", "data", "--into", "splits").status == 0)
        let extracted = try await workplace.run("spg-extract", "--data", "data", "--domain", "ink", "--splits", "splits")
        let words = extracted.errors.split(separator: " ").map(String.init)
        let options = words.firstIndex(of: "--train").map { Array(words[$0...].prefix(4)) } ?? []
        #expect(extracted.status == 0 && options.count == 4, "\(extracted.errors)")
        let arguments =
            ["--embeddings", "ink"] + Workplace.fitting
            + options.map { $0.trimmingCharacters(in: .whitespacesAndNewlines).components(separatedBy: "\n")[0] }
        let fitted = try await workplace.start("spg-fit", arguments).outcome()
        #expect(fitted.status == 0, "\(fitted.errors)")
        #expect(try workplace.count("SELECT count(*) FROM artifact_inputs WHERE role = 'train'") == 1)
        let half = try await workplace.start("spg-fit", Array(arguments.dropLast(2))).outcome()
        #expect(half.status == 64 && half.errors.contains("1 --train but 0 --validation"), "\(half.errors)")
    }

    @Test("spg-extract finds a known data set in its layout")
    func extract() async throws {
        var tree = PictureTree()
        (tree.domains, tree.classes, tree.count) = (["train", "validation"], ["bus", "car"], 2)
        let workplace = try Workplace(tree)
        let outcome = try await workplace.run(
            "spg-extract", "--data", "data", "--dataset", "VisDA-2017", "--domain", "real")
        #expect(outcome.status == 0 && outcome.lines.count == 1, "\(outcome.errors)")
        let images = try workplace.query("SELECT dataset, domain FROM images GROUP BY 1, 2").rows
        #expect(images == [[.text("VisDA-2017"), .text("real")]])
    }
}
