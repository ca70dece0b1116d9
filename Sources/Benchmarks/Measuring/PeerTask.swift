import Tensors

/// A benchmark as Scripts/bench/peers.py is told of it, one JSON object on a line.
package struct PeerTask: Encodable {
    package enum Kind: String, Encodable {
        case product, preprocess, encode, files, answers, coop, cocoop, adClip, predict, vpt, maple, gan, ganEpoch
    }

    var kind: Kind
    /// Of the process's threads, how many; all if nil.
    var threads: Int?
    /// The side of the matrices, or of the images.
    var side: Int?
    /// A safetensors file with the model.
    var checkpoint: String?
    /// A safetensors file with the inputs.
    var inputs: String?
    var image: String?
    /// Files of images.
    var images: [String]?
    /// What products are taken in; float32 if nil.
    var precision: Precision?
    var prompts: Prompts?
    var labels: [Int]?
    var learningRate: Float?
    /// Of an image encoder's blocks.
    var widths: [Int]?
    /// Whether the peer does it at all.
    var hasPeer = true

    package init(kind: Kind) {
        self.kind = kind
    }

    /// The runtimes that have a way of doing it: a model in ONNX has its precision written into it.
    var runtimes: [Peer.Runtime] {
        guard hasPeer else { return [] }
        return (kind == .encode || kind == .files) && precision != .bf16 ? Peer.Runtime.allCases : [.pytorch]
    }

    /// The prompts [SOS][context][class name][.][EOS] in tokens.
    struct Prompts: Encodable {
        var start: Int, end: Int
        var fullStop: [Int]
        var context: [Int]
        var classNames: [[Int]]
    }
}
