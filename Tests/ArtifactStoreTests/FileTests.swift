import ArtifactStore
import Foundation
import Testing

@Suite struct FileTests {
    @Test func filesAreKeptWithTheirDigestsAndFigures() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let key = try Sample.runCommand(in: store)
            #expect(try store.files(key).map(\.fileName) == ["map.svg"])
            #expect(try store.files(key)[0].content == Data("<svg/>".utf8))
            #expect(try store.metrics(of: key) == [Metric(epoch: 0, name: "share", value: 0.5)])
            #expect(try store.artifact(key)?.bytes == 6)
            #expect(try store.verify().damages.isEmpty)
            #expect(try store.resolve("desktop-icons-map/map") == key)
        }
    }

    @Test(
        "A name that leads out of a folder is refused when it is written, and nothing is",
        arguments: ["../map.svg", "/tmp/map.svg", "a/b", "..", ".", "", "a\nb", String(repeating: "a", count: 256)])
    func foreignNames(_ name: String) throws {
        try withStore { store throws in
            let recipe = Recipe(kind: .files, algorithmVersion: 1, parameters: ["command": "x"], inputs: [])
            let files = ["map.svg", name].map { StoredFile(name: "f\($0.count)", fileName: $0, content: Data("x".utf8)) }
            let error = #expect(throws: StoreError.self) { try store.write(recipe, .files(files), seconds: 1) }
            #expect(error?.description.contains("“\(name)” is not a plain file name") == true)
            #expect(try !store.contains(recipe.key) && store.query("SELECT * FROM files").rows.isEmpty)
        }
    }

    @Test func damageIsFound() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            let key = try Sample.runCommand(in: store)
            try store.database.write { try $0.execute(sql: "UPDATE file SET content = x'00'") }
            #expect(throws: StoreError.self) { try store.files(key) }
            #expect(try store.verify().damages.map(\.subject) == ["the file “map.svg” of \(key.short)"])
        }
    }

    @Test func aMergeBringsThemAlongAndRefusesOthers() throws {
        try withFolder { folder in
            let other = try ArtifactStore(path: folder + "/other.sqlite"),
                mine = try ArtifactStore(path: folder + "/mine.sqlite")
            try Sample.runPipeline(in: other)
            let key = try Sample.runCommand(in: other)
            _ = try mine.merge(storeAt: other.path)
            #expect(try mine.files(key) == other.files(key))
            try mine.database.write { try $0.execute(sql: "UPDATE file SET content = x'00', sha256 = sha256(x'00')") }
            let error = #expect(throws: StoreError.self) { try mine.merge(storeAt: other.path) }
            #expect(error?.description.contains("the files \(key.short)") == true)
        }
    }

    /// The kinds of artifacts are a CHECK of the first version's table.
    @Test func anUnknownKindIsStillRefused() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            #expect(throws: (any Error).self) {
                try store.database.write { try $0.execute(sql: "UPDATE artifact SET kind = 'other'") }
            }
        }
    }
}
