/// What reads texts of a limited length: a text encoder, or what is known of one before its weights are read.
public protocol TextReader: Sendable {
    var tokenizer: Tokenizer { get }
    /// The most tokens of a text, start and end included.
    var contextLength: Int { get }
}

extension CLIPText: TextReader {
    public var contextLength: Int { transformer.contextLength }
}

/// What is known of a model before its weights are read: its sizes and its tokenizer.
public struct ModelOutline: TextReader {
    public let architecture: Architecture
    public let tokenizer: Tokenizer

    public var contextLength: Int { architecture.contextLength }
}

extension Checkpoint {
    /// Reads the header and the vocabulary, and no weights.
    /// - Parameter images: whether images are encoded with it, and not texts alone.
    /// - Throws: what `checkHeader` and `tokenizer()` throw.
    public func outline(images: Bool = true) throws(CheckpointError) -> ModelOutline {
        try checkHeader(images: images)
        return ModelOutline(architecture: architecture, tokenizer: try tokenizer())
    }
}

extension Architecture {
    /// How many parts of the image encoder block statistics are of: layers of a transformer, stages of a ResNet.
    public var imageBlockCount: Int {
        switch imageTower {
        case .transformer(_, let layers): layers
        case .resNet(let blocks): blocks.count
        }
    }

    /// How many channels the statistics of each block have, first block first.
    public var blockWidths: [Int] {
        switch imageTower {
        case .transformer(_, let layers): Array(repeating: imageWidth, count: layers)
        case .resNet(let blocks): blocks.indices.map { imageWidth.multipliedReportingOverflow(by: 4 << $0).partialValue }
        }
    }
}
