import Tensors

/// One tensor that a model needs and a checkpoint does not give.
public enum WeightProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// No tensor has this name. An expected extent of 0 is one that cannot be told without it.
    case missing(String, expected: [Int])
    case wrongShape(String, expected: [Int], found: [Int])
    /// Its numbers cannot be read, or make no model.
    case unfit(String, reason: String)

    public var description: String {
        switch self {
        case .missing(let name, let expected): "\(name) is missing; expected shape \(Self.text(expected))"
        case .wrongShape(let name, let expected, let found):
            "\(name) has shape \(found); expected \(Self.text(expected))"
        case .unfit(let name, let reason): "\(name): \(reason)"
        }
    }

    private static func text(_ shape: [Int]) -> String {
        "[" + shape.map { $0 == 0 ? "?" : "\($0)" }.joined(separator: ", ") + "]"
    }
}

/// Why no model can be made of a checkpoint.
public enum CheckpointError: Error, Equatable, CustomStringConvertible {
    case notFound(path: String)
    case unreadableFolder(path: String, reason: String)
    case noWeights(folder: String)
    case severalWeights(folder: String, names: [String])
    case weights(TensorFileError)
    /// A file of tensors that have other names than a CLIP model's.
    case noModel(path: String, names: [String])
    /// A model of a family that is not CLIP's, and the tensor that tells it.
    case foreignFamily(path: String, family: String, name: String)
    /// A file of several models' weights, told by what their names begin with.
    case severalModels(path: String, prefixes: [String])
    /// A configuration file that cannot be read, contradicts the weights, or asks for what there is not.
    case configuration(path: String, reason: String)
    case unfitWeights(path: String, problems: [WeightProblem])
    /// A ResNet where a vision transformer is needed: prompts stand among tokens.
    case noTokens(path: String)
    case noTokenizer(folder: String, names: [String], installed: String?)
    case tokenizer(TokenizerError)
    case vocabularyMismatch(weights: String, embeddings: Int, merges: String, tokens: Int)

    public var description: String {
        switch self {
        case .notFound(let path):
            return "No checkpoint at \(path): give a file of weights (safetensors, or PyTorch's .pt or .bin) or a "
                + "folder with one."
        case .unreadableFolder(let path, let reason):
            return "The checkpoint folder \(path) cannot be read: \(reason)"
        case .noWeights(let folder):
            return "The checkpoint folder \(folder) holds no weights: no safetensors file and none of PyTorch's."
        case .severalWeights(let folder, let names):
            return "The checkpoint folder \(folder) holds several weights files; name one of them: "
                + names.joined(separator: ", ")
        case .weights(let error):
            return error.description
        case .noModel(let path, let names):
            let shown = names.prefix(3).map { "\"\($0.prefix(100))\"" }.joined(separator: ", ")
            return "\(path) holds no CLIP model: of its \(names.count) tensors"
                + (names.isEmpty ? "" : ", such as \(shown),")
                + " none has a name that OpenAI, open_clip or Hugging Face give to a model's."
        case .foreignFamily(let path, let family, let name):
            return "\(path) holds \(family), as its tensor “\(name)” tells. Such models are not supported; CLIP's own "
                + "are: vision transformers and modified ResNets as OpenAI built them."
        case .severalModels(let path, let prefixes):
            return "\(path) holds the weights of several models: those under "
                + prefixes.map { "\"\($0)\"" }.joined(separator: ", ") + ". Save one of them by itself."
        case .configuration(let path, let reason):
            return "\(path): \(reason)."
        case .unfitWeights(let path, let problems):
            let shown = problems.prefix(1000).map { "\n  \($0)" }.joined()
            let rest = problems.count > 1000 ? "\n  and \(problems.count - 1000) more" : ""
            return "\(path) does not hold a CLIP model:\(shown)\(rest)"
        case .noTokens(let path):
            return "\(path) encodes images with a ResNet, which has no tokens for vision prompts. These need a vision "
                + "transformer: give a checkpoint such as ViT-B/16 or Models/icon-clip-vit, or learn only text prompts "
                + "(fit)."
        case .noTokenizer(let folder, let names, let installed):
            let place =
                installed.map { " Nor is there \($0) in the working directory, which make vocabulary fetches." } ?? ""
            return "No vocabulary for the tokenizer: \(folder) has none of \(names.joined(separator: ", ")).\(place)"
        case .tokenizer(let error):
            return error.description
        case .vocabularyMismatch(let weights, let embeddings, let merges, let tokens):
            return "\(weights) embeds \(embeddings) tokens, but \(merges) makes \(tokens): "
                + "the two files belong to different models."
        }
    }
}
