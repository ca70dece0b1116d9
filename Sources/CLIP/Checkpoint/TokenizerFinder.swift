import Foundation

extension Checkpoint {
    /// The tokenizer that belongs to the weights.
    func tokenizer() throws(CheckpointError) -> Tokenizer {
        let file = try tokenizerURL()
        let tokenizer: Tokenizer
        do {
            tokenizer = try Tokenizer(contentsOf: file)
        } catch {
            throw .tokenizer(error)
        }
        guard tokenizer.vocabularyCount == architecture.vocabularyCount else {
            throw .vocabularyMismatch(
                weights: weightsURL.path, embeddings: architecture.vocabularyCount,
                merges: file.path, tokens: tokenizer.vocabularyCount)
        }
        return tokenizer
    }
}

/// Finds the vocabulary that belongs to some weights.
enum TokenizerFinder {
    /// Files beside the weights, the preferred one first. All hold the merges that CLIP's tokenizer consists of.
    private static let names = ["merges.txt", "tokenizer.json", "bpe_simple_vocab_16e6.txt.gz"]
    /// The vocabulary of all of OpenAI's models, where `make vocabulary` puts it; relative to the working directory.
    private static let installed = "Models/vocabulary/bpe_simple_vocab_16e6.txt.gz"
    private static let installedCount = 49_408

    /// - Parameter vocabularyCount: the tokens that the weights embed.
    static func tokenizer(beside weights: URL, vocabularyCount: Int) throws(CheckpointError) -> URL {
        let folder = weights.deletingLastPathComponent()
        var places = names.map { folder.appending(path: $0) }
        if vocabularyCount == installedCount { places.append(URL(filePath: installed)) }
        if let found = places.first(where: { FileManager.default.fileExists(atPath: $0.path) }) { return found }
        throw .noTokenizer(
            folder: folder.path, names: names, installed: vocabularyCount == installedCount ? installed : nil)
    }
}
