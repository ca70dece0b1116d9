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
}
