import CLIP

/// What a method's parameters ask of a model and of the names of the classes, as far as the model's header and vocabulary
/// tell: it is looked at before hours are spent on what cannot end well.
public enum ModelNeed: Hashable, Sendable {
    /// Room for context vectors around each class name.
    case context(ContextNeed)
    /// Room for words around each class name.
    case template(String, by: String)
    /// So many layers of the text encoder that prompts stand in.
    case textLayers(Int)
    /// So many layers of an image encoder that has tokens for prompts to stand among.
    case imageLayers(Int)
    /// Room for AD-CLIP's tokens: of the last so many blocks (0 for all), and of what an image shows.
    case styleTokens(scales: Int, imageTokens: Int)
    /// Block statistics beside the features.
    case statistics
    /// The features' lengths as the encoder put them out.
    case norms
    /// Room in the store for what is learned.
    case network(NetworkNeed)
    /// Features that so many heads of attention can share evenly.
    case heads(Int)

    /// Whether it depends on what the domains are called.
    public var speaksOfDomains: Bool { if case .context(let context) = self { context.speaksOfDomains } else { false } }
}

/// The classes that prompts are made for, and what the domains are called that they may speak of.
public struct NamedClasses: Sendable {
    public var names: [String]
    public var domains: [String]

    public init(_ names: [String], domains: [String] = []) {
        (self.names, self.domains) = (names, domains)
    }
}

/// A need that a model or the classes do not meet.
public struct UnmetNeed: Error, Hashable, CustomStringConvertible {
    /// The parameter that it comes from, as written in a pipeline file; nil where the method itself has it.
    public let parameter: String?
    public let problem: String

    public init(parameter: String? = nil, problem: String) {
        (self.parameter, self.problem) = (parameter, problem)
    }

    public var description: String { parameter.map { "\($0): " + problem } ?? problem }
}

extension ModelNeed {
    /// Looks whether a model and some classes meet the need. That there are statistics or norms, a model does not tell.
    /// - Parameters:
    ///   - model: what the header and the vocabulary tell.
    ///   - classes: those that prompts are made for.
    ///   - room: the bytes that a store takes in one piece.
    /// - Throws: if the need is not met, in the words of the error that would end the training or evaluation.
    public func check(_ model: ModelOutline, _ classes: NamedClasses, room: Int) throws(UnmetNeed) {
        switch self {
        case .context(let context):
            try context.check(model, classes)
        case .template(let template, let parameter):
            try blaming(parameter) { () throws(PromptError) in
                _ = try ClassPrompts(classNames: classes.names, template: template, model: model)
            }
        case .textLayers(let depth):
            try blaming("depth") { () throws(PromptError) in
                try require(depth: depth, of: model.architecture.textLayers, in: "text encoder")
            }
        case .imageLayers(let depth):
            guard case .transformer(_, let layers) = model.architecture.imageTower else {
                throw UnmetNeed(problem: CheckpointError.noTokens(path: "the checkpoint").description)
            }
            try blaming("depth") { () throws(PromptError) in try require(depth: depth, of: layers, in: "image encoder") }
        case .styleTokens(let scales, let imageTokens):
            let blocks = model.architecture.imageBlockCount
            try blaming("scales") { () throws(PromptError) in
                guard scales <= blocks else { throw .tooManyScales(asked: scales, blocks: blocks) }
            }
            try blaming("imageTokens") { () throws(PromptError) in
                // By itself first: the sum may be no number.
                try require(contextLength: imageTokens, by: "imageTokens", model: model)
                let length = 2 * (scales > 0 ? scales : blocks) + imageTokens
                try require(contextLength: length, by: "scales or imageTokens", model: model)
                _ = try ClassPrompts(classNames: classes.names, contextLength: length, model: model)
            }
        case .statistics, .norms:
            break
        case .network(let network):
            try network.check(model.architecture, room: room)
        case .heads(let heads):
            let features = model.architecture.dimension
            guard features.isMultiple(of: heads) else {
                throw UnmetNeed(problem: PromptError.heads(features: features, heads: heads).description)
            }
        }
    }
}

/// Does what a parameter asks for, and says so where that cannot be done.
func blaming(_ parameter: String, _ body: () throws(PromptError) -> Void) throws(UnmetNeed) {
    do {
        try body()
    } catch {
        throw UnmetNeed(parameter: parameter, problem: error.description)
    }
}
