import Foundation

extension Checkpoint {
    /// The tokenizer that belongs to the weights.
    /// - Throws: `noTokenizer` if there is none, `tokenizer` if its file is not a vocabulary's, `vocabularyMismatch` if
    ///   the weights have another number of tokens.
    public func tokenizer() throws(CheckpointError) -> Tokenizer {
        if let ownTokenizer { return ownTokenizer }
        let file = try tokenizerURL()
        let tokenizer: Tokenizer
        do {
            tokenizer = try Tokenizer(contentsOf: file)
        } catch {
            throw .tokenizer(error)
        }
        try check(tokenizer, of: file)
        return tokenizer
    }

    /// - Throws: `vocabularyMismatch` where a tokenizer is another model's.
    func check(_ tokenizer: Tokenizer, of file: URL) throws(CheckpointError) {
        guard VocabularyFit(tokens: tokenizer.vocabularyCount, embeddings: architecture.vocabularyCount) != nil else {
            throw .vocabularyMismatch(
                weights: weightsURL.path, embeddings: architecture.vocabularyCount,
                merges: file.path, tokens: tokenizer.vocabularyCount)
        }
    }
}

extension Checkpoint {
    /// The SHA-256 of the vocabulary that goes with weights of as many tokens as OpenAI's, whether it is there or not: of the
    /// file that `make vocabulary` fetches. Nil for other weights.
    public var publishedVocabulary: String? {
        TokenizerFinder.takesInstalled(architecture.vocabularyCount) ? TokenizerFinder.installedDigest : nil
    }
}

/// How a vocabulary goes with weights.
enum VocabularyFit {
    /// There is an embedding for each token.
    case exact
    /// There are some more, which no token has: their number was rounded up for the machine's sake.
    case padded

    /// The largest number that embeddings are rounded up to a multiple of.
    private static let coarsest = 128

    /// Nil where they belong to different models.
    init?(tokens: Int, embeddings: Int) {
        let multiple = min(Self.coarsest, embeddings & -embeddings)
        switch embeddings - tokens {
        case 0: self = .exact
        case 1..<max(2, multiple) where multiple >= 8: self = .padded
        default: return nil
        }
    }
}

/// Finds the vocabulary that belongs to some weights.
enum TokenizerFinder {
    /// Files beside the weights, the preferred one first. All hold the merges that CLIP's tokenizer consists of.
    private static let names = ["merges.txt", "tokenizer.json", "bpe_simple_vocab_16e6.txt.gz"]
    /// The vocabulary of all of OpenAI's models, where `make vocabulary` puts it; relative to the working directory.
    private static let installed = "Models/vocabulary/bpe_simple_vocab_16e6.txt.gz"
    private static let installedCount = 49_408
    static let installedDigest = "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a"

    /// Whether that vocabulary goes with weights of so many tokens.
    static func takesInstalled(_ vocabularyCount: Int) -> Bool {
        VocabularyFit(tokens: installedCount, embeddings: vocabularyCount) != nil
    }

    /// - Parameter vocabularyCount: the tokens that the weights embed.
    static func tokenizer(beside weights: URL, vocabularyCount: Int) throws(CheckpointError) -> URL {
        let folder = weights.deletingLastPathComponent()
        let beside = names.map { folder.appending(path: $0) }.filter(isThere)
        if let first = beside.first {
            return beside.count == 1 ? first : fitting(beside, vocabularyCount) ?? first
        }
        let takesInstalled = takesInstalled(vocabularyCount)
        if takesInstalled, isThere(URL(filePath: installed)) { return URL(filePath: installed) }
        throw .noTokenizer(folder: folder.path, names: names, installed: takesInstalled ? installed : nil)
    }

    private static func isThere(_ url: URL) -> Bool { FileManager.default.fileExists(atPath: url.path) }

    /// The first file with a token for each embedding, or else the first whose tokens were padded to that number. A
    /// tokenizer.json may have tokens that were added to those of the merges beside it.
    private static func fitting(_ files: [URL], _ embeddings: Int) -> URL? {
        var padded: URL?
        for file in files {
            guard let tokens = try? Vocabulary.count(in: file) else { continue }
            switch VocabularyFit(tokens: tokens, embeddings: embeddings) {
            case .exact: return file
            case .padded: padded = padded ?? file
            case nil: continue
            }
        }
        return padded
    }
}
