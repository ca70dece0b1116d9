import ArtifactStore
import CLIP
import Datasets
import PromptLearning

extension ModelParts {
    /// A model out of a store.
    /// - Parameter key: an evaluation's, whose way to classify and whose inputs the model has; a prompt's; or that of what was
    ///   learned in another form, such as a generator.
    /// - Throws: `ModelError` for other artifacts, and where what one was made of is not there; `StageInputError` for artifacts
    ///   that do not fit together; `StoreError`.
    public init(_ key: ArtifactKey, in store: ArtifactStore) throws {
        guard let artifact = try store.artifact(key) else { throw StoreError.noArtifact(key, nil) }
        let recipe = artifact.recipe
        switch recipe.kind {
        case .evaluation:
            guard let method = Methods.evaluations.first(where: { $0.kind.made(recipe) }) else {
                throw ModelError(
                    "\(key.short) is an evaluation by a command of the user's own, which classifies nothing but what it was "
                        + "given; give one of a method")
            }
            let parameters = recipe.parameters.members.filter { method.kind.defaults[$0.key] != nil }
            try self.init(
                method, .object(method.kind.defaults.members.merging(parameters) { $1 }), recipe.inputs, isEvaluated: true,
                named: key, in: store)
        case .prompt:
            try self.init(
                PromptEvaluation.self, Self.parameters(PromptEvaluation.kind, ofLearned: recipe),
                recipe.inputs + [Recipe.Input("prompts", key)], named: key, in: store)
        case .generator:
            let method = try Self.method(of: key, in: store)
            let role = method.kind.roles.first { $0.kind == .generator }?.name ?? "generator"
            try self.init(
                method, Self.parameters(method.kind, ofLearned: recipe), recipe.inputs + [Recipe.Input(role, key)],
                named: key, in: store)
        case .images, .embeddings, .files:
            throw ModelError(
                "\(key.short) is \(recipe.kind == .embeddings ? "features of images" : recipe.kind.rawValue), not a model; give "
                    + "an evaluation, a prompt or a generator")
        }
    }

    /// The parameters of a way to classify that was not evaluated: texts are encoded as they were in learning.
    private static func parameters(_ kind: StageKind, ofLearned recipe: Recipe) -> JSONValue {
        let text = recipe.parameters.members.filter { $0.key == StageKind.textPrecision }
        return .object(kind.defaults.members.merging(text) { $1 })
    }

    /// How weights of a kind classify.
    private static func method(of key: ArtifactKey, in store: ArtifactStore) throws -> any EvaluationMethod.Type {
        let weights = try store.weights(key)
        if weights.tensors["image_encoder.VPT"] != nil || weights.tensors["prompt_learner.proj.weight"] != nil {
            return VisionPromptEvaluation.self
        }
        switch weights.method {
        case DPL.name: return DPLEvaluation.self
        case DAPL.name: return DAPLEvaluation.self
        case ADCLIP.name: return ADCLIPEvaluation.self
        case DualCoOp.name:
            throw ModelError(
                "\(key.short) is a pair of prompts, which DPSPG's second stage (spg-cgan dual-path) learns from; give what that "
                    + "makes")
        default: return GeneratorEvaluation.self
        }
    }

    /// - Parameters:
    ///   - inputs: of the evaluation; or those of what was learned, with itself.
    ///   - isEvaluated: whether they are an evaluation's, `embeddings` being the images that were classified.
    private init(
        _ method: any EvaluationMethod.Type, _ parameters: JSONValue, _ inputs: [Recipe.Input], isEvaluated: Bool = false,
        named key: ArtifactKey, in store: ArtifactStore
    ) throws {
        guard let features = inputs.first(where: { $0.role == "embeddings" })?.key, try store.contains(features) else {
            throw ModelError("the features that \(key.short) was made of are not in \(store.path): its classes are unknown")
        }
        let set = try store.embeddingSet(features), manifest = try store.manifest(set.manifest)
        let roles = Set(method.kind.roles.map(\.name))
        let own = Dictionary(grouping: inputs.filter { roles.contains($0.role) }, by: \.role).mapValues { $0.map(\.key) }
        let keys = RoleKeys(own, of: method.kind)
        for role in method.kind.roles where role.kind == .prompt || role.kind == .generator {
            for key in keys[role.name] {
                try store.requireEncoder(set.encoder, of: key, readsFeatures: role.kind == .generator)
            }
        }
        let learned = try method.learned(
            EvaluationInputs(
                keys: keys, store: store, target: isEvaluated ? (manifest.domain, manifest.classes) : nil,
                encoder: set.encoder),
            parameters: parameters)
        self.init(
            method: method, parameters: parameters, learned: learned, classes: manifest.classes,
            encoder: try store.encoder(set.encoder), provenance: try store.provenance(of: key))
    }
}

extension ArtifactStore {
    /// What an artifact is and was made of, down to the images.
    fileprivate func provenance(of key: ArtifactKey) throws -> JSONValue {
        var artifacts: [String: JSONValue] = [:]
        func add(_ key: ArtifactKey) throws {
            guard artifacts[key.description] == nil, let artifact = try artifact(key) else { return }
            let recipe = artifact.recipe
            var facts: [String: JSONValue] = [
                "kind": .string(recipe.kind.rawValue), "algorithmVersion": .number(Double(recipe.algorithmVersion)),
                "parameters": recipe.parameters,
                "inputs": .array(recipe.inputs.map { .array([.string($0.role), .string($0.key.description)]) }),
            ]
            switch recipe.kind {
            case .evaluation: facts["accuracy"] = .number(try evaluation(key).accuracy)
            case .prompt: facts["validationAccuracy"] = try prompt(key).validationAccuracy.map(JSONValue.number)
            case .generator: facts["validationAccuracy"] = try weights(key).validationAccuracy.map(JSONValue.number)
            case .images:
                let manifest = try manifest(key)
                facts["dataSet"] = .string(manifest.dataset)
                facts["domain"] = .string(manifest.domain.text)
                facts["images"] = .number(Double(manifest.images.count))
            case .embeddings:
                let set = try embeddingSet(key)
                facts["images"] = .string(set.manifest.description)
                try add(set.manifest)
            case .files: break
            }
            artifacts[key.description] = .object(facts)
            for input in recipe.inputs { try add(input.key) }
        }
        try add(key)
        return ["key": .string(key.description), "artifacts": .object(artifacts)]
    }
}
