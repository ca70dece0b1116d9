import Datasets
import Foundation
import Testing

/// The copies that people have, each with two images in every class folder, in two classes.
@Suite("Data sets in the layouts of their usual copies")
struct LayoutTests {
    struct Copy: Sendable, CustomTestStringConvertible {
        var dataSet: String
        var origin: String
        /// Class folders.
        var folders: [String]
        var domains: [String]
        var classes: [String]
        /// Files that lie about in such a copy.
        var others: [String: String] = [:]
        var testDescription: String { "\(dataSet), \(origin)" }
    }

    static func product(_ parts: [String]...) -> [String] {
        parts.dropFirst().reduce(parts[0]) { paths, names in paths.flatMap { path in names.map { "\(path)/\($0)" } } }
    }

    static let pacs = ["art_painting", "cartoon", "photo", "sketch"]
    static let vlcs = ["CALTECH", "LABELME", "PASCAL", "SUN"]
    static let homes = ["art", "clipart", "product", "real_world"]
    static let homeClasses = ["Alarm_Clock", "Backpack"]
    static let places = ["location_100", "location_38", "location_43", "location_46"]
    static let nets = ["clipart", "infograph", "painting", "quickdraw", "real", "sketch"]
    static let netClasses = ["The_Eiffel_Tower", "aircraft_carrier"]

    static let copies = [
        Copy(
            dataSet: "PACS", origin: "Dassl, SPG", folders: product(["images"], pacs, ["dog", "person"]), domains: pacs,
            classes: ["dog", "person"],
            others: ["splits/photo_train_kfold.txt": "", "spg_coop_splits/a_train_val_split.json": ""]),
        Copy(
            dataSet: "PACS", origin: "as downloaded", folders: product(["kfold"], pacs, ["dog", "person"]), domains: pacs,
            classes: ["dog", "person"], others: ["kfold/art_painting_train_kfold.txt": ""]),
        Copy(
            dataSet: "PACS", origin: "DomainBed", folders: product(pacs, ["dog", "person"]), domains: pacs,
            classes: ["dog", "person"]),
        Copy(
            dataSet: "VLCS", origin: "as downloaded, Dassl",
            folders: product(vlcs, ["train", "crossval", "test"], ["0", "3"]),
            domains: vlcs, classes: ["bird", "dog"], others: ["SUN/full/0/1.jpg": "again", "SUN/full/3/1.jpg": "again"]),
        Copy(
            dataSet: "VLCS", origin: "SPG", folders: product(["images"], vlcs, ["train", "crossval", "test"], ["1", "4"]),
            domains: vlcs, classes: ["car", "person"]),
        Copy(
            dataSet: "VLCS", origin: "DomainBed",
            folders: product(["Caltech101", "LabelMe", "SUN09", "VOC2007"], ["bird", "chair"]), domains: vlcs,
            classes: ["bird", "chair"]),
        Copy(
            dataSet: "OfficeHome", origin: "Dassl", folders: product(homes, ["train", "val"], homeClasses), domains: homes,
            classes: homeClasses),
        Copy(
            dataSet: "OfficeHome", origin: "SPG", folders: product(["images"], homes, ["train", "val"], homeClasses),
            domains: homes, classes: homeClasses),
        Copy(
            dataSet: "OfficeHome", origin: "SPG, parts joined", folders: product(["images"], homes, homeClasses),
            domains: homes, classes: homeClasses),
        Copy(
            dataSet: "Office-Home", origin: "as downloaded, DomainBed",
            folders: product(["Art", "Clipart", "Product", "Real World"], homeClasses), domains: homes, classes: homeClasses,
            others: ["ImageInfo.csv": ""]),
        Copy(
            dataSet: "OfficeHome", origin: "Dassl, for adaptation", folders: product(homes, homeClasses), domains: homes,
            classes: homeClasses),
        Copy(
            dataSet: "TerraIncognita", origin: "SPG", folders: product(["images"], places, ["bird", "empty"]),
            domains: places, classes: ["bird", "empty"]),
        Copy(
            dataSet: "terra_incognita", origin: "DomainBed", folders: product(places, ["bird", "empty"]), domains: places,
            classes: ["bird", "empty"]),
        Copy(
            dataSet: "DomainNet", origin: "as downloaded, DomainBed", folders: product(nets, netClasses), domains: nets,
            classes: netClasses),
        Copy(
            dataSet: "DomainNet", origin: "SPG", folders: product(["images"], nets, netClasses), domains: nets,
            classes: netClasses),
        Copy(
            dataSet: "VisDA-2017", origin: "as downloaded, Dassl", folders: product(["train", "validation"], ["bus", "car"]),
            domains: ["real", "synthetic"], classes: ["bus", "car"],
            others: ["train/image_list.txt": "bus/1.jpg 2", "test/trunk00/1.jpg": ""]),
        Copy(
            dataSet: "DesktopIcons", origin: "domain/class",
            folders: product(["breeze", "oxygen", "papirus", "symbolic", "tango"], ["arrow up", "cloud"]),
            domains: ["breeze", "oxygen", "papirus", "symbolic", "tango"], classes: ["arrow up", "cloud"],
            others: ["manifest.csv": "", "stamp.json": ""]),
    ]

    @Test(arguments: copies) func findsTheLayout(copy: Copy) throws {
        try withFolder { root in
            let images = copy.folders.flatMap { folder in ["\(folder)/1.jpg", "\(folder)/2.png"] }
            let tree = Dictionary(uniqueKeysWithValues: images.map { ($0, $0) }).merging(copy.others) { a, _ in a }
            try write(tree, under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root), name: copy.dataSet)
            #expect(folder.layout.origin == copy.origin)
            #expect(folder.domains.map(\.text) == copy.domains && folder.classes.map(\.text) == copy.classes)
            let found = try folder.domains.map { try folder.images(of: $0) }
            #expect(Set(found.joined().map(\.path)) == Set(images.map { "\(root)/\($0)" }))
            // All domains have the same folders, so as many images of each class.
            let count = images.count / copy.domains.count / 2
            let labels = [0, 1].flatMap { Array(repeating: $0, count: count) }
            #expect(found.allSatisfy { $0.map(\.label) == labels })
            #expect(folder.known?.name == KnownDataSet(named: copy.dataSet)?.name && folder.name == folder.known?.name)
        }
    }

    @Test func readsLists() throws {
        try withFolder { root in
            // Mini-DomainNet is a part of DomainNet's images; paths may have blanks, lines may end as on Windows.
            var files: [String: String] = ["clipart/dog/unlisted.jpg": ""]
            for domain in ["clipart", "painting", "real", "sketch"] {
                files["splits_mini/\(domain)_train.txt"] = "\(domain)/alarm_clock/1.jpg 0\r\n\(domain)/the dog/a b.jpg 1\r\n"
                files["splits_mini/\(domain)_test.txt"] = "\n\(domain)/alarm_clock/2.jpg 0\n"
            }
            try write(files, under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root), name: "minidomainnet")
            #expect(folder.name == "Mini-DomainNet" && folder.layout.origin == "Dassl")
            #expect(folder.classes == ["alarm_clock", "the dog"])
            #expect(try folder.images(of: "real").map(\.label) == [0, 0, 1])
            #expect(
                try folder.images(of: "real").map(\.path)
                    == ["alarm_clock/1.jpg", "alarm_clock/2.jpg", "the dog/a b.jpg"].map { "\(root)/real/\($0)" })
        }
    }

    @Test func readsCameraTraps() throws {
        try withFolder { root in
            var files: [String: String] = [:]
            for part in ["cis_test", "cis_val", "train", "trans_test", "trans_val"] {
                // The image of the first annotation file has two annotations of one category, and one of another.
                files["eccv_18_annotation_files/\(part)_annotations.json"] = """
                    {"info": {"year": 2018}, "categories": [{"id": 1, "name": "opossum"}, {"id": 6, "name": "bobcat"}, \
                    {"id": 9, "name": "car"}],
                    "images": [{"id": "\(part)-a", "file_name": "\(part)-a.jpg", \
                    "location": \(part == "train" ? "38" : "\"43\""), "width": 1024}, {"id": "\(part)-b", "file_name": "\(part)-b.jpg", "location": 7}],
                    "annotations": [{"id": "1", "image_id": "\(part)-a", "category_id": 1, "bbox": [1, 2, 3, 4]},
                    {"id": "2", "image_id": "\(part)-a", "category_id": 1}, {"id": "3", "image_id": "\(part)-a", \
                    "category_id": \(part == "train" ? 6 : 9)}, {"id": "4", "image_id": "\(part)-b", "category_id": 1}]}
                    """
                files["eccv_18_all_images_sm/\(part)-a.jpg"] = ""
            }
            try write(files, under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root), name: "TerraIncognita")
            #expect(folder.layout.origin == "as downloaded")
            #expect(folder.domains == ["location_38", "location_43"] && folder.classes == ["bobcat", "opossum"])
            let images = "\(root)/eccv_18_all_images_sm"
            #expect(try folder.images(of: "location_38").map(\.path) == ["\(images)/train-a.jpg", "\(images)/train-a.jpg"])
            #expect(try folder.images(of: "location_38").map(\.label) == [0, 1])
            #expect(
                try folder.images(of: "location_43").map(\.path)
                    == ["cis_test", "cis_val", "trans_test", "trans_val"].map { "\(images)/\($0)-a.jpg" })
            try write(["eccv_18_annotation_files/train_annotations.json": "[]"], under: root)
            #expect(throws: DatasetError.self) { try ImageFolder(root: URL(fileURLWithPath: root), name: "TerraIncognita") }
        }
    }

    @Test(arguments: [
        ("clipart/dog/1.jpg", "a path and a number"), ("../dog/1.jpg 0", "under the root"), ("1.jpg 0", "class folder"),
    ])
    func refusesBadLists(line: String, message: String) throws {
        try withFolder { root in
            let list = "clipart/dog/1.jpg 0\n\(line)\n"
            try write(["splits/clipart_train.txt": list, "splits/clipart_test.txt": ""], under: root)
            let error = #expect(throws: DatasetError.self) {
                try ImageFolder(root: URL(fileURLWithPath: root), name: "DomainNet")
            }
            #expect(error?.description.contains("splits/clipart_train.txt:2: ") == true)
            #expect(error?.description.contains(message) == true)
        }
    }

    @Test func leavesDuplicatesOut() throws {
        try withFolder { root in
            try write(
                [
                    "clipart/baseball_bat/clipart_018_000011.jpg": "", "clipart/baseball_bat/clipart_018_000012.jpg": "",
                    "sketch/zebra/sketch_345_000001.jpg": "",
                ], under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root), name: "DomainNet")
            let names = try folder.images(of: "clipart").map { URL(fileURLWithPath: $0.path.text).lastPathComponent }
            #expect(names == ["clipart_018_000012.jpg"])
            #expect(folder.domains == ["clipart", "sketch"])
        }
    }

    @Test func namesWhatIsExpected() throws {
        try withFolder { root in
            try write(["photos/dog/1.jpg": "", "photos/cat/1.jpg": ""], under: root)
            let error = #expect(throws: DatasetError.self) {
                try ImageFolder(root: URL(fileURLWithPath: root), name: "PACS")
            }
            let message = error?.description ?? ""
            #expect(message.hasPrefix("“\(root)” holds no PACS"))
            #expect(message.contains("\(root)/images/{art_painting|cartoon|photo|sketch}/{class}/<image> (Dassl, SPG)"))
        }
    }

    @Test func aNameChangesNothingOfAPlainFolder() throws {
        try withFolder { root in
            let icons = Self.copies.first { $0.dataSet == "DesktopIcons" }?.folders ?? []
            try write(Dictionary(uniqueKeysWithValues: icons.map { ("\($0)/1.png", $0) }), under: root)
            let plain = try ImageFolder(root: URL(fileURLWithPath: root), name: "Icons")
            let known = try ImageFolder(root: URL(fileURLWithPath: root), name: "DesktopIcons")
            for domain in plain.domains {
                let manifests = try [plain, known].map { folder in
                    try folder.manifest(of: domain) { try $0.map { try Digest.ofFile(at: $0).digest } }
                }
                #expect(manifests[0].images == manifests[1].images && manifests[0].classes == manifests[1].classes)
            }
        }
    }
}

@Suite("What is known of data sets")
struct KnownDataSetTests {
    /// Totals that papers and the data sets' publishers give.
    @Test(arguments: [
        ("PACS", 9991, 7), ("VLCS", 10_729, 5), ("OfficeHome", 15_588, 65), ("TerraIncognita", 24_330, 10),
        ("DomainNet", 586_575, 345), ("Mini-DomainNet", 140_006, 126), ("VisDA-2017", 152_397 + 55_388, 12),
    ]) func counts(name: String, images: Int, classes: Int) throws {
        let known = try #require(KnownDataSet(named: name))
        #expect(known.images == images && known.classCount == classes)
        #expect(Set(known.domains.map(\.letter)).count == known.domains.count)
    }

    @Test func duplicatesOfDomainNet() {
        let names = KnownDataSet.domainNet.duplicates
        // What the archives hold beyond the cleaned lists.
        #expect(names.count == 9431)
        let counts = Dictionary(grouping: names) { $0.prefix { $0 != "_" } }.mapValues(\.count)
        #expect(counts == ["clipart": 704, "infograph": 1596, "painting": 3493, "real": 2380, "sketch": 1258])
        #expect(names.contains("clipart_006_000227.jpg"))
        let clue = /[a-z]+_\d{3}_\d{6}\.jpg/
        #expect(names.allSatisfy { $0.wholeMatch(of: clue) != nil })
    }

    @Test func brokenFileOfPACS() {
        #expect(KnownDataSet.pacs.isKnownBroken("/data/PACS/images/sketch/dog/n02103406_4068-1.png"))
        #expect(!KnownDataSet.pacs.isKnownBroken("/data/PACS/images/sketch/dog/n02103406_4068-10.png"))
    }

    @Test func names() {
        #expect(KnownDataSet(named: "office_home")?.name == "OfficeHome")
        #expect(KnownDataSet(named: "visda2017")?.name == "VisDA-2017")
        #expect(KnownDataSet(named: "Sketches") == nil)
    }
}
