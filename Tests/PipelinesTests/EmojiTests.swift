import CLIP
import Foundation
import Pipelines
import Stages
import Testing

/// The tables that Scripts/prepare-emoji makes images by, and Pipelines/desktop-icons-to-emoji.yaml, which tests on them.
@Suite struct EmojiTests {
    private struct Artist: Decodable {
        let package: String, licence: String
        let fonts: [String]?
        let drawings: String?
    }

    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardizedFileURL

    private func table<Value: Decodable>(_ path: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: Self.root.appending(path: "Scripts/\(path).json")))
    }

    @Test("A code point is of one class; names are as short as those of DesktopIcons, half of which are there, too")
    func classes() throws {
        let classes: [String: [String]] = try table("emoji/classes")
        let shared: [String: [String]] = try table("desktop-icons/classes")
        #expect((40...100).contains(classes.count) && 2 * classes.keys.count { shared[$0] != nil } > classes.count)
        let codes = classes.values.flatMap { $0 }
        #expect(Set(codes).count == codes.count)
        for code in codes { #expect(UInt32(code, radix: 16).flatMap(Unicode.Scalar.init) != nil, "\(code)") }
        #expect(classes.values.allSatisfy { (1...8).contains($0.count) })
        let tokenizer = try Tokenizer(contentsOf: Self.root.appending(path: "Models/icon-clip/merges.txt"))
        let longest = shared.keys.map { tokenizer.encode($0).count }.max() ?? 0
        for name in classes.keys { #expect((1...longest).contains(tokenizer.encode(name).count), "\(name)") }
    }

    @Test("Each domain has one kind of source, a package of one version and a licence, and is tested on")
    func domains() throws {
        let domains: [String: Artist] = try table("emoji/domains"), versions: [String: String] = try table("emoji/packages")
        #expect(Set(domains.values.map(\.package)) == Set(versions.keys))
        for artist in domains.values { #expect((artist.fonts == nil) != (artist.drawings == nil) && !artist.licence.isEmpty) }

        let file = Self.root.appending(path: "Pipelines/desktop-icons-to-emoji.yaml")
        let pipeline = try Specification(contentsOf: file, kinds: StageKind.all)
        #expect(pipeline.dataSet.name == "DesktopIcons" && pipeline.targets.map(\.name) == ["Emoji"])
        #expect(Set(pipeline.targets.first?.domains?.map { "\($0.value)" } ?? []) == Set(domains.keys))
    }

    @Test("Of the methods of DesktopIcons' own pipeline all are tested but four")
    func methods() throws {
        func stages(_ file: String) throws -> Set<String> {
            let url = Self.root.appending(path: "Pipelines/\(file).yaml")
            return try Set(Specification(contentsOf: url, kinds: StageKind.all).stages.map(\.name))
        }
        let own = try stages("desktop-icons-methods-resnet"), emoji = try stages("desktop-icons-to-emoji")
        let methods = ["coop-csc", "dapl", "ad-clip", "dpspg"]
        let leftOut = Set(methods + methods.map { $0 + "-target" } + ["styles", "pairs"])
        #expect(own.subtracting(emoji) == leftOut && emoji.isSubset(of: own))
    }
}
