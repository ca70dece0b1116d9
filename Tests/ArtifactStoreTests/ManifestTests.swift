import ArtifactStore
import Datasets
import Foundation
import Testing

@Suite struct ManifestTests {
    @Test func comesBackAsItWas() throws {
        try withStore { store in
            let manifest = Sample.manifest("tango")
            let key = try store.record(manifest)
            #expect(key == manifest.key)
            #expect(try store.manifest(manifest.key) == manifest)
            #expect(try store.artifact(manifest.key)?.recipe == manifest.recipe)
        }
    }

    @Test func keyDependsOnContentsOnly() {
        let manifest = Sample.manifest("tango")
        #expect(Sample.manifest("tango", root: "/elsewhere").key == manifest.key)
        #expect(Sample.manifest("tango", extra: 1).key != manifest.key)
        let renamed = DomainManifest(
            dataset: "Other", domain: "tango", classes: manifest.classes, images: manifest.images.reversed())
        #expect(renamed.key == manifest.key)
        let otherClasses = DomainManifest(
            dataset: "DesktopIcons", domain: "tango", classes: ["folder", "printer", "bin"], images: manifest.images)
        #expect(otherClasses.key != manifest.key)
        var relabelled = manifest.images
        relabelled[0].label = 1
        let moved = DomainManifest(
            dataset: "DesktopIcons", domain: "tango", classes: manifest.classes, images: relabelled)
        #expect(moved.key != manifest.key)
    }

    @Test func aMovedTreeIsTheSameArtifactWithNewPaths() throws {
        try withStore { store in
            let key = try store.record(Sample.manifest("tango"))
            let counts = try store.rowCounts()
            let moved = Sample.manifest("tango", root: "/elsewhere")
            #expect(try store.record(moved) == key)
            #expect(try store.manifest(key) == moved)
            #expect(try store.rowCounts() == counts)
        }
    }

    @Test func anAbsentOneIsAnError() throws {
        try withStore { store in
            let key = Sample.manifest("tango").key
            #expect(throws: StoreError.noArtifact(key, .images)) { try store.manifest(key) }
        }
    }
}
