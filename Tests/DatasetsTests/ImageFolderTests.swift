import Datasets
import Foundation
import Testing

@Suite struct ImageFolderTests {
    private let files = [
        "photo/dog/b.jpg": "dog 1", "photo/dog/a.PNG": "dog 2", "photo/cat/x.jpeg": "cat 1",
        "sketch/cat/y.jpg": "cat 2", "sketch/horse/z.jpg": "horse 1",
        // None of these is an image in its place.
        "photo/dog/notes.txt": "", "photo/dog/.hidden.jpg": "", "photo/stray.jpg": "", "manifest.json": "",
        "empty/a.jpg": "", ".cache/dog/a.jpg": "",
    ]

    @Test func findsDomainsClassesAndImages() throws {
        try withFolder { root in
            try write(files, under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root))
            #expect(folder.domains == ["photo", "sketch"])
            #expect(folder.classes == ["cat", "dog", "horse"])
            let images = try folder.images(of: "photo")
            #expect(images.map(\.path) == ["cat/x.jpeg", "dog/a.PNG", "dog/b.jpg"].map { "\(root)/photo/\($0)" })
            #expect(images.map(\.label) == [0, 1, 1])
            #expect(try folder.images(of: "sketch").map(\.label) == [0, 2])
        }
    }

    @Test func manifestIsSortedByContents() throws {
        try withFolder { root in
            try write(files, under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root))
            let manifest = try folder.manifest(of: "photo") { try $0.map { try Digest.ofFile(at: $0).digest } }
            #expect(manifest.dataset == URL(fileURLWithPath: root).lastPathComponent)
            #expect(manifest.domain == "photo")
            let dogs = [Digest(of: Data("dog 1".utf8)), Digest(of: Data("dog 2".utf8))].sorted()
            #expect(manifest.images.map(\.digest) == [Digest(of: Data("cat 1".utf8))] + dogs)
            #expect(manifest.labels == [0, 1, 1])
        }
    }

    @Test func refusesEmptyClassFolder() throws {
        try withFolder { root in
            try write(files.merging(["photo/horse/readme.txt": ""]) { a, _ in a }, under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root))
            let error = #expect(throws: DatasetError.self) { try folder.images(of: "photo") }
            #expect(error?.description.contains("“\(root)/photo/horse” holds no image (.jpg") == true)
            #expect(error?.description.contains("(not used there: 1 .txt file (\(root)/photo/horse/readme.txt))") == true)
            #expect(try folder.images(of: "sketch").count == 2)
        }
    }

    @Test func refusesOneClass() throws {
        try withFolder { root in
            try write(["a/dog/1.jpg": "", "b/dog/2.jpg": ""], under: root)
            #expect(throws: DatasetError.oneClass(root: root, name: "dog")) {
                try ImageFolder(root: URL(fileURLWithPath: root))
            }
        }
    }

    @Test func refusesFolderWithoutDomains() throws {
        try withFolder { root in
            try write(["dog/1.jpg": "", "cat/2.jpg": ""], under: root)
            #expect(throws: DatasetError.noDomains(root: root)) { try ImageFolder(root: URL(fileURLWithPath: root)) }
            let absent = root + "/absent"
            #expect(throws: DatasetError.unreadable(path: absent, reason: "it does not exist")) {
                try ImageFolder(root: URL(fileURLWithPath: absent))
            }
        }
    }

    @Test func namesTheNearestDomain() throws {
        try withFolder { root in
            try write(files, under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root))
            let error = #expect(throws: DatasetError.self) { try folder.images(of: "pohto") }
            #expect(error == .unknownDomain("pohto", root: root, known: ["photo", "sketch"]))
            #expect(error?.description.contains("did you mean “photo”? It has “photo”, “sketch”") == true)
        }
    }
}

@Suite struct SpellingTests {
    @Test(arguments: [
        ("tnago", "tango"), ("TANGO", "tango"), ("tang", "tango"), ("oxigen", "oxygen"), ("breeze", "breeze"),
    ]) func finds(word: String, meant: String) {
        #expect(nearest(to: word, among: ["oxygen", "tango", "breeze"]) == meant)
    }

    @Test func offersNothingFarFetched() {
        #expect(nearest(to: "symbolic", among: ["oxygen", "tango"]) == nil)
        #expect(nearest(to: "", among: []) == nil)
    }
}
