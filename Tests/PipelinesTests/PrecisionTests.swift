import Imaging
import Pipelines
import Tensors
import Testing

@Suite("The encoder's precision")
struct PrecisionTests {
    private let text = sampleText.replacing("Models/sample}", with: "Models/sample, precision: bf16}")

    @Test("It is float32 unless the file says otherwise, and extraction is told of it")
    func reading() throws {
        #expect(try specification().precision.value == .float32)
        #expect(try specification(text).precision.value == .bf16)
        let laboratory = try Laboratory()
        let plan = try laboratory.plan(text)
        func options(_ stage: String) throws -> [String] {
            try #require(plan.instances.first { $0.stage == stage })
                .arguments(for: plan.specification, store: "s", threads: 1)
        }
        #expect(try options("features").contains("--precision=bf16"))
        #expect(try !options("prompts").contains { $0.hasPrefix("--precision") })
    }

    @Test("The order of resizing and RGB: Dassl's is in no command line, CLIP's is told to extraction")
    func preprocessing() throws {
        let clip = sampleText.replacing("Models/sample}", with: "Models/sample, preprocessing: clip}")
        let laboratory = try Laboratory()
        for (text, order) in [(sampleText, ColorOrder.dassl), (clip, .clip)] {
            let plan = try laboratory.plan(text)
            #expect(plan.specification.preprocessing == order)
            let features = try #require(plan.instances.first { $0.stage == "features" })
            let options = features.arguments(for: plan.specification, store: "s", threads: 1)
            #expect(options.filter { $0.hasPrefix("--preprocessing") } == (order == .clip ? ["--preprocessing=clip"] : []))
        }
        for (fault, says) in [
            ("preprocessing: open_clip", "encoder.preprocessing: expected “dassl” or “clip”, found “open_clip”"),
            ("imported: gpu, preprocessing: clip", "imported features have no preprocessing; leave one of the two out"),
        ] {
            let text = sampleText.replacing("Models/sample}", with: "Models/sample, \(fault)}")
            let error = #expect(throws: SpecificationError.self) { try specification(text) }
            #expect(error?.description.contains(says) == true)
        }
    }

    @Test("A processor without bfloat16 is refused at its place in the file, if there are images to encode")
    func refusing() throws {
        let laboratory = try Laboratory()
        let plan = try laboratory.plan(text), processor = Processor(multipliesBFloat16: false)
        let error = #expect(throws: SpecificationError.self) {
            try plan.checkPrecision(of: plan.work, on: processor)
        }
        #expect(error?.description.hasPrefix("sample.yaml:4:49: encoder.precision: precision bf16 needs") == true)
        try plan.checkPrecision(of: plan.work, on: Processor(multipliesBFloat16: true))
        try plan.checkPrecision(of: plan.work.filter { $0.stage != "features" }, on: processor)
    }

    private func readingTexts(in precision: String) -> String {
        sampleText.replacing("Models/sample}", with: "Models/sample, textPrecision: \(precision)}")
    }

    @Test("What texts are encoded in is told to every stage that reads them, and is in its key; float32 is in none")
    func texts() throws {
        let laboratory = try Laboratory()
        let usual = try laboratory.plan(), float32 = try laboratory.plan(readingTexts(in: "float32"))
        #expect(
            usual.specification.textPrecision.value == .float32 && float32.instances.map(\.key) == usual.instances.map(\.key))
        let plan = try laboratory.plan(readingTexts(in: "bf16"))
        #expect(plan.specification.precision.value == .float32 && plan.specification.textPrecision.value == .bf16)
        for (own, other) in zip(plan.instances, usual.instances) {
            let options = own.arguments(for: plan.specification, store: "s", threads: 1)
            let isFeatures = own.stage == "features"
            #expect((own.key == other.key) == isFeatures, "\(own.name)")
            #expect(options.contains("--text-precision=bf16") != isFeatures, "\(own.name)")
            #expect(
                !other.arguments(for: usual.specification, store: "s", threads: 1).contains { $0.contains("text-precision") })
        }
        let imported = readingTexts(in: "bf16, imported: gpu")
        #expect(try specification(imported).textPrecision.value == .bf16)
        let error = #expect(throws: SpecificationError.self) { try specification(readingTexts(in: "half")) }
        #expect(
            error?.description.contains("4:53: encoder.textPrecision: expected “float32” or “bf16”, found “half”") == true)
    }

    @Test("A stage may say for itself what texts are encoded in")
    func stageOfItsOwn() throws {
        let laboratory = try Laboratory()
        let template = #"with: {template: "an icon of a {}."}"#
        let own = #"with: {template: "an icon of a {}.", textPrecision: "#
        let usual = try laboratory.plan()
        for (precision, encoder) in [("float32", "bf16"), ("bf16", "float32")] {
            let plan = try laboratory.plan(readingTexts(in: encoder).replacing(template, with: own + precision + "}"))
            for (instance, other) in zip(plan.instances, usual.instances) where instance.kind.name != "extract" {
                let isFloat32 = (instance.stage == "zero-shot" ? precision : encoder) == "float32"
                #expect((instance.key == other.key) == isFloat32, "\(instance.name)")
            }
        }
    }

    @Test("A processor without bfloat16 is refused at its place in the file, if there are texts to encode")
    func refusingTexts() throws {
        let laboratory = try Laboratory(), without = Processor(multipliesBFloat16: false)
        let plan = try laboratory.plan(readingTexts(in: "bf16"))
        let error = #expect(throws: SpecificationError.self) { try plan.checkPrecision(of: plan.work, on: without) }
        #expect(error?.description.hasPrefix("sample.yaml:4:53: encoder.textPrecision: precision bf16 needs") == true)
        try plan.checkPrecision(of: plan.work, on: Processor(multipliesBFloat16: true))
        try plan.checkPrecision(of: plan.work.filter { $0.stage == "features" }, on: without)
        let own = try laboratory.plan(
            sampleText.replacing(
                #"template: "an icon of a {}."}"#, with: #"template: "an icon of a {}.", textPrecision: bf16}"#))
        let second = #expect(throws: SpecificationError.self) { try own.checkPrecision(of: own.work, on: without) }
        #expect(second?.description.contains("stages.zero-shot.with.textPrecision: precision bf16 needs") == true)
    }
}
