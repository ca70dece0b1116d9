/// What tensors' names and shapes do not tell of a CLIP model.
///
/// The defaults are OpenAI's; a configuration file beside the weights may say otherwise.
public struct ModelConventions: Hashable, Sendable {
    /// The nonlinearity of a transformer's MLPs.
    public enum Nonlinearity: String, Hashable, Sendable {
        /// `x · sigmoid(1.702 x)`: OpenAI's models, and those trained to be like them.
        case quickGELU = "QuickGELU"
        /// `x · Φ(x)`, the exact one: most models of open_clip.
        case gelu = "GELU"
    }

    public var imageNonlinearity = Nonlinearity.quickGELU
    public var textNonlinearity = Nonlinearity.quickGELU
    /// Numbers per attention head.
    public var imageHeadWidth = 64
    public var textHeadWidth = 64

    public init() {}
}
