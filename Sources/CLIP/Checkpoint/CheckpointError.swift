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
    case weights(SafetensorsError)
    case unfitWeights(path: String, problems: [WeightProblem])
    case tokenizer(TokenizerError)
    case vocabularyMismatch(weights: String, embeddings: Int, merges: String, tokens: Int)

    public var description: String {
        switch self {
        case .notFound(let path):
            return "No checkpoint at \(path): give a .safetensors file or a folder that holds one."
        case .unreadableFolder(let path, let reason):
            return "The checkpoint folder \(path) cannot be read: \(reason)"
        case .noWeights(let folder):
            return "The checkpoint folder \(folder) holds no .safetensors file."
        case .severalWeights(let folder, let names):
            return "The checkpoint folder \(folder) holds several weights files; name one of them: "
                + names.joined(separator: ", ")
        case .weights(let error):
            return error.description
        case .unfitWeights(let path, let problems):
            let shown = problems.prefix(40).map { "\n  \($0)" }.joined()
            let rest = problems.count > 40 ? "\n  and \(problems.count - 40) more" : ""
            return "\(path) does not hold a CLIP model under OpenAI's names:\(shown)\(rest)"
        case .tokenizer(let error):
            return error.description
        case .vocabularyMismatch(let weights, let embeddings, let merges, let tokens):
            return "\(weights) embeds \(embeddings) tokens, but \(merges) makes \(tokens): "
                + "the two files belong to different models."
        }
    }
}
