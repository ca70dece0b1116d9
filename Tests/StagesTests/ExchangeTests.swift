import ArtifactStore
import CLIP
import Datasets
import Foundation
import Stages
import Tensors
import TestSupport
import Testing

/// Features that go out of the store and come in under another encoder's name, and all that can be wrong with them.
@Suite("Import and export")
struct ExchangeTests {
    private func importing(
        _ bench: Bench, _ file: URL, as encoder: String = "gpu", domains: [Name] = [], images: URL? = nil,
        normalize: Bool = false
    ) throws -> [FeatureImport.Outcome] {
        let source = try FeatureFile(contentsOf: file)
        return try FeatureImport(
            encoder: encoder, folder: ImageFolder(root: bench.data), domains: domains,
            order: images.map { .listed($0) } ?? .ofDataSet, isNormalizing: normalize
        ).run(
            source.tensor(), norms: source.norms(), source: source.source, checkpoint: bench.checkpoint, store: bench.store)
    }

    @Test("Files are not written through a link in the place of one of them, nor beside one")
    func links() throws {
        let bench = try Bench(), files = FileManager.default
        let recipe = Recipe(kind: .files, algorithmVersion: 1, parameters: ["command": "x"], inputs: [])
        let contents = ["a.csv", "b.csv"].map {
            StoredFile(name: String($0.prefix(1)), fileName: $0, content: Data("new".utf8))
        }
        let key = try bench.store.write(recipe, .files(contents), seconds: 1)
        let other = bench.folder.url.appending(path: "other.csv")
        for target in [other.path, bench.folder.path("nowhere")] {
            try Data("old".utf8).write(to: other)
            let folder = bench.folder.url.appending(path: UUID().uuidString)
            try files.createDirectory(at: folder, withIntermediateDirectories: true)
            try files.createSymbolicLink(atPath: folder.appending(path: "b.csv").path, withDestinationPath: target)
            #expect(throws: StoreError.fileExists(path: folder.appending(path: "b.csv").path)) {
                try bench.store.exportFiles(key, to: folder)
            }
            #expect(try files.contentsOfDirectory(atPath: folder.path) == ["b.csv"])
            #expect(
                try String(contentsOf: other, encoding: .utf8) == "old"
                    && !files.fileExists(atPath: bench.folder.path("nowhere")))
        }
        // A folder that is itself reached by a link is a folder.
        let real = bench.folder.url.appending(path: "real"), link = bench.folder.url.appending(path: "link")
        try files.createDirectory(at: real, withIntermediateDirectories: true)
        try files.createSymbolicLink(atPath: link.path, withDestinationPath: real.path)
        #expect(try bench.store.exportFiles(key, to: link).count == 2)
        #expect(try files.contentsOfDirectory(atPath: real.path).sorted() == ["a.csv", "b.csv"])
    }

    @Test("Exported and imported features have the same bits, in every format", arguments: ["npy", "npz", "safetensors", "pt"])
    func roundTrip(format: String) throws {
        let bench = try Bench()
        let keys = try ["chalk", "ink"].map { try bench.extract($0, views: 2).key }
        let file = bench.folder.url.appending(path: "features.\(format)")
        let written = try Export(features: keys, in: bench.store).write(to: file)
        #expect(written.map(\.lastPathComponent) == ["features.\(format)", "features.csv"])
        #expect(try FeatureFile(contentsOf: file).tensor().shape == [48, 3, 32])

        let outcomes = try importing(bench, file, domains: ["chalk", "ink"], images: written[1])
        for (key, outcome) in zip(keys, outcomes) {
            let old = try bench.store.embeddingSet(key), new = try bench.store.embeddingSet(outcome.key)
            #expect(new.encoder != old.encoder && new.manifest == old.manifest && new.views.count == 3)
            for (a, b) in zip(old.views, new.views) {
                #expect(
                    try bench.store.embeddings(key, view: a).vectors == bench.store.embeddings(outcome.key, view: b).vectors)
                #expect(try bench.store.norms(key, view: a) == bench.store.norms(outcome.key, view: b))
            }
        }
        let again = bench.folder.url.appending(path: "again.\(format)")
        _ = try Export(features: outcomes.map(\.key), in: bench.store).write(to: again)
        #expect(try Data(contentsOf: again) == Data(contentsOf: file))
        // A second import finds everything; other numbers under the name are refused.
        #expect(try importing(bench, file, domains: ["chalk", "ink"], images: written[1]).map(\.key) == outcomes.map(\.key))
        let ink = try Export(features: [bench.extract("ink", views: 0).key], in: bench.store)
        let reversed = bench.folder.url.appending(path: "reversed.npy")
        let rows = try #require(ink.tensors["features"])
        try NumPyArray.encode(rows.gatheringRows((0..<rows.rows).reversed())).write(to: reversed)
        let error = #expect(throws: StoreError.self) { try importing(bench, reversed, domains: ["ink"]) }
        #expect(
            error?.description.contains("other features of “\(bench.data.path)/ink/") == true, "\(error?.description ?? "")")
    }

    @Test("Without a table, rows are in the order of the files' names")
    func orderOfNames() throws {
        let bench = try Bench()
        let folder = try ImageFolder(root: bench.data)
        let paths = try ["chalk", "ink", "oil"].flatMap { try folder.images(of: $0).map(\.path) }
        var rows = Tensor([paths.count, 32])
        for row in 0..<paths.count { rows.setRow(row, to: unit(row)) }
        let file = bench.folder.url.appending(path: "rows.npy")
        try NumPyArray.encode(rows).write(to: file)
        for outcome in try importing(bench, file) {
            let stored = try bench.store.embeddings(outcome.key, view: "center")
            for (position, image) in stored.manifest.images.enumerated() {
                #expect(try stored.vectors.rows(position..<position + 1) == unit(#require(paths.firstIndex(of: image.path))))
            }
        }
    }

    /// A unit vector of its own for each number below 32 · 31.
    private func unit(_ number: Int) -> Tensor {
        var values = [Float](repeating: 0, count: 32)
        values[number % 32] = 0.6
        values[(number % 32 + 1 + number / 32) % 32] = 0.8
        return Tensor([1, 32], values)
    }

    @Test("Stages take imported features as they take others; images that are new cannot be encoded here")
    func stages() throws {
        let bench = try Bench()
        let keys = try ["chalk", "ink"].map { try bench.extract($0, views: 2).key }
        let file = bench.folder.url.appending(path: "features.safetensors")
        let written = try Export(features: keys, in: bench.store).write(to: file)
        let imported = try importing(bench, file, domains: ["chalk", "ink"], images: written[1]).map(\.key)

        // What extract is asked for by a pipeline is there: with as many views, and with fewer.
        for views in [2, 1] {
            var parameters = ExtractStage.Parameters()
            parameters.views = .count(views)
            let stage = try ExtractStage(parameters, origin: .imported("gpu"))
            let outcome = try stage.run(manifest: bench.manifest("ink"), checkpoint: bench.checkpoint, store: bench.store)
            #expect(outcome.encoded == 0 && (outcome.key == imported[1]) == (views == 2))
        }
        let prompt = try bench.fit(imported[1]).run(checkpoint: bench.checkpoint, store: bench.store)
        let same = try bench.fit(keys[1]).run(checkpoint: bench.checkpoint, store: bench.store)
        #expect(prompt != same)
        #expect(try bench.store.prompt(prompt).vectors == bench.store.prompt(same).vectors)
        let evaluation = try bench.evaluation(PromptEvaluation.self, ["prompts": [prompt]], on: imported[0]).run(
            checkpoint: bench.checkpoint, store: bench.store)
        let other = try bench.evaluation(PromptEvaluation.self, ["prompts": [same]], on: keys[0]).run(
            checkpoint: bench.checkpoint, store: bench.store)
        #expect(try bench.store.evaluation(evaluation) == bench.store.evaluation(other))

        try PictureTree.picture(domain: 1, label: 0, number: 77).png().write(to: bench.data.appending(path: "ink/bars/new.png"))
        let error = #expect(throws: StageInputError.self) {
            try ExtractStage(.init(), origin: .imported("gpu")).run(
                manifest: bench.manifest("ink"), checkpoint: bench.checkpoint, store: bench.store)
        }
        #expect(error?.description.contains("1 of 25 images of ink have no features") == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("ink/bars/new.png") == true)

        // Another checkpoint's text encoder does not go with them.
        let elsewhere = bench.folder.url.appending(path: "other")
        try TinyCLIP.write(to: elsewhere) { $0["logit_scale"] = Tensor(2) }
        let checkpoint = try Checkpoint(contentsOf: elsewhere)
        #expect(throws: EncoderMismatch.self) {
            try bench.evaluation(ZeroShot.self, on: imported[0]).run(checkpoint: checkpoint, store: bench.store)
        }
    }

    /// What is done to a good file of ink's features and its table, and what is said.
    static let faults: [(name: String, change: @Sendable (inout Tensor, inout [[String]]) -> Void, says: String)] = [
        ("a NaN", { rows, _ in rows.setRow(3, to: Tensor([1, 32], repeating: .nan)) }, "hold a number that is not finite"),
        ("a length", { rows, _ in rows.setRow(3, to: Tensor([1, 32], repeating: 1)) }, "have length 5.65"),
        ("a zero", { rows, _ in rows.setRow(3, to: Tensor([1, 32])) }, "have length 0.0, not 1; encode the image again"),
        (
            "a missing row",
            { rows, table in
                rows = rows.rows(0..<23); table.removeLast()
            }, "has no row in"
        ),
        ("rows and no images", { rows, table in table.removeLast() }, "has 24 rows, and"),
        ("an unknown image", { _, table in table[4][0] = "ink/bars/none.png" }, "“ink/bars/none.png” is not in ink"),
        ("an image twice", { _, table in table[4] = table[5] }, "twice"),
        ("another image", { _, table in table[4][1] = String(repeating: "0", count: 64) }, "is not the image that"),
        ("a dimension", { rows, _ in rows = rows.reshaped([48, 16]) }, "has the shape [48, 16]; expected [images, 32]"),
        ("a short line", { _, table in table[2].removeLast() }, "f.csv, line 4 has 4 fields"),
        ("no norm", { _, table in table[2][4] = "" }, "has “” in the column norm, which is not a length"),
        ("a norm that is no length", { _, table in table[2][4] = "-8.5" }, "has “-8.5” in the column norm"),
        ("a norm that is not finite", { _, table in table[2][4] = "inf" }, "has “inf” in the column norm"),
    ]

    @Test("What is wrong is named, and nothing is written", arguments: faults.indices)
    func faulty(index: Int) throws {
        let bench = try Bench()
        let export = try Export(features: [bench.extract("ink", views: 0).key], in: bench.store)
        var rows = try #require(export.tensors["features"]), table = try #require(export.rowTable).rows
        Self.faults[index].change(&rows, &table)
        let file = bench.folder.url.appending(path: "f.npy"), images = bench.folder.url.appending(path: "f.csv")
        try NumPyArray.encode(rows).write(to: file)
        let lines = [try #require(export.rowTable).columns] + table
        try Data(lines.map { $0.joined(separator: ",") }.joined(separator: "\n").utf8).write(to: images)
        let before = try bench.artifacts()
        do {
            _ = try importing(bench, file, domains: ["ink"], images: images)
            Issue.record("\(Self.faults[index].name) was imported")
        } catch {
            #expect("\(error)".contains(Self.faults[index].says), "\(error)")
        }
        #expect(try bench.artifacts() == before)
        #expect(try bench.store.query("SELECT * FROM encoders").rows.count == 1)
    }

    @Test("Rows that cannot be told which image they are of, and features without a name: nothing is written")
    func unplaced() throws {
        let bench = try Bench()
        let rows = try #require(Export(features: [bench.extract("ink", views: 0).key], in: bench.store).tensors["features"])
        let file = bench.folder.url.appending(path: "f.npy"), table = bench.folder.url.appending(path: "f.csv")
        try NumPyArray.encode(rows).write(to: file)
        let before = try bench.artifacts()
        func message(_ encoder: String = "gpu", domains: [Name] = ["ink"], table lines: String? = nil) throws -> String {
            if let lines { try Data(lines.utf8).write(to: table) }
            let error = #expect(throws: StageInputError.self) {
                try importing(bench, file, as: encoder, domains: domains, images: lines == nil ? nil : table)
            }
            #expect(try bench.artifacts() == before && bench.store.query("SELECT * FROM encoders").rows.count == 1)
            return error?.description ?? ""
        }
        let many = try message(domains: ["ink", "oil"])
        #expect(many.contains("has 24 rows, and ink, oil in") && many.contains("have 48 images; say which"), "\(many)")
        let column = try message(table: "file,label\na,b\n")
        #expect(column.hasSuffix("f.csv has no column “path” or “image_path”; it has file, label"), "\(column)")
        #expect(try message("").contains("an imported encoder needs a name"))
        try NumPyArray.encode(rows * 2).write(to: file)
        let long = try message()
        #expect(long.contains("/ink/bars/0.png” (view center) have length "), "\(long)")
        #expect(long.hasSuffix(", not 1; scale rows to length 1, or give --normalize"), "\(long)")
    }

    @Test("Places of images from another program: a line that is none is named, and a table of other images")
    func points() throws {
        let folder = try TemporaryFolder(), file = folder.url.appending(path: "places.csv")
        let (one, other) = (Digest(of: Data("one".utf8)), Digest(of: Data("other".utf8)))
        func points(_ lines: String...) throws -> ImagePoints {
            try Data(lines.joined(separator: "\n").utf8).write(to: file)
            return try ImagePoints(contentsOf: file)
        }
        func message(_ lines: String...) -> String {
            let error = #expect(throws: StageInputError.self) {
                try Data(lines.joined(separator: "\n").utf8).write(to: file)
                _ = try ImagePoints(contentsOf: file)
            }
            return error?.description ?? ""
        }
        let places = try points("x,image_sha256,y", "1.5,\(one),-2").places(of: [other, one])
        #expect(places[0] == nil && places[1]?.x == 1.5 && places[1]?.y == -2)
        #expect(message("image_sha256,x", "\(one),1").hasSuffix("line 1: expected a column “y”; it has image_sha256, x"))
        for line in ["\(one),1,nan", "\(one),one,2", "abc,1,2"] {
            let said = message("image_sha256,x,y", "\(other),1,2", line)
            #expect(said.hasSuffix("places.csv, line 3: expected a digest of 64 digits and two numbers"), "\(said)")
        }
        let strange = try points("image_sha256,x,y", "\(other),1,2")
        let error = #expect(throws: StageInputError.self) { try strange.places(of: [one]) }
        #expect(error?.description == "places.csv has none of the 1 images that a map shows")
    }

    @Test("With normalizing, rows of any length become unit vectors, but zeros do not")
    func normalizing() throws {
        let bench = try Bench()
        let export = try Export(features: [bench.extract("ink", views: 0).key], in: bench.store)
        let rows = try #require(export.tensors["features"])
        let file = bench.folder.url.appending(path: "f.npy")
        let table = bench.folder.url.appending(path: "f.csv")
        _ = try export.write(to: bench.folder.url.appending(path: "f.pt"))
        try NumPyArray.encode(rows * 9).write(to: file)
        let key = try importing(bench, file, domains: ["ink"], images: table, normalize: true)[0].key
        let stored = try bench.store.embeddings(key, view: "center").vectors
        #expect(zip(stored.values, rows.values).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test("A file is read by its extension; which of several arrays is asked for")
    func files() throws {
        let bench = try Bench()
        let folder = bench.folder.url
        func message(_ name: String, _ data: Data, tensor: String? = nil) throws -> String {
            try data.write(to: folder.appending(path: name))
            do {
                return "\(try FeatureFile(contentsOf: folder.appending(path: name), named: tensor).tensor().shape)"
            } catch {
                return "\(error)"
            }
        }
        let two = Safetensors.encode(["a": Tensor([1, 2]), "b": Tensor([3, 2])])
        #expect(try message("two.safetensors", two).contains("several arrays: a, b; say which with --tensor"))
        #expect(try message("two.safetensors", two, tensor: "b") == "[3, 2]")
        #expect(try message("two.safetensors", two, tensor: "c").contains("no array “c”"))
        #expect(try message("one.h5", two).contains(".npy, .npz, .safetensors and .pt"))
        #expect(try message("one.npz", Data("PK".utf8)).contains("truncated"))
        #expect(try message("one.npy", Data()).contains("truncated"))
    }

    @Test("Tables keep commas, quotes and line feeds in names")
    func names() throws {
        let bench = try Bench()
        let name = "a, \"b\".png"
        try PictureTree.picture(domain: 1, label: 0, number: 99).png().write(to: bench.data.appending(path: "ink/bars/\(name)"))
        let file = bench.folder.url.appending(path: "f.npy")
        let written = try Export(features: [bench.extract("ink", views: 0).key], in: bench.store).write(to: file)
        #expect(try String(contentsOf: written[1], encoding: .utf8).contains("a, \"\"b\"\".png\""))
        #expect(try importing(bench, file, domains: ["ink"], images: written[1])[0].images == 25)
    }

    @Test("Prompts, generators and predictions are written as they are")
    func others() throws {
        let bench = try Bench()
        let flow = try bench.run()
        let folder = bench.folder.url
        let prompt = try bench.store.prompt(flow.prompts[0]).vectors
        _ = try Export(prompt: flow.prompts[0], in: bench.store).write(to: folder.appending(path: "p.pt"))
        #expect(try TorchFile(contentsOf: folder.appending(path: "p.pt")).loneTensor() == prompt)
        _ = try Export(prompt: flow.prompts[0], in: bench.store).write(to: folder.appending(path: "p.csv"))
        let lines = try String(contentsOf: folder.appending(path: "p.csv"), encoding: .utf8).split(separator: "\n")
        #expect(lines.dropFirst().flatMap { $0.split(separator: ",").compactMap { Float($0) } } == prompt.values)

        let weights = try bench.store.weights(flow.generator).tensors
        _ = try Export(generator: flow.generator, in: bench.store).write(to: folder.appending(path: "g.pt"))
        let file = try TorchFile(contentsOf: folder.appending(path: "g.pt"))
        #expect(Set(file.names) == Set(weights.keys))
        for (name, tensor) in weights { #expect(try file.tensor(named: name) == tensor) }
        _ = try Export(generator: flow.generator, in: bench.store).write(to: folder.appending(path: "g.npz"))
        let archive = try NumPyArchive(contentsOf: folder.appending(path: "g.npz"))
        for (name, tensor) in weights { #expect(try archive.tensor(named: name) == tensor) }
        for format in ["npy", "csv", "txt"] {
            #expect(throws: StageInputError.self) {
                try Export(generator: flow.generator, in: bench.store).write(to: folder.appending(path: "none.\(format)"))
            }
        }

        let evaluation = try bench.store.evaluation(flow.evaluations[2])
        _ = try Export(predictions: flow.evaluations[2], in: bench.store).write(to: folder.appending(path: "e.npy"))
        let rows = try NumPyArray(contentsOf: folder.appending(path: "e.npy")).tensor()
        #expect(
            evaluation.predictions.enumerated().allSatisfy {
                rows[$0, 0] == Float($1.label) && rows[$0, 1] == Float($1.predicted) && Double(rows[$0, 2]) == $1.probability
            })
        #expect(throws: StoreError.fileExists(path: folder.appending(path: "e.csv").path)) {
            try Export(predictions: flow.evaluations[2], in: bench.store).write(to: folder.appending(path: "e.csv"))
        }
    }
}
