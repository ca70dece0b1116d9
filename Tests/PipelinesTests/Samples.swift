import ArtifactStore
import Datasets
import Foundation
import Pipelines
import PromptLearning
import Stages

/// Stage kinds like the real ones, whose program can be any script.
func sampleKinds(executable: String = "stage") -> [StageKind] {
    [
        StageKind(
            name: "extract", executable: executable, makes: .embeddings, algorithmVersion: 1,
            parameters: declared(["views": 1, "policy": "crop-flip"]),
            roles: [.init("images", .images, .domain)]),
        StageKind(
            name: "fit", executable: executable, makes: .prompt, algorithmVersion: 1,
            parameters: declared(
                [
                    "seed": 1, "context": "a photo of a", "learningRate": 0.002, "epochs": 50, "balanced": false,
                    "betas": [0.9, 0.999], "initial": .null, "textPrecision": "float32",
                ], later: "textPrecision"),
            roles: [.init("embeddings", .embeddings, .domain)]),
        StageKind(
            name: "import", executable: executable, command: ["import", "prompt"], makes: .prompt, algorithmVersion: 1,
            parameters: declared(["file": "", "scale": 1], file: "file", later: "scale"),
            roles: [.init("embeddings", .embeddings, .domain)]),
        StageKind(
            name: "cgan", executable: executable, makes: .generator, algorithmVersion: 1,
            parameters: declared(
                ["seed": 1, "learningRate": 0.0002, "textPrecision": "float32"], later: "textPrecision"),
            roles: [.init("embeddings", .embeddings, .sources), .init("prompts", .prompt, .sources)]),
        StageKind(
            name: "evaluate", executable: executable, makes: .evaluation, algorithmVersion: 1,
            parameters: declared(
                ["seed": 1, "template": "a photo of a {}.", "textPrecision": "float32"], later: "textPrecision"),
            roles: [
                .init("embeddings", .embeddings, .target), .init("prompts", .prompt, .sources, isRequired: false),
                .init("generator", .generator, .cell, isRequired: false),
            ]),
    ]
}

/// Parameters with any default values.
func declared(_ defaults: [String: JSONValue], file: String? = nil, later: String? = nil) -> [DeclaredParameter] {
    defaults.map { name, value in
        DeclaredParameter(
            name, standard: value, ParameterDescription("", isFile: name == file, cameLater: name == later))
    }
}

extension JSONValue: ParameterValue {
    public static var form: ParameterForm { .text }
}

/// A whole pipeline: three domains, two targets, two seeds.
let sampleText = """
    # A comment.
    pipeline: sample
    dataset: {root: Data/sample, name: Sample}
    encoder: {checkpoint: Models/sample}
    matrix:
      target: [oil, ink]
      seed: [1, 2]
    stages:
      features: {uses: extract, with: {views: 4}}
      prompts:
        uses: fit
        from: {embeddings: features}
        with: {seed: "${seed}", context: "an icon of a", learningRate: 2e-3}
      generator:
        uses: cgan
        from: {embeddings: features, prompts: prompts}
        with: {seed: "${seed}"}
      zero-shot: {uses: evaluate, from: {embeddings: features}, with: {template: "an icon of a {}."}}
      spg: {uses: evaluate, from: {embeddings: features, generator: generator}, with: {seed: "${seed}"}}
    results: {zero-shot: Zero-shot CLIP, spg: SPG}
    """

func specification(_ text: String = sampleText, kinds: [StageKind] = sampleKinds()) throws -> Specification {
    try Specification(text: text, file: "sample.yaml", kinds: kinds)
}

func digest(_ text: String) -> Digest { Digest(of: Data(text.utf8)) }

/// Images of three domains and an encoder, each identified by a word.
func sampleInputs(domains: [String] = ["oil", "ink", "chalk"], encoder: String = "encoder") -> PlanInputs {
    PlanInputs(
        images: Dictionary(uniqueKeysWithValues: domains.map { (Name($0), digest("images of \($0)")) }),
        encoder: digest(encoder))
}

func plan(_ text: String = sampleText, inputs: PlanInputs = sampleInputs()) throws -> Plan {
    try Plan(specification(text), inputs: inputs)
}
