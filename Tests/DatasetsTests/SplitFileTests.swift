import Datasets
import Foundation
import Testing

@Suite("Splits in files")
struct SplitFileTests {
    /// The form and first items of the authors' split of PACS's art paintings.
    static let authors = """
        {
            "train": [
                [
                    "PACS/images/art_painting/dog/pic_065.jpg",
                    0,
                    0,
                    "dog"
                ],
                [
                    "PACS/images/art_painting/elephant/pic_065.jpg",
                    1,
                    0,
                    "elephant"
                ]
            ],
            "val": [
                [
                    "PACS/images/art_painting/dog/pic_352.jpg",
                    0,
                    0,
                    "dog"
                ]
            ],
            "test": [
                [
                    "PACS/images/art_painting/dog/pic_352.jpg",
                    0,
                    0,
                    "dog"
                ]
            ]
        }
        """

    private func withPACS(
        _ files: [String] = ["dog/pic_065.jpg", "dog/pic_352.jpg", "elephant/pic_065.jpg"], folder: String = "images/",
        split: String = authors, _ body: (ImageFolder) throws -> Void
    ) throws {
        try withFolder { root in
            var tree = ["splits/a_train_val_split.json": split]
            for file in files { tree["\(folder)art_painting/\(file)"] = file }
            for domain in ["cartoon", "photo", "sketch"] { tree["\(folder)\(domain)/elephant/pic_065.jpg"] = domain }
            try write(tree, under: root)
            try body(ImageFolder(root: URL(fileURLWithPath: root), name: "PACS"))
        }
    }

    private func parts(_ folder: ImageFolder) throws -> DomainParts {
        let (file, path) = try folder.splitFile(of: "art_painting", in: folder.root + "/splits")
        return try folder.parts(of: "art_painting", by: file, at: path) { try $0.map { try Digest.ofFile(at: $0).digest } }
    }

    @Test func readsAndWritesTheAuthorsForm() throws {
        try withPACS { folder in
            let (file, _) = try folder.splitFile(of: "art_painting", in: folder.root + "/splits")
            #expect(file.train.map(\.label) == [0, 1] && file.train.map(\.className) == ["dog", "elephant"])
            #expect(file.validation == file.test)
            #expect(String(decoding: file.encoded, as: UTF8.self) == Self.authors)
        }
    }

    @Test(arguments: ["images/", "kfold/", ""]) func findsImagesInAnyLayout(layout: String) throws {
        try withPACS(folder: layout) { folder in
            let parts = try parts(folder)
            let base = "\(folder.root)/\(layout)art_painting"
            #expect(Set(parts.train.images.map(\.path)) == ["\(base)/dog/pic_065.jpg", "\(base)/elephant/pic_065.jpg"])
            #expect(parts.validation.images.map(\.path) == ["\(base)/dog/pic_352.jpg"])
            #expect(parts.images.images.count == 3 && parts.extra.isEmpty)
            #expect(parts.images.domain == "art_painting" && parts.train.domain == "art_painting/train")
            // Everything is named: the manifest is that of no split.
            let whole = try folder.manifest(of: "art_painting") { try $0.map { try Digest.ofFile(at: $0).digest } }
            #expect(parts.images == whole)
        }
    }

    @Test func namesMissingAndExtraImages() throws {
        try withPACS(["dog/pic_065.jpg", "dog/pic_352.jpg", "dog/pic_999.jpg"]) { folder in
            let error = #expect(throws: DatasetError.self) { try parts(folder) }
            #expect(error?.description.contains("names 1 images that are not under") == true)
            #expect(error?.description.contains("PACS/images/art_painting/elephant/pic_065.jpg") == true)
        }
        try withPACS(["dog/pic_065.jpg", "dog/pic_352.jpg", "elephant/pic_065.jpg", "dog/pic_999.jpg"]) { folder in
            let parts = try parts(folder)
            #expect(parts.extra == ["\(folder.root)/images/art_painting/dog/pic_999.jpg"])
            #expect(parts.images.images.count == 3)
        }
    }

    @Test(arguments: [
        ("[1, 2]", "not JSON of the form"), ("{\"train\": []}", "the part “val” is missing"),
        (
            "{\"train\": [[\"a/b.jpg\", \"0\", 0, \"b\"]], \"val\": []}",
            "“train”, item 1, expected is [path, label, domain, class]"
        ),
        ("{\"train\": [[\"dog/pic_065.jpg\", 0, 0, \"dog\"]], \"val\": []}", "no image is in val"),
        (
            "{\"train\": [[\"dog/pic_065.jpg\", 0, 0, \"dog\"]], \"val\": [[\"dog/pic_065.jpg\", 0, 0, \"Dog\"]]}",
            "is in both train and val"
        ),
    ]) func refusesBadFiles(text: String, message: String) throws {
        try withPACS(split: text) { folder in
            let error = #expect(throws: DatasetError.self) { try parts(folder) }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("splits/a_train_val_split.json") == true)
        }
    }

    @Test func namesTheFilesThatItLooksFor() throws {
        try withPACS { folder in
            let error = #expect(throws: DatasetError.self) { try folder.splitFile(of: "photo", in: folder.root + "/splits") }
            #expect(error?.description.contains("p_train_val_split.json or photo_train_val_split.json") == true)
            #expect(throws: DatasetError.unreadable(path: folder.root + "/none", reason: "it does not exist")) {
                try folder.splitFile(of: "photo", in: folder.root + "/none")
            }
        }
    }

    /// VLCS's numbered images have the same names in each part of a domain.
    @Test func tellsEqualNamesApartByTheirFolders() throws {
        try withFolder { root in
            var tree: [String: String] = [:]
            for part in ["train", "crossval", "test"] {
                for label in 0...1 { tree["VLCS/SUN/\(part)/\(label)/imgs_1.jpg"] = "\(part) \(label)" }
            }
            try write(tree, under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root + "/VLCS"), name: "VLCS")
            func parts(_ train: String, _ validation: String) throws -> DomainParts {
                let file = SplitFile(
                    train: [.init(path: train, label: 0, domain: 3, className: "bird")],
                    validation: [.init(path: validation, label: 0, domain: 3, className: "bird")], test: [])
                return try folder.parts(of: "SUN", by: file, at: "s.json") { try $0.map { try Digest.ofFile(at: $0).digest } }
            }
            let found = try parts("VLCS/images/SUN/train/0/imgs_1.jpg", "VLCS/images/SUN/test/0/imgs_1.jpg")
            #expect(found.train.images.map(\.path) == ["\(root)/VLCS/SUN/train/0/imgs_1.jpg"])
            #expect(found.validation.images.map(\.path) == ["\(root)/VLCS/SUN/test/0/imgs_1.jpg"])
            let error = #expect(throws: DatasetError.self) {
                try parts("VLCS/SUN/full/0/imgs_1.jpg", "SUN/test/0/imgs_1.jpg")
            }
            #expect(error?.description.contains("may be any of these") == true)
        }
    }

    @Test func aSeededSplitGoesThroughAFile() throws {
        try withFolder { root in
            var tree: [String: String] = [:]
            for number in 0..<10 {
                for label in ["dog", "é \"x\""] { tree["set/ink/\(label)/\(number).jpg"] = "\(label) \(number)" }
            }
            try write(tree, under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root + "/set"))
            let manifest = try folder.manifest(of: "ink") { try $0.map { try Digest.ofFile(at: $0).digest } }
            let split = Split(of: manifest.images, seed: 3)
            let file = folder.splitFile(of: manifest, split)
            #expect(file.train.count == 14 && file.validation.count == 6)
            #expect(file.train.allSatisfy { $0.path.hasPrefix("set/ink/") })
            try write(["splits/ink_train_val_split.json": String(decoding: file.encoded, as: UTF8.self)], under: root)
            let (read, path) = try folder.splitFile(of: "ink", in: root + "/splits")
            #expect(read == file)
            let parts = try folder.parts(of: "ink", by: read, at: path) { try $0.map { try Digest.ofFile(at: $0).digest } }
            #expect(parts.images == manifest)
            #expect(parts.train.images == split.train.map { manifest.images[$0] })
        }
    }
}
