import CLIP
import Datasets
import FormulaModels
import Foundation
import Pipelines
import PromptLearning
import Stages
import TestSupport
import Testing

/// Pipelines that ask for what their checkpoint or their classes have no room for: planned with a model that reads 24 tokens
/// and has a vision transformer of two layers, or with a ResNet.
@Suite("What is asked of a model is looked at when a pipeline is planned") struct NeedTests {
    private static let outlines = Result {
        try Fixtures.withFolder { folder in
            try TinyCLIP.write(to: folder.appending(path: "vit"))
            let resNet = Formula.weights(try Fixtures.decoded(ModelFixture.self, "resnet.json").shapes)
            let outline = try Checkpoint(contentsOf: folder.appending(path: "vit")).outline()
            return (outline, try Fixtures.withCheckpoint(resNet) { try Checkpoint(contentsOf: $0).outline() })
        }
    }

    private static let start = """
        pipeline: needs
        dataset: {root: Data/sample, name: Sample}
        encoder: {checkpoint: clip}
        matrix: {target: [oil], seed: [1, 2]}
        stages:
          features: {uses: extract}

        """

    private func plan(
        _ stages: String, classes: [String] = ["cat", "dog"], others: [String] = [], resNet: Bool = false,
        seeds: String = "1, 2"
    ) throws -> Plan {
        var inputs = sampleInputs(domains: ["oil", "ink", "chalk"] + (others.isEmpty ? [] : ["Other:wood"]))
        inputs.classes = [nil: classes.map { Name($0) }, "Other": others.map { Name($0) }]
        inputs.model = resNet ? try Self.outlines.get().1 : try Self.outlines.get().0
        var text = Self.start + stages.split(separator: "\n").map { "  " + $0 }.joined(separator: "\n")
        text = text.replacing(", seed: [1, 2]", with: stages.contains("${seed}") ? ", seed: [\(seeds)]" : "")
        if !others.isEmpty {
            text = text.replacing("matrix: {target: [oil], seed", with: "targets: {Other: {root: Data/other}}\nmatrix: {seed")
        }
        return try Plan(Specification(text: text, file: "needs.yaml", kinds: StageKind.all), inputs: inputs)
    }

    private static let prompts = """
        prompts: {uses: fit, from: {embeddings: features}, with: {seed: "${seed}"WITH}}
        sum: {uses: evaluate-prompts, from: {embeddings: features, prompts: prompts}}
        """

    static let unmet: [(stages: String, place: String, problem: String)] = [
        (
            prompts.replacing("WITH", with: ", context: \"\", contextLength: 30"),
            "needs.yaml:7:106: stages.prompts.with.contextLength", "reads 24 tokens"
        ),
        (
            prompts.replacing("WITH", with: ", context: \"\", contextLength: 20"),
            "needs.yaml:7:106: stages.prompts.with.contextLength", "takes 25 tokens"
        ),
        (
            prompts.replacing("WITH", with: ", contextLength: 5"), "needs.yaml:7:3: stages.prompts.with.context:",
            "contextLength asks for 5"
        ),
        (
            "zero: {uses: evaluate-zero-shot, from: {embeddings: features}, with: {templates: [\"\(String(repeating: "a ", count: 23)){}\"]}}",
            "needs.yaml:7:84: stages.zero.with.templates", "reads 24"
        ),
        (
            "vpt: {uses: fit-vpt, from: {embeddings: features}, with: {depth: 3}}",
            "needs.yaml:7:68: stages.vpt.with.depth", "image encoder has 2"
        ),
        (
            "maple: {uses: fit-maple, from: {embeddings: features}, with: {depth: 3}}",
            "needs.yaml:7:72: stages.maple.with.depth", "text encoder has 2"
        ),
        (
            "style: {uses: fit-ad-clip, from: {embeddings: features, target: features}}",
            "needs.yaml:6:3: stages.features.with.statistics", "write statistics: true under stages.features.with"
        ),
        (
            "dapl: {uses: fit-dapl, from: {embeddings: features, target: features}, with: {contextLength: 6, domainContextLength: 6}}",
            "needs.yaml:7:96: stages.dapl.with.contextLength", "takes"
        ),
        (
            """
            prompts:
              uses: fit
              from: {embeddings: features}
              with: {context: "", contextLength: 2}
              where: [{domain: ink, with: {contextLength: 3}}]
            generator: {uses: cgan, from: {embeddings: features, prompts: prompts}}
            """, "needs.yaml:12:3: stages.generator", "2 and 3 context vectors"
        ),
        (
            "dpl: {uses: fit-dpl, from: {embeddings: features}, with: {contextLength: 2, hiddenWidth: 40000}}",
            "needs.yaml:7:92: stages.dpl.with.hiddenWidth: the network would have 6400 MB in one of its arrays",
            "takes 999 MB in one piece"
        ),
        (
            "dpl: {uses: fit-dpl, from: {embeddings: features}, with: {contextLength: 2, hiddenWidth: 10000}}",
            "needs.yaml:7:92: stages.dpl.with.hiddenWidth: the network would have 1220 MB in the state", "make it smaller"
        ),
        (
            """
            prompts: {uses: fit, from: {embeddings: features}, with: {classTokenPosition: middle}}
            generator: {uses: regressor, from: {embeddings: features, prompts: prompts}}
            """, "needs.yaml:8:3: stages.generator", "one context for all classes"
        ),
    ]

    @Test("More than there is room for is an error at its value", arguments: unmet.indices)
    func refused(_ index: Int) {
        let (stages, place, problem) = Self.unmet[index]
        let said = #expect(throws: SpecificationError.self) { try plan(stages) }?.description ?? ""
        #expect(said.hasPrefix(place) && said.contains(problem), "\(said)")
    }

    @Test("Room for AD-CLIP's networks, and the parameter that asks for most of it")
    func styles() throws {
        for architecture in [try Self.outlines.get().0.architecture, try Self.outlines.get().1.architecture] {
            var parameters = ADCLIP.Parameters()
            func refusal(_ room: Int) -> String? {
                for case .network(let need) in parameters.needs {
                    do throws(UnmetNeed) { try need.check(architecture, room: room) } catch { return error.parameter }
                }
                return nil
            }
            #expect(refusal(999_000_000) == nil && refusal(100_000) == "styleHiddenWidth")
            parameters.hiddenWidth = 65_536
            #expect(refusal(10_000_000) == "hiddenWidth")
        }
    }

    @Test("A class name of too many tokens is named, also where the class is another data set's")
    func classNames() throws {
        let long = "a_very_long_name_for_such_a_small_animal_as_this_is_one"
        let stages = Self.prompts.replacing("WITH", with: "")
        _ = try plan(stages)
        for others in [[], ["cat", "dog"]] as [[String]] {
            let isOther = !others.isEmpty
            let said =
                #expect(throws: SpecificationError.self) {
                    try plan(stages, classes: isOther ? ["cat", "dog"] : ["cat", long], others: isOther ? ["cat", long] : [])
                }?.description ?? ""
            #expect(said.contains("stages.prompts.with.contextLength: The prompt of class “\(long)” takes"), "\(said)")
        }
        let specific = stages.replacing("seed: \"${seed}\"", with: "seed: \"${seed}\", classSpecificContexts: true")
        _ = try plan(specific)
        let said = #expect(throws: SpecificationError.self) { try plan(specific, others: ["car", "dog"]) }?.description ?? ""
        #expect(said.contains("stages.sum: its images have other classes"), "\(said)")
    }

    @Test("A ResNet has no tokens for prompts")
    func resNet() {
        let said =
            #expect(throws: SpecificationError.self) {
                try plan(
                    "vpt: {uses: fit-vpt, from: {embeddings: features}, with: {depth: 1, template: \"a {}\"}}", resNet: true)
            }?.description ?? ""
        #expect(said.hasPrefix("needs.yaml:7:3: stages.vpt: ") && said.contains("ResNet"), "\(said)")
    }

    @Test("What fits is planned, a thousand cells of 345 classes, too")
    func manyCells() throws {
        let classes = (0..<345).map { "class number \($0)" }
        let stages =
            Self.prompts.replacing("WITH", with: ", context: \"\", contextLength: 2") + """

                generator: {uses: cgan, from: {embeddings: features, prompts: prompts}, with: {seed: "${seed}"}}
                spg: {uses: evaluate-generator, from: {embeddings: features, generator: generator}, with: {seed: "${seed}"}}
                """
        let seeds = (1...200).map(String.init).joined(separator: ", ")
        let plan = try plan(stages, classes: classes, seeds: seeds)
        #expect(plan.instances.count == 3 + 200 * 6)
    }
}
