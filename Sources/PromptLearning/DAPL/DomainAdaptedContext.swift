import CLIP
import Tensors

/// DAPL's context vectors: those that all domains share, and those of the source and of the target domain. A prompt is
/// [SOS][shared vectors][the domain's vectors][class name][, a … image][..][EOS].
public struct DomainAdaptedContext: Sendable {
    /// Of which of the two domains a prompt speaks.
    public enum Side: Int, Sendable {
        case source, target
    }

    /// All vectors, one below the other: `[contexts · shared + 2 · own, width]`, the source's own before the target's.
    public let vectors: Tensor
    let layout: Layout

    /// How many vectors there are of each sort.
    struct Layout: Hashable, Sendable {
        /// 1, or the number of classes where each has shared vectors of its own.
        var contexts: Int
        /// Vectors that the domains share, and vectors of a domain's own, in one prompt.
        var shared: Int, own: Int

        var contextLength: Int { shared + own }
        var count: Int { contexts * shared + 2 * own }

        /// The vectors of a domain's prompts, in the order they stand in.
        func rows(_ side: Side) -> [Int] {
            let first = contexts * shared + side.rawValue * own
            return (0..<contexts).flatMap { Array($0 * shared..<($0 + 1) * shared) + Array(first..<first + own) }
        }
    }

    init(vectors: Tensor, layout: Layout) {
        (self.vectors, self.layout) = (vectors, layout)
    }

    /// Prompts of one of the domains for some classes.
    /// - Parameter domain: its name, which the prompt says in words; nil to leave the words out, as the paper has it.
    static func prompts(
        _ classNames: [String], layout: Layout, domain: String?, model: CLIPText
    ) throws(PromptError) -> ClassPrompts {
        try ClassPrompts(
            classNames: classNames, contextLength: layout.contextLength, classSpecific: layout.contexts > 1,
            ending: ending(domain), model: model)
    }

    /// What prompts end with.
    static func ending(_ domain: String?) -> String { domain.map { ", a \($0) image.." } ?? "." }

    /// The text features of all classes, as prompts of one of the domains: `[classes, dimension]`, unit length.
    /// - Parameters:
    ///   - side: of which of the two domains the prompts speak.
    ///   - classNames: as the data set writes them.
    ///   - domain: its name as the prompts say it; nil where they were learned without the words.
    ///   - model: whose text encoder reads the prompts.
    /// - Throws: `tooLong` if a class's prompt has more tokens than the model reads.
    public func textFeatures(
        of side: Side, classNames: [String], domain: String?, model: CLIPText
    ) throws(PromptError) -> Tensor {
        let prompts = try Self.prompts(classNames, layout: layout, domain: domain, model: model)
        return prompts.textFeatures(Variable(vectors.gatheringRows(layout.rows(side))), model: model).value
    }

    /// Under the authors' names: `ctx`, `[shared, width]` or `[classes, shared, width]`, and `domain_vectors`, `[2, own,
    /// width]`.
    public var tensors: [String: Tensor] {
        let (count, width) = (layout.contexts * layout.shared, vectors.columns)
        let shape = layout.contexts > 1 ? [layout.contexts, layout.shared, width] : [layout.shared, width]
        return [
            "ctx": vectors.rows(0..<count).reshaped(shape),
            "domain_vectors": vectors.rows(count..<layout.count).reshaped([2, layout.own, width]),
        ]
    }

    /// A context from its tensors, or nil where they are missing, or not for as many classes and that width of text.
    public init?(tensors: [String: Tensor], classCount: Int, width: Int) {
        guard let shared = tensors["ctx"], let own = tensors["domain_vectors"],
            own.shape.count == 3, own.shape[0] == 2, own.shape[2] == width,
            shared.shape.last == width, shared.shape.count == 2 || shared.shape.count == 3
        else { return nil }
        let contexts = shared.shape.count == 3 ? shared.shape[0] : 1
        guard contexts == 1 || contexts == classCount else { return nil }
        layout = Layout(contexts: contexts, shared: shared.rows / contexts, own: own.shape[1])
        vectors = .stacked([shared, own])
    }
}
