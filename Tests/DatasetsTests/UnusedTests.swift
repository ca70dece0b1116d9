import Datasets
import Foundation
import Testing

@Suite("Nothing is passed over without a word")
struct UnusedTests {
    /// Makes a file or folder whose name need not be UTF-8.
    private func make(_ bytes: [UInt8], in folder: String, isFolder: Bool) {
        var path = Array(folder.utf8) + [UInt8(ascii: "/")] + bytes + [0]
        path.withUnsafeMutableBytes { path in
            let path = path.baseAddress!.assumingMemoryBound(to: CChar.self)
            if isFolder { mkdir(path, 0o755) } else { close(open(path, O_CREAT | O_WRONLY, 0o644)) }
        }
    }

    private let latin = Array("caf".utf8) + [0xe9]

    @Test("All that is not read is counted, each for its reason")
    func counts() throws {
        try withFolder { root in
            try write(
                [
                    "photo/dog/1.jpg": "1", "photo/dog/2.jpg": "2", "photo/dog/3.heic": "3", "photo/dog/4.HEIC": "4",
                    "photo/dog/README": "",
                    "photo/dog/.5.jpg": "", "photo/dog/more/6.jpg": "", "photo/cat/7.jpg": "7", "photo/stray.jpg": "",
                    "ink/dog/1.jpg": "8",
                    "papers/a.pdf": "", ".git/config": "",
                ], under: root)
            for link in ["horse", "photo/horse", "photo/dog/lost.heic"] {
                try FileManager.default.createSymbolicLink(atPath: "\(root)/\(link)", withDestinationPath: "/nowhere/at/all")
            }
            make(latin, in: root, isFolder: true)
            make(latin, in: root + "/photo", isFolder: true)
            make(latin + Array(".jpg".utf8), in: root + "/photo/dog", isFolder: false)

            try FileManager.default.createDirectory(atPath: "\(root)/nothing", withIntermediateDirectories: false)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root))
            #expect(folder.domains == ["ink", "photo"] && folder.classes == ["cat", "dog"])
            let above = try folder.unusedAbove(), listing = try folder.listing(of: "photo")
            var unused = Unused(above)
            unused.add(listing.unused)
            for (reason, count) in [
                (Unused.Reason.format("heic"), 2), (.format(""), 1), (.deadLink, 3), (.name, 3), (.noDomain, 1), (.empty, 1),
                (.folder, 1),
                (.place, 1), (.hidden, 2),
            ] {
                #expect(unused.count(of: reason) == count, "\(reason)")
            }
            let line = try #require(unused.line)
            #expect(line.hasPrefix("Not used: 1 file without an extension (\(root)/photo/dog/README), 2 .heic files ("))
            #expect(line.contains("3 links that lead nowhere (") && line.contains("caf\\xe9") && line.hasSuffix("2 hidden"))

            let warnings = folder.warnings(above)
            #expect(warnings.count == 4)
            #expect(warnings.contains { $0.contains("“\(root)/photo/horse” is a link that leads nowhere") })
            #expect(warnings.contains { $0.contains("“\(root)/caf\\xe9” is not a UTF-8 name") && $0.contains("convmv") })
            #expect(Unused().line == nil)
        }
    }

    @Test("A class or a domain that loses most of its images is warned of, and one that loses few is not")
    func losses() throws {
        try withFolder { root in
            let files = { (folder: String, ending: String, count: Int) in
                (0..<count).map { ("\(folder)/\($0).\(ending)", "\(folder) \($0)") }
            }
            let all =
                files("photo/dog", "jpg", 2) + files("photo/dog", "heic", 3) + files("photo/cat", "jpg", 9)
                + files("photo/cat", "heic", 2) + files("ink/dog", "jpg", 4) + files("ink/dog", "json", 90)
                + files("ink/cat", "jpg", 4)
                + files("oil/dog", "jpg", 1) + files("oil/dog", "avif", 20) + files("oil/cat", "jpg", 1)
            try write(Dictionary(uniqueKeysWithValues: all), under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root))
            let photo = try folder.listing(of: "photo").warnings
            #expect(photo.count == 1)
            #expect(photo[0].hasPrefix("photo/dog: 2 images are used, and 3 are skipped: 3 .heic files ("))
            // Notes beside images are no images.
            #expect(try folder.listing(of: "ink").warnings == [])
            let oil = try folder.listing(of: "oil").warnings
            #expect(oil.count == 1 && oil[0].hasPrefix("oil: 2 images are used, and 20 are skipped"))
        }
    }

    @Test("Files that cannot be read end it by name, or are left out where they are to be skipped")
    func unreadable() throws {
        try withFolder { root in
            try write(["ink/dog/1.jpg": "1", "ink/dog/2.jpg": "2", "ink/cat/3.jpg": "3"], under: root)
            let link = "\(root)/ink/dog/0.jpg"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/nowhere")
            try FileManager.default.createDirectory(atPath: "\(root)/ink/cat/9.jpg", withIntermediateDirectories: false)
            let strict = try ImageFolder(root: URL(fileURLWithPath: root))
            let error = #expect(throws: DatasetError.self) { try strict.listing(of: "ink") }
            #expect(error == .missing(paths: ["\(root)/ink/cat/9.jpg", link]))
            #expect(
                error?.description.contains("2 images are links that lead nowhere, or listed and not there; remove them, or")
                    == true)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root), skipsUnreadable: true)
            let listing = try folder.listing(of: "ink")
            #expect(listing.unused.count(of: .deadLink) == 1 && listing.unused.count(of: .unreadable) == 1)
            let manifest = try folder.manifest(of: "ink") { try $0.map { try Digest.ofFile(at: $0).digest } }
            #expect(manifest.images.count == 3)

            let lost = "\(root)/lost/cat"
            try FileManager.default.createDirectory(atPath: lost, withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: "\(lost)/1.jpg", withDestinationPath: "/nowhere")
            let whole = try ImageFolder(root: URL(fileURLWithPath: root), skipsUnreadable: true)
            #expect(throws: DatasetError.unreadable(path: "\(lost)/1.jpg", reason: "nor can any other image of “lost” be read"))
            {
                try whole.manifest(of: "lost") { $0.map { Digest(of: Data($0.utf8)) } }
            }
            try FileManager.default.removeItem(atPath: "\(root)/lost")

            // What is mended is seen.
            try FileManager.default.removeItem(atPath: link)
            try write(["ink/dog/0.jpg": "0"], under: root)
            #expect(try folder.listing(of: "ink").digest != listing.digest)
        }
    }

    @Test("A domain that lost all its class folders is warned of, and a folder of other things is not")
    func lostDomains() throws {
        try withFolder { root in
            try write(
                [
                    "ink/dog/1.jpg": "1", "ink/cat/1.jpg": "2", "flat/1.jpg": "3", "papers/a.pdf": "", "papers/b.txt": "",
                    "linked/x.txt": "",
                ], under: root)
            try FileManager.default.createSymbolicLink(atPath: "\(root)/linked/dog", withDestinationPath: "/nowhere")
            let folder = try ImageFolder(root: URL(fileURLWithPath: root))
            let warnings = folder.warnings(try folder.unusedAbove())
            #expect(warnings.map { $0.prefix { $0 != "”" } } == ["“\(root)/flat", "“\(root)/linked"], "\(warnings)")
        }
    }

    @Test("Of listed images that are not there, all are named")
    func listed() throws {
        try withFolder { root in
            for domain in ["clipart", "painting", "real", "sketch"] {
                try write(
                    [
                        "splits_mini/\(domain)_train.txt": "\(domain)/cat/1.jpg 0\n\(domain)/cat/2.jpg 0\n",
                        "splits_mini/\(domain)_test.txt": "\u{feff}./\(domain)/dog/3.jpg 1\r\n././\(domain)/dog/4.jpg 1\r\n",
                        "\(domain)/cat/1.jpg": "1", "\(domain)/dog/3.jpg": "3",
                    ], under: root)
            }
            let folder = try ImageFolder(root: URL(fileURLWithPath: root), name: "Mini-DomainNet")
            #expect(
                try folder.images(of: "real").map(\.path)
                    == [1, 2, 3, 4].map { "\(root)/real/\($0 < 3 ? "cat" : "dog")/\($0).jpg" })
            #expect(throws: DatasetError.missing(paths: ["\(root)/real/cat/2.jpg", "\(root)/real/dog/4.jpg"])) {
                try folder.listing(of: "real")
            }
            #expect(
                try folder.skippingUnreadable.manifest(of: "real") { $0.map { Digest(of: Data($0.utf8)) } }.images.count == 2)
        }
    }
}

@Suite("Texts that other programs wrote")
struct TextFileTests {
    @Test(
        "UTF-8 and UTF-16, with a byte order mark or without",
        arguments: [
            Data("a,é\r\n".utf8), Data([0xef, 0xbb, 0xbf]) + Data("a,é\r\n".utf8),
            Data([0xff, 0xfe]) + Data("a,é\r\n".utf16.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }),
            Data([0xfe, 0xff]) + Data("a,é\r\n".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] }),
        ])
    func encodings(bytes: Data) throws {
        #expect(try TextFile.text(bytes) == "a,é\r\n")
    }

    @Test("A split with a byte order mark is read")
    func split() throws {
        try withFolder { root in
            let text = "\u{feff}{\"train\": [[\"a/b.jpg\", 0, 0, \"a\"]],\r\n \"val\": []}\r\n"
            try write(["s.json": text], under: root)
            #expect(try SplitFile(contentsOf: "\(root)/s.json").train.map(\.path) == ["a/b.jpg"])
        }
    }

    @Test("Latin-1 is named with its line, its bytes and the cure; half a letter of UTF-16 is none")
    func malformed() throws {
        let error = #expect(throws: TextFile.Malformed.self) {
            try TextFile.text(Data("path\nb/caf".utf8) + [0xe9] + Data(".jpg\n".utf8))
        }
        #expect(
            error?.description.contains(
                "line 2, “b/caf\\xe9.jpg”; save it as UTF-8, for example with iconv -f latin1 -t utf-8") == true)
        #expect(throws: TextFile.Malformed.self) { try TextFile.text(Data([0xff, 0xfe, 0x41])) }
        #expect(throws: TextFile.Malformed.self) { try TextFile.text(Data([0xff, 0xfe, 0x00, 0xd8])) }
    }
}
