import ArtifactStore
import PromptLearning
import Stages
import Testing

@Suite("The list of methods")
struct MethodTests {
    /// The first digits of the key of an artifact without inputs, all parameters at their defaults.
    static let keys = [
        "cgan": "32b0f8c3afe3", "dual-path": "89de4ffe4d82", "encode-with-torch": "941eda7f143e",
        "evaluate-ad-clip": "4723139231ed",
        "evaluate-dapl": "35962636b2c5", "evaluate-dpl": "043dbd5b8d11", "evaluate-generator": "a19ee2ddac98",
        "evaluate-prompts": "55299a9dfb8c", "evaluate-vision-prompts": "3a69c270a691", "evaluate-zero-shot": "31b08c684e11",
        "extract": "cc7801a3a63f", "fit": "51a071df10c3", "fit-ad-clip": "6762a4d90bc5",
        "fit-cocoop": "30b64e109b7c", "fit-dapl": "fbfc9b5247e2", "fit-dpl": "1de6b96cb74a",
        "fit-dual": "5304e9fb066e", "fit-kgcoop": "d6853b804914", "fit-maple": "eea46db7e9e3",
        "fit-vpt": "2e943f9803e4", "flow": "6253ae3f6270", "import-generator": "bb39bd4c44b9",
        "import-prompt": "4a0e79726418", "regressor": "95a7a828b7d1",
    ]

    @Test("Kinds, their parameters and defaults are those that stores have artifacts of")
    func keys() {
        let kinds = StageKind.all.map { ($0.name, "\($0.recipe($0.defaults, inputs: []).key)".prefix(12)) }
        #expect(Dictionary(uniqueKeysWithValues: kinds.map { ($0, String($1)) }) == Self.keys)
    }

    @Test("Of every kind that reads texts, what they are encoded in is part of the key; of no other kind")
    func textPrecision() {
        for kind in StageKind.all {
            let bf16 = kind.defaults.changed([StageKind.textPrecision: "bf16"])
            let isKnown = kind.parameter(StageKind.textPrecision) != nil
            #expect(isKnown == kind.readsTexts, "\(kind.name)")
            guard isKnown else { continue }
            #expect(kind.recipe(bf16, inputs: []).key != kind.recipe(kind.defaults, inputs: []).key, "\(kind.name)")
            #expect(throws: UnfitParameter.self) {
                try kind.check(kind.defaults.changed([StageKind.textPrecision: "half"]))
            }
        }
    }

    @Test("What the store calls methods, and the commands of a program, are different names")
    func names() {
        let names = Methods.learned.map { $0.name }
        #expect(Set(names).count == names.count)
        let programs = StageKind.all.map(\.program)
        #expect(Set(programs).count == programs.count)
    }

    @Test("Every property of a method's parameters is declared, with a sentence, a source and a default that can be used")
    func declarations() throws {
        func members<Method: LearnedMethod>(_: Method.Type) throws -> Set<String> {
            Set(try JSONValue(encoding: Method.Parameters()).members.keys)
        }
        func members<Method: EvaluationMethod>(_: Method.Type) throws -> Set<String> {
            Set(try JSONValue(encoding: Method.Parameters()).members.keys)
        }
        for method in Methods.learned {
            let shared: Set = ["splitSeed", "trainFraction", "textPrecision"]
            #expect(try Set(method.kind.parameters.map(\.name)) == members(method).union(shared), "\(method)")
        }
        for method in Methods.evaluations {
            let shared: Set = ["textPrecision"]
            #expect(try Set(method.kind.parameters.map(\.name)) == members(method).union(shared), "\(method)")
        }
        for kind in StageKind.all {
            if !kind.files.contains("file") { _ = try kind.check(kind.defaults) }
            for parameter in kind.parameters {
                let (meaning, place) = (parameter.facts.meaning, "\(kind.name): \(parameter.name)")
                #expect(meaning.hasSuffix(".") && meaning.first?.isUppercase == true, "\(place)")
                #expect(parameter.facts.source?.isEmpty == false && !parameter.facts.requirement.isEmpty, "\(place)")
            }
        }
    }

    @Test("Weights of every method that writes prompts find their decoder; others have none")
    func writers() {
        let writing = Methods.learned.filter { $0.writer != nil }.map { $0.name }
        #expect(writing == ["cocoop", "spg", "regressor", "dpspg", "flow"])
    }
}
