import ArtifactStore
import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Models in a file, and for other programs") struct BundleTests {
    @Test("A bundle predicts as the store does, to the last bit, where there is nothing else; and is the same bytes again")
    func equality() async throws {
        let models = try await ModelWorkplace(), workplace = models.workplace, files = FileManager.default
        let elsewhere = try TemporaryFolder()
        try files.copyItem(at: workplace.url.appending(path: "data"), to: elsewhere.url.appending(path: "data"))
        for stage in ModelWorkplace.stages + ["dpl"] {
            let name = "\(stage)(target chalk)"
            for file in ["first.spg", "second.spg"] {
                let written = try await workplace.run("spg", "bundle", name, "--checkpoint", "clip", "-o", file)
                #expect(written.status == 0 && written.output == file + "\n", "\(stage): \(written.errors)")
            }
            let data = try Data(contentsOf: workplace.url.appending(path: "first.spg"))
            #expect(try data == Data(contentsOf: workplace.url.appending(path: "second.spg")))
            try data.write(to: elsewhere.url.appending(path: "model.spg"))
            let arguments = ["data/chalk", "--format", "jsonl"]
            let stored = try await workplace.start(
                "spg", ["predict", name, "--checkpoint", "clip"] + arguments
            ).outcome()
            let carried = try await Program("spg", ["predict", "model.spg"] + arguments, in: elsewhere.url).outcome()
            #expect(carried.status == 0 && carried.output == stored.output, "\(stage): \(carried.errors)")
            for file in ["first.spg", "second.spg"] { try files.removeItem(at: workplace.url.appending(path: file)) }
        }
        #expect(try files.contentsOfDirectory(atPath: elsewhere.url.path).sorted() == ["data", "model.spg"])
        let inspected = try await Program("spg", ["bundle", "inspect", "model.spg"], in: elsewhere.url).outcome()
        #expect(inspected.status == 0, "\(inspected.errors)")
        for words in ["dpl (evaluate-dpl), seed 1", "bars, checks, rings", "carried, ", "validationAccuracy"] {
            #expect(inspected.output.contains(words), "\(inspected.output)")
        }
    }

    @Test("Weights are carried in the type that they are stored in, or referred to, and then found and checked")
    func encoders() async throws {
        let folder = try TemporaryFolder()
        func spg(_ arguments: String...) async throws -> Program.Outcome {
            try await Program("spg", arguments, in: folder.url).outcome()
        }
        let model = [
            "bundle", "zero-shot", "--template", "an icon of a {}.", "--classes", "folder,clock", "--checkpoint",
            PredictTests.iconCLIP, "-o",
        ]
        #expect(try await Program("spg", model + ["whole.spg"], in: folder.url).outcome().status == 0)
        let light = try await Program("spg", model + ["light.spg", "--without-encoder"], in: folder.url).outcome()
        #expect(light.status == 0, "\(light.errors)")
        let whole = try Safetensors(contentsOf: folder.url.appending(path: "whole.spg"))
        let weights = whole.entries.filter { $0.key.hasPrefix("clip.") }
        #expect(!weights.isEmpty && weights.allSatisfy { $0.value.elementType == .float16 })
        #expect(try Safetensors(contentsOf: folder.url.appending(path: "light.spg")).entries.keys.sorted() == ["vocabulary"])

        let picture = PictureTree.picture(domain: 0, label: 2, number: 1)
        try picture.png().write(to: folder.url.appending(path: "a.png"))
        let expected = try await spg("predict", "whole.spg", "a.png", "--format", "jsonl")
        #expect(expected.status == 0, "\(expected.errors)")
        let lost = try await spg("predict", "light.spg", "a.png")
        #expect(lost.status == 65 && lost.errors.contains("refers to the CLIP model “icon-clip”"), "\(lost.errors)")
        let given = try await spg("predict", "light.spg", "a.png", "--format", "jsonl", "--checkpoint", PredictTests.iconCLIP)
        #expect(given.status == 0 && given.output == expected.output, "\(given.errors)")
        try FileManager.default.createDirectory(at: folder.url.appending(path: "Models"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("Models/icon-clip"), withDestinationPath: PredictTests.iconCLIP)
        #expect(try await spg("predict", "light.spg", "a.png", "--format", "jsonl").output == expected.output)
        try TinyCLIP.write(to: folder.url.appending(path: "clip"))
        let other = try await spg("predict", "light.spg", "a.png", "--checkpoint", "clip")
        #expect(other.status == 65 && other.errors.contains("were made with the encoder “icon-clip”"), "\(other.errors)")
    }

    @Test("Damaged, cut off, hostile and newer bundles are refused, with a line that says why; nothing is overwritten")
    func refusals() async throws {
        let workplace = try Workplace()
        let model = [
            "bundle", "zero-shot", "--template", "a {}.", "--classes", "bars,rings", "--checkpoint", "clip", "-o", "model.spg",
        ]
        #expect(try await workplace.start("spg", model).outcome().status == 0)
        let again = try await workplace.start("spg", model).outcome()
        #expect(again.status == 65 && again.errors.contains("model.spg"), "\(again.errors)")
        let whole = try Data(contentsOf: workplace.url.appending(path: "model.spg"))
        let length = Int(whole.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) })
        let header = String(decoding: whole[8..<8 + length], as: UTF8.self), numbers = whole[(8 + length)...]
        func changed(_ text: String, with other: String) throws -> Data {
            try #require(header.contains(text))
            let header = Data(header.replacing(text, with: other).utf8)
            return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header + numbers
        }
        var flipped = whole
        flipped[whole.count - 5] ^= 1
        for (data, words) in [
            (flipped, "is damaged: its SHA-256"), (whole.dropLast(100), "truncated"), (whole.prefix(4), "truncated"),
            (try changed("\"version\":\"1\"", with: "\"version\":\"3\""), "is a bundle of version 3"),
            (try changed("bars", with: "cars"), "is damaged: its SHA-256"),
            (try changed("\"format\":\"spg model\"", with: "\"format\":\"another\""), "but not a bundle"),
            (try changed("\"shape\":[4", with: "\"shape\":[9999999999999,4"), "cannot have"),
            (Safetensors.encode(["a": Tensor([2])]), "but not a bundle"), (Data("{}".utf8), "truncated"),
        ] {
            try data.write(to: workplace.url.appending(path: "bad.spg"))
            for command in [["predict", "bad.spg", "data/ink"], ["bundle", "inspect", "bad.spg"]] {
                let outcome = try await Program("spg", command, in: workplace.url).outcome()
                #expect(outcome.status == 65 && outcome.errors.contains(words), "\(outcome.errors)")
                #expect(outcome.output.isEmpty && outcome.errors.hasPrefix("Error: "))
            }
        }
        // Whole, and with the digest of what it holds: whoever changes a bundle can compute that anew.
        for (change, words) in [
            ({ $0["classes"] = ["bars", "rings", "bars"] }, "it has 3 classes; expected are two or more, each once"),
            ({ $0["classes"] = 3 }, "the JSON in “model”, has no such value as “classes” must be"),
            ({ $0["parameters"] = nil }, "has no “parameters”"), ({ $0["kind"] = "evaluate-x" }, "use a newer program"),
            ({ $0["encoder"] = [] }, "has no such value as “encoder” must be"),
            ({ $0["classes"] = ["bars", String(repeating: "long ", count: 40)] }, "but this text encoder reads 24"),
        ] as [((inout [String: Any]) -> Void, String)] {
            try Self.sealed(whole, change).write(to: workplace.url.appending(path: "bad.spg"))
            let outcome = try await Program("spg", ["predict", "bad.spg", "data/ink"], in: workplace.url).outcome()
            #expect(outcome.status == 65 && outcome.errors.contains(words), "\(outcome.errors)")
            #expect(outcome.output.isEmpty && outcome.errors.hasPrefix("Error: ") && !outcome.errors.contains("DecodingError"))
        }
        for (arguments, words) in [
            (["predict", "gone.spg", "data/ink"], "there is no bundle at “gone.spg”"),
            (["predict", "model.spg", "data/ink", "--pipeline", "small.yaml"], "leave --pipeline out"),
            (["bundle", "model.spg", "-o", "other.spg"], "“model.spg” is a bundle"),
            (
                [
                    "bundle", "zero-shot", "--template", "a {}.", "--classes",
                    "dog," + String(repeating: "long ", count: 40), "--checkpoint", "clip", "-o", "other.spg",
                ], "but this text encoder reads 24"
            ),
        ] {
            let outcome = try await Program("spg", arguments, in: workplace.url).outcome()
            #expect(outcome.status == 65 && outcome.errors.contains(words), "\(outcome.errors)")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: workplace.url.path)
        #expect(!left.contains("other.spg"))
        #expect(!left.contains { $0.contains("partial") }, "\(left)")
    }

    /// A bundle with another description, and the digest that goes with it.
    private static func sealed(_ bundle: Data, _ change: (inout [String: Any]) -> Void) throws -> Data {
        func json(_ object: Any) throws -> Data {
            try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        }
        let length = Int(bundle.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) })
        var header = try #require(try JSONSerialization.jsonObject(with: bundle[8..<8 + length]) as? [String: Any])
        var metadata = try #require(header.removeValue(forKey: "__metadata__") as? [String: String])
        let description = try #require(metadata["model"])
        var model = try #require(try JSONSerialization.jsonObject(with: Data(description.utf8)) as? [String: Any])
        change(&model)
        let text = try json(model), line = Data([UInt8(ascii: "\n")]), numbers = bundle[(8 + length)...]
        metadata["model"] = String(decoding: text, as: UTF8.self)
        metadata["sha256"] = Digest(of: text + line + (try json(header)) + line + numbers).description
        header["__metadata__"] = metadata
        let written = try json(header)
        return withUnsafeBytes(of: UInt64(written.count).littleEndian) { Data($0) } + written + numbers
    }

    @Test("One prompt for all images is a linear classifier; what has several says why it is none")
    func classifiers() async throws {
        let models = try await ModelWorkplace(), workplace = models.workplace
        for stage in ["zero-shot", "ensemble", "average", "specific", "dapl"] {
            let outcome = try await workplace.run(
                "spg", "export", "classifier", "\(stage)(target chalk)", "--checkpoint", "clip", "-o", "\(stage).safetensors")
            #expect(outcome.status == 0, "\(stage): \(outcome.errors)")
            let head = try Safetensors(contentsOf: workplace.url.appending(path: "\(stage).safetensors"))
            #expect(head.metadata["classes"] == #"["bars","checks","rings"]"#)
            let text = try head.tensor(named: "text_features"), scale = try head.tensor(named: "logit_scale").scalar
            #expect(text.shape == [3, 32] && abs(scale - exp(3)) < 1e-4)
            let store = try workplace.store
            let images = try store.embeddings(store.resolve("chalk", kind: .embeddings), view: "center")
            let logits = Tensor.product(images.vectors, text, transposingB: true) * scale
            let expected = try models.evaluated(stage)
            for (row, image) in images.manifest.images.enumerated() {
                let answer = try #require(expected[image.path.text])
                #expect(images.manifest.classes[logits.rowMaxima[row]].text == answer.name)
                #expect(abs(logits.softmaxOfRows()[row, logits.rowMaxima[row]] - answer.probability) < 1e-5)
            }
        }
        for (stage, words) in [
            ("spg", "each image has a prompt of its own"), ("nearest", "each image has a prompt of its own"),
            ("dpl", "each batch of images has a prompt of its own"), ("vpt", "it changes the image encoder"),
        ] {
            let outcome = try await workplace.run(
                "spg", "export", "classifier", "\(stage)(target chalk)", "--checkpoint", "clip", "-o", "none.safetensors")
            #expect(outcome.status == 65 && outcome.errors.contains(words), "\(outcome.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: workplace.folder.path("none.safetensors")))
    }
}
