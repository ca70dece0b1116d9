import Datasets
import Foundation
import Testing

@Suite("Names are bytes")
struct NameTests {
    /// “café” with its last letter in one piece, and in two.
    static let composed = "caf\u{e9}", decomposed = "cafe\u{301}"

    /// Writes files, each with its number in it. No dictionary: its keys would be one where they look alike.
    private func write(_ paths: [String], under root: String) throws {
        for (number, path) in paths.enumerated() {
            try DatasetsTests.write([path: "\(path.utf8.map { $0 }) \(number)"], under: root)
        }
    }

    @Test("Names that look alike are two, whatever texts say")
    func equality() {
        let one = Name(Self.composed), other = Name(Self.decomposed)
        #expect(one.text == other.text && one != other)
        #expect(Set([one, other, one]).count == 2)
        #expect(other < one && !(one < other))
        #expect(["b", "B", "é", "e\u{301}", "z", "a"].map { Name($0) }.sorted().map(\.text.utf8.count) == [1, 1, 1, 3, 1, 2])
        #expect(other.escaped == "cafe\\xcc\\x81")
    }

    @Test("Domains, classes and images of both forms are all there, in the order of their bytes")
    func folders() throws {
        try withFolder { root in
            let names = [Self.decomposed, Self.composed]
            for domain in names {
                for name in names { try write(names.map { "\(domain)/\(name)/\($0).jpg" }, under: root) }
            }
            let folder = try ImageFolder(root: URL(fileURLWithPath: root))
            #expect(folder.domains == names.map { Name($0) } && folder.classes == names.map { Name($0) })
            for domain in folder.domains {
                let manifest = try folder.manifest(of: domain) { try $0.map { try Digest.ofFile(at: $0).digest } }
                #expect(manifest.images.count == 4 && Set(manifest.images.map(\.path)).count == 4)
                #expect(manifest.labels == [0, 0, 1, 1])
                #expect(try folder.listing(of: domain) == folder.listing(of: domain))
            }
            #expect(try folder.listing(of: folder.domains[0]).digest != folder.listing(of: folder.domains[1]).digest)
            let warnings = folder.warnings([])
            #expect(warnings.count == 2)
            #expect(warnings[0].contains("“cafe\\xcc\\x81” and “caf\\xc3\\xa9”") && warnings[0].contains("normalizeNames: NFC"))
        }
    }

    @Test("Roots that look alike are two folders, wherever a path goes through")
    func roots() throws {
        try withFolder { root in
            for form in [Self.composed, Self.decomposed] {
                let folder = "\(root)/\(form)"
                try write(["\(folder.utf8.count)/x/1.jpg", "\(folder.utf8.count)/y/1.jpg"], under: folder)
            }
            for form in [Self.composed, Self.decomposed] {
                let path = "\(root)/\(form)"
                let folder = try ImageFolder(root: URL(fileURLWithPath: path))
                #expect(Name(folder.root) == Name(path) && Name(folder.name) == Name(form))
                #expect(folder.domains == [Name("\(path.utf8.count)")])
                let manifest = try folder.manifest(of: folder.domains[0]) { try $0.map { try Digest.ofFile(at: $0).digest } }
                #expect(manifest.images.allSatisfy { $0.path.text.utf8.starts(with: path.utf8) })
            }
        }
    }

    @Test("With NFC, names that look alike are one, and nothing is lost")
    func normalized() throws {
        try withFolder { root in
            try write(
                [
                    "\(Self.composed)/dog/1.jpg", "\(Self.decomposed)/dog/1.jpg", "ink/\(Self.composed)/1.jpg",
                    "ink/\(Self.decomposed)/2.jpg", "ink/dog/1.jpg",
                ], under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root), names: .composed)
            #expect(folder.domains == [Name(Self.composed), "ink"])
            #expect(folder.classes == [Name(Self.composed), "dog"])
            #expect(try folder.images(of: Name(Self.composed)).map(\.label) == [1, 1])
            #expect(try folder.images(of: "ink").map(\.label) == [0, 0, 1])
            #expect(try folder.listing(of: "ink").unused.isEmpty && folder.warnings([]).isEmpty)

            // What has no such names is the same either way, in every byte of its key.
            try write(["a/x/1.jpg", "a/y/1.jpg"], under: root + "/plain")
            let plain = URL(fileURLWithPath: root + "/plain")
            let manifests = try [NameForm.bytes, .composed].map {
                try ImageFolder(root: plain, names: $0).manifest(of: "a") { $0.map { Digest(of: Data($0.utf8)) } }
            }
            #expect(manifests[0] == manifests[1])
        }
    }

    @Test("A name that is there in another form is shown by its bytes, with what to do")
    func otherForm() throws {
        try withFolder { root in
            try write(["\(Self.decomposed)/dog/1.jpg", "\(Self.decomposed)/cat/1.jpg"], under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root))
            let error = #expect(throws: DatasetError.self) { try folder.images(of: Name(Self.composed)) }
            #expect(
                error?.description.contains(
                    "“cafe\\xcc\\x81” is there, and has other bytes than “caf\\xc3\\xa9”: write it in these, or give "
                        + "dataset: {normalizeNames: NFC}") == true, "\(error?.description ?? "")")
        }
    }

    @Test("A split finds an image by other accents, and the one with the same bytes where both are there")
    func splits() throws {
        try withFolder { root in
            try write(
                [
                    "ink/dog/\(Self.composed).jpg", "ink/dog/\(Self.decomposed).jpg", "ink/dog/e\u{301}.jpg", "ink/cat/1.jpg",
                    "ink/cat/2.jpg",
                ], under: root)
            let folder = try ImageFolder(root: URL(fileURLWithPath: root))
            func item(_ path: String) -> SplitFile.Item {
                .init(path: "set/ink/\(path)", label: 0, domain: 0, className: "\(path.prefix(3))")
            }
            let file = SplitFile(
                train: [item("dog/\(Self.composed).jpg"), item("dog/\u{e9}.jpg"), item("cat/1.jpg")],
                validation: [item("dog/\(Self.decomposed).jpg"), item("cat/2.jpg")], test: [])
            let parts = try folder.parts(of: "ink", by: file, at: "split.json") {
                try $0.map { try Digest.ofFile(at: $0).digest }
            }
            #expect(
                Set(parts.train.images.map(\.path))
                    == Set(["dog/\(Self.composed)", "dog/e\u{301}", "cat/1"].map { "\(root)/ink/\($0).jpg" }))
            #expect(
                Set(parts.validation.images.map(\.path))
                    == Set(["dog/\(Self.decomposed)", "cat/2"].map { "\(root)/ink/\($0).jpg" }))
        }
    }
}
