import Datasets
import Foundation
import Imaging
import Stages
import TestSupport
import Testing

@Suite("A data set is checked against a whole copy")
struct DataSetCheckTests {
    private static let domains = ["art_painting", "cartoon", "photo", "sketch"]

    /// PACS as Dassl arranges it, with two classes of four images in each domain.
    private func pacs() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        var tree = PictureTree()
        (tree.domains, tree.classes, tree.count) = (Self.domains, ["dog", "person"], 4)
        try tree.write(to: folder.url.appending(path: "images"))
        return folder
    }

    private func check(_ folder: TemporaryFolder, _ depth: DataSetCheck.Depth = .headers) throws -> DataSetCheck {
        try DataSetCheck(ImageFolder(root: folder.url, name: "PACS"), depth: depth)
    }

    private func cut(_ path: String, to count: Int, in folder: TemporaryFolder) throws {
        let file = folder.url.appending(path: path)
        try Data(contentsOf: file).prefix(count).write(to: file)
    }

    @Test("Fewer images than expected are said, and are no hindrance")
    func counts() throws {
        let folder = try pacs()
        var seen: [Int] = []
        let check = try DataSetCheck(ImageFolder(root: folder.url, name: "PACS")) { done, total in
            seen.append(done)
            #expect(total == 32)
        }
        #expect(seen == [32])
        #expect(check.isUsable)
        #expect(check.domains.map(\.name.text) == Self.domains)
        #expect(check.domains.map(\.letter) == ["a", "c", "p", "s"])
        #expect(check.domains.map(\.images) == [8, 8, 8, 8])
        #expect(check.domains.map(\.expected) == [2048, 2344, 1670, 3929])
        #expect(check.unused.isEmpty && check.broken.isEmpty && check.copies.isEmpty)
    }

    @Test("Missing domains and classes, and what does not belong")
    func missingAndUnused() throws {
        let folder = try pacs()
        let images = folder.url.appending(path: "images")
        try FileManager.default.removeItem(at: images.appending(path: "cartoon"))
        try FileManager.default.removeItem(at: images.appending(path: "photo/dog"))
        for name in ["splits.txt", "images/readme.txt", "images/sketch/dog/notes.txt"] {
            try Data().write(to: folder.url.appending(path: name))
        }
        let check = try check(folder)
        #expect(!check.isUsable)
        #expect(check.domains.map(\.isMissing) == [false, true, false, false])
        #expect(check.domains.map(\.missingClasses) == [[], [], ["dog"], []])
        #expect(
            check.unused.map(\.path) == ["images/readme.txt", "images/sketch/dog/notes.txt", "splits.txt"].map(folder.path))
    }

    @Test("Headers tell what is no image; pixels tell what ends too soon, and what is there twice")
    func depth() throws {
        let folder = try pacs()
        try cut("images/photo/dog/0.png", to: 5, in: folder)
        try cut("images/photo/dog/1.jpg", to: 700, in: folder)
        let copy = folder.path("images/art_painting/dog/9.png")
        try FileManager.default.copyItem(atPath: folder.path("images/cartoon/person/2.png"), toPath: copy)

        let headers = try check(folder)
        #expect(headers.broken.map(\.path.text) == [folder.path("images/photo/dog/0.png")])
        #expect(headers.copies.isEmpty)
        let pixels = try check(folder, .pixels)
        #expect(pixels.broken.map(\.path.text) == ["0.png", "1.jpg"].map { folder.path("images/photo/dog/\($0)") })
        #expect(pixels.broken[1].reason.contains("truncated"))
        #expect(pixels.copies.map { $0.map(\.text) } == [[copy, folder.path("images/cartoon/person/2.png")]])
        #expect(!headers.isUsable && !pixels.isUsable)
    }

    @Test("An empty class folder is a problem, and hides nothing else of its domain")
    func emptyClass() throws {
        let folder = try pacs()
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "images/photo/zebra"), withIntermediateDirectories: true)
        try cut("images/photo/dog/0.png", to: 5, in: folder)
        let check = try check(folder)
        #expect(check.problems.count == 1 && check.problems[0].contains("images/photo/zebra"))
        #expect(check.domains.map(\.images) == [8, 8, 8, 8])
        #expect(check.broken.map(\.path.text) == [folder.path("images/photo/dog/0.png")])
        #expect(!check.isUsable)
    }

    @Test("16-bit grey that is all white once it is clipped is told by its pixels")
    func white() throws {
        let folder = try pacs(),
            fixtures = URL(filePath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "Fixtures")
        let place = folder.url.appending(path: "images/photo/dog")
        // Grey from 0 to 500, and all of it above 255: a little-endian TIFF whose values come first.
        var bytes = try Data(contentsOf: fixtures.appending(path: "pictures/plain-grey-16-little.tiff"))
        try bytes.write(to: place.appending(path: "8.tiff"))
        for value in 0..<23 * 17 { bytes[8 + 2 * value + 1] = 200 }
        try bytes.write(to: place.appending(path: "9.tiff"))
        let check = try check(folder, .pixels)
        #expect(check.white.map(\.text) == [folder.path("images/photo/dog/9.tiff")])
        #expect(check.isUsable)
        #expect(try self.check(folder).white.isEmpty)
    }

    @Test("A file that is broken in many copies is no hindrance to a check, nor to a run")
    func knownBroken() throws {
        let folder = try pacs()
        let file = "images/sketch/dog/n02103406_4068-1.png"
        try Data("no image".utf8).write(to: folder.url.appending(path: file))
        let check = try check(folder)
        #expect(check.broken.map(\.isKnown) == [true] && check.isUsable)

        let bench = try Bench()
        func extract(from root: String, name: String?) throws -> ExtractStage.Outcome {
            let manifest = try ImageFolder(root: URL(filePath: root), name: name).manifest(of: "sketch") {
                try bench.store.digests(ofFiles: $0)
            }
            return try ExtractStage(.init()).run(manifest: manifest, checkpoint: bench.checkpoint, store: bench.store)
        }
        // Of a data set that is not known, nothing is known to be broken.
        #expect(throws: ImageError.self) { try extract(from: folder.path("images"), name: "Drawings") }
        let outcome = try extract(from: folder.path(""), name: "PACS")
        #expect((outcome.encoded, outcome.leftOut) == (8, 1))
    }

    @Test("Files that a list names and that are not there")
    func listed() throws {
        let folder = try TemporaryFolder()
        var tree = PictureTree()
        (tree.domains, tree.classes, tree.count) = (["clipart", "painting", "real", "sketch"], ["cat", "dog"], 1)
        try tree.write(to: folder.url)
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "splits_mini"), withIntermediateDirectories: true)
        for domain in tree.domains {
            for part in ["train", "test"] {
                let line = part == "train" ? "\(domain)/cat/0.png 0\n" : "\(domain)/dog/0.png 1\n\(domain)/dog/7.png 1\n"
                try Data(line.utf8).write(to: folder.url.appending(path: "splits_mini/\(domain)_\(part).txt"))
            }
        }
        let check = try DataSetCheck(ImageFolder(root: folder.url, name: "Mini-DomainNet"))
        #expect(check.missingFiles.map(\.text) == tree.domains.map { folder.path("\($0)/dog/7.png") })
        #expect(!check.isUsable)
    }
}
