import ArtifactStore
import PromptLearning

extension StageKind {
    /// Embeddings of the source domains, pooled, and of the target without its labels → context vectors of both (DAPL).
    public static let fitDAPL = StageKind(
        training: "fit-dapl", executable: "spg-fit", command: "dapl", makes: .generator, algorithmVersion: 1,
        parameters: DAPL.Parameters(),
        help: [
            "contextLength": "vectors of a prompt that both domains share",
            "domainContextLength": "vectors that are a domain's own",
            "classSpecificContexts": "shared vectors of its own for every class",
            "domainWords": "end prompts in \", a … image..\" with the domain's name, as the released code does",
            "template": "the zero-shot prompt of pseudo-labels; {} stands for the class name",
            "temperature": "what zero-shot logits are divided by",
            "threshold": "the probability from which a pseudo-label is learned",
            "targetWeight": "what the loss of target images is multiplied by",
            "competitors": "whose classes an image's competes with: \"own-domain\" (released code) or \"both-domains\" (paper)",
            "learningRate": "of stochastic gradient descent, where it is largest",
            "pace": "when the rate moves on along its cosine: every \"step\" (released code) or \"epoch\"",
            "warmUpLearningRate": "the very first rate",
            "momentum": "of stochastic gradient descent",
            "weightDecay": "of stochastic gradient descent",
            "batchSize": "images of each domain in a step",
            "epochs": "passes over the source's training images",
            "seed": "of random vectors, the order of images and the choice of views",
        ],
        roles: [Role("embeddings", .embeddings, .sources), Role("target", .embeddings, .target)], choosesEpoch: false
    ).working(\.adaptedFitting)
}

extension DAPL: LearnedMethod {
    public static var kind: StageKind { .fitDAPL }
    public static var abstract: String { "Learns context vectors of a source and an unlabelled target domain (DAPL)." }
    public static var example: String { "--embeddings oxygen --target tango --context-length 4" }

    public static func learner(_ parameters: Parameters, from inputs: LearningInputs) throws -> DAPL {
        let target = try inputs.target()
        return try DAPL(
            parameters, model: inputs.model, classNames: inputs.classNames, training: inputs.training,
            validation: inputs.validation, target: target.features,
            names: (inputs.features.manifests.map(\.domain.text).joined(separator: " and "), target.domain))
    }

    public static func contents(of learner: DAPL, from inputs: LearningInputs) -> ArtifactContents {
        .weights(LearnedWeights(
            method: "dapl", domain: inputs.domainNames, seed: learner.parameters.seed,
            tensors: learner.result.context.tensors, validationAccuracy: learner.result.validationAccuracy))
    }
}
