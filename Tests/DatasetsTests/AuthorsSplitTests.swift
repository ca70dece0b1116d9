import Datasets
import Foundation
import Testing

/// The splits of SPG's authors and of DomainBed, on trees with the counts of real copies.
@Suite("Splits as papers' authors make them")
struct AuthorsSplitTests {
    /// A known data set's copy.
    /// - Parameter counts: how many images each folder under the root has.
    private func with(
        _ name: String, _ counts: [String: Int], others: [String: String] = [:], _ body: (ImageFolder) throws -> Void
    ) throws {
        try withFolder { root in
            for (path, count) in counts {
                let folder = "\(root)/\(path)"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                for number in 0..<count {
                    let file = "\(folder)/\(path.split(separator: "/")[0])_\(number).jpg"
                    _ = FileManager.default.createFile(atPath: file, contents: nil)
                }
            }
            try write(others, under: root)
            try body(ImageFolder(root: URL(fileURLWithPath: root), name: name))
        }
    }

    /// - Parameter read: told the files whose digests are asked for.
    private func parts(
        _ domain: Name, of folder: ImageFolder, as split: AuthorsSplit = AuthorsSplit(.spg), read: ([String]) -> Void = { _ in }
    ) throws -> DomainParts {
        try folder.parts(of: domain, as: split) { paths in
            read(paths)
            return paths.map { Digest(of: Data($0.utf8.dropFirst(folder.root.utf8.count))) }
        }
    }

    private func counts(_ part: DomainManifest) -> [Int] {
        part.classes.indices.map { label in part.images.count { $0.label == label } }
    }

    /// A class folder for each domain that is only there to make the data set whole.
    private func whole(_ domains: [String], _ folders: [String]) -> [String: Int] {
        Dictionary(
            uniqueKeysWithValues: domains.flatMap { domain in
                folders.map { ($0.replacing("{}", with: domain), 2) }
            })
    }

    /// Images of each class, and how many of them train in the split that SPG's authors have published.
    static let published: [(domain: Name, images: [Int], train: [Int])] = [
        ("art_painting", [379, 255, 285, 184, 201, 295, 449], [265, 178, 200, 129, 141, 206, 314]),
        ("cartoon", [389, 457, 346, 135, 324, 288, 405], [272, 320, 242, 94, 227, 202, 284]),
        ("photo", [189, 202, 182, 186, 199, 280, 432], [132, 141, 127, 130, 139, 196, 302]),
        ("sketch", [772, 740, 753, 608, 816, 80, 160], [540, 518, 527, 426, 571, 56, 112]),
    ]
    static let classes = ["dog", "elephant", "giraffe", "guitar", "horse", "house", "person"]

    @Test("PACS: of each class as many train as in the authors' own files", arguments: published.indices)
    func pacs(index: Int) throws {
        let (domain, images, train) = Self.published[index]
        let entries = images.enumerated().flatMap { label, count in
            (0..<count).map { ImageFolder.Entry(path: "/PACS/\(domain)/\(Self.classes[label])/\($0).jpg", label: label) }
        }
        for seed in [1, 2] as [UInt64] {
            let parts = try #require(
                AuthorsSplit(.spg).rule(for: .pacs).parts(of: entries, classes: Self.classes.map { Name($0) }, seed: seed))
            let counts = [parts.train, parts.validation].map { part in
                Self.classes.indices.map { label in part.count { entries[$0].label == label } }
            }
            #expect(counts == [train, zip(images, train).map { $0 - $1 }])
            #expect((parts.train + parts.validation).sorted() == Array(entries.indices))
        }
    }

    @Test("PACS: the broken sketch counts, and is left out also where it can be read")
    func broken() throws {
        let tree = whole(["art_painting", "cartoon", "photo", "sketch"], ["images/{}/dog", "images/{}/person"])
        try with("PACS", tree, others: ["images/sketch/dog/n02103406_4068-1.png": ""]) { folder in
            #expect(try folder.images(of: "sketch").count == 5)
            for seed in 0..<5 as Range<UInt64> {
                let parts = try parts("sketch", of: folder, as: AuthorsSplit(.spg, seed: seed))
                #expect(
                    parts.images.images.count == 4 && !parts.images.images.contains { $0.path.text.hasSuffix("4068-1.png") })
            }
            // DomainBed leaves none out.
            #expect(try parts("sketch", of: folder, as: AuthorsSplit(.domainbed)).images.images.count == 5)
        }
    }

    @Test("VLCS: train and crossval train, test validates, whatever the seed", arguments: ["", "images/"])
    func vlcs(above: String) throws {
        let folders = ["train", "crossval", "test"].flatMap { part in ["0", "3"].map { "\(above){}/\(part)/\($0)" } }
        var tree = whole(["CALTECH", "LABELME", "PASCAL", "SUN"], folders)
        tree["\(above)SUN/full/0"] = 4
        tree["\(above)SUN/train/0"] = 7
        try with("VLCS", tree) { folder in
            let parts = try parts("SUN", of: folder)
            #expect(counts(parts.train) == [9, 4] && counts(parts.validation) == [2, 2])
            #expect(parts.validation.images.allSatisfy { $0.path.text.contains("/SUN/test/") })
            #expect(parts.train.images.allSatisfy { !$0.path.text.contains("/full/") })
            #expect(try self.parts("SUN", of: folder, as: AuthorsSplit(.spg, seed: 9)) == parts)
        }
    }

    @Test("VLCS without its folders of parts cannot be split so, and that is said")
    func vlcsOfDomainBed() throws {
        var tree = whole(["Caltech101", "LabelMe", "SUN09", "VOC2007"], ["{}/bird", "{}/chair"])
        tree["SUN09/bird"] = 3
        try with("VLCS", tree) { folder in
            let error = #expect(throws: DatasetError.self) { try parts("SUN", of: folder) }
            #expect(error?.description.contains("folders of parts (train, crossval, test)") == true)
            #expect(error?.description.contains("as: seed") == true)
            let other = try parts("SUN", of: folder, as: AuthorsSplit(.domainbed))
            #expect(counts(other.images) == [3, 2] && other.validation.images.count == 1)
        }
    }

    @Test("OfficeHome: its folders train and val are split each, to the nearest even number")
    func officeHome() throws {
        var tree = whole(["art", "clipart", "product", "real_world"], ["images/{}/train/Bed", "images/{}/val/Bed"])
        for (path, count) in [("train/Bed", 15), ("val/Bed", 5), ("train/Mug", 25), ("val/Mug", 1)] {
            tree["images/art/\(path)"] = count
        }
        try with("OfficeHome", tree) { folder in
            let parts = try parts("art", of: folder)
            // 10.5 and 3.5; 17.5 and 0.7.
            #expect(counts(parts.train) == [10 + 4, 18 + 1] && counts(parts.validation) == [5 + 1, 7 + 0])
        }
    }

    @Test("TerraIncognita as downloaded: each class is split, though all images lie in one folder")
    func terraIncognita() throws {
        func annotations(_ location: String) -> String {
            let images = (0..<14).map {
                #"{"id": "\#(location)-\#($0)", "file_name": "\#(location)-\#($0).jpg", "location": \#(location)}"#
            }
            let labels = (0..<14).map { #"{"image_id": "\#(location)-\#($0)", "category_id": \#($0 < 10 ? 1 : 2)}"# }
            return #"{"images": [\#(images.joined(separator: ", "))], "annotations": [\#(labels.joined(separator: ", "))], "#
                + #""categories": [{"id": 1, "name": "bird"}, {"id": 2, "name": "cat"}]}"#
        }
        let files = ["cis_test", "cis_val", "train", "trans_test", "trans_val"]
        let others = Dictionary(
            uniqueKeysWithValues: zip(files, ["38", "43", "46", "100", "38"]).map {
                ("eccv_18_annotation_files/\($0)_annotations.json", annotations($1))
            })
        try with("TerraIncognita", ["eccv_18_all_images_sm": 1], others: others) { folder in
            let parts = try parts("location_38", of: folder)
            #expect(counts(parts.train) == [7, 3] && counts(parts.validation) == [3, 1])
        }
    }

    static let nets = ["clipart", "infograph", "painting", "quickdraw", "real", "sketch"]

    @Test("DomainNet: two in a hundred and one in a hundred of each class, rounded up; no other file is read")
    func domainNet() throws {
        let images = [1, 2, 50, 51, 100, 101, 150]
        var tree = whole(Self.nets, ["{}/a0", "{}/a1"])
        for (index, count) in images.enumerated() { tree["clipart/a\(index)"] = count }
        // Dassl's layout: lists.
        let lines = images.enumerated().flatMap { index, count in
            (0..<count).map { "clipart/a\(index)/clipart_\($0).jpg \(index)" }
        }
        var lists = ["splits/clipart_train.txt": lines.joined(separator: "\n"), "splits/clipart_test.txt": ""]
        for domain in Self.nets.dropFirst() {
            lists["splits/\(domain)_train.txt"] = "\(domain)/a0/1.jpg 0\n\(domain)/a1/1.jpg 1"
            lists["splits/\(domain)_test.txt"] = ""
        }
        var found: [[Name]] = []
        for others in [[:], lists] {
            try with("DomainNet", tree, others: others) { folder in
                var read: [String] = []
                let parts = try parts("clipart", of: folder) { read += $0 }
                #expect(counts(parts.train) == [1, 1, 1, 2, 2, 3, 3])
                #expect(counts(parts.validation) == [0, 1, 1, 1, 1, 2, 2])
                #expect(parts.extra.isEmpty && parts.images.images.count == 13 + 8 && read.count == 21)
                #expect(parts.train.domain == "clipart/train" && parts.validation.domain == "clipart/val")
                found.append(parts.train.images.map { Name($0.path.text.dropFirst(folder.root.count)) }.sorted())
            }
        }
        #expect(found[0] == found[1], "whatever the layout")
    }

    @Test("DomainBed: a fifth of a domain, rounded down, whatever its classes, validates")
    func domainBed() throws {
        var tree = whole(["art_painting", "cartoon", "photo", "sketch"], ["{}/dog", "{}/person"])
        tree["photo/dog"] = 30
        tree["photo/person"] = 8
        try with("PACS", tree) { folder in
            var shares: Set<[Int]> = []
            for seed in 0..<20 as Range<UInt64> {
                let parts = try parts("photo", of: folder, as: AuthorsSplit(.domainbed, seed: seed))
                #expect(parts.validation.images.count == 7 && parts.train.images.count == 31)
                #expect(Set(parts.train.images).isDisjoint(with: parts.validation.images))
                shares.insert(counts(parts.validation))
            }
            #expect(shares.count > 1, "classes have no share of their own")
        }
        #expect(AuthorsSplit(.domainbed).testsOnTraining && !AuthorsSplit(.spg).testsOnTraining)
    }

    @Test("A seed draws the same parts wherever the copy lies, and another seed others")
    func seeds() throws {
        var drawn: [[Name]] = []
        for _ in 0..<2 {
            try with("any", ["ink/cat": 40, "ink/dog": 40, "oil/cat": 2, "oil/dog": 2]) { folder in
                for seed in [1, 2] as [UInt64] {
                    let parts = try parts("ink", of: folder, as: AuthorsSplit(.spg, seed: seed))
                    #expect(counts(parts.train) == [28, 28])
                    drawn.append(parts.train.images.map { Name($0.path.text.dropFirst(folder.root.count)) }.sorted())
                }
            }
        }
        #expect(drawn[0] == drawn[2] && drawn[1] == drawn[3] && drawn[0] != drawn[1])
    }

    @Test("A domain of which none would validate is refused")
    func tooFew() throws {
        try with("any", ["ink/cat": 1, "ink/dog": 1, "oil/cat": 2, "oil/dog": 2]) { folder in
            let error = #expect(throws: DatasetError.self) { try parts("ink", of: folder) }
            #expect(error?.description.contains("it has too few images: none would validate") == true)
        }
    }

    @Test("Parts go into files, and come out of them")
    func files() throws {
        try with("any", ["ink/cat": 9, "ink/dog": 9, "oil/cat": 2, "oil/dog": 2]) { folder in
            let parts = try parts("ink", of: folder)
            let read = try folder.parts(of: "ink", by: folder.splitFile(of: parts), at: "split.json") {
                $0.map { Digest(of: Data($0.utf8.dropFirst(folder.root.utf8.count))) }
            }
            #expect(read == parts)
        }
    }
}
