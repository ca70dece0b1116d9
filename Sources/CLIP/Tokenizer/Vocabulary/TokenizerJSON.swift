import Foundation

/// The parts of Hugging Face's `tokenizer.json` that a CLIP tokenizer is made of.
private struct TokenizerJSON: Decodable {
    struct Model: Decodable {
        let type: String?
        let vocab: [String: Int]
        let merges: [Merge]
        let end_of_word_suffix: String?
    }

    struct AddedToken: Decodable {
        let id: Int
        let content: String
    }

    /// `"a b"`, or `["a", "b"]` as newer versions write it.
    struct Merge: Decodable {
        let left, right: String

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            let parts: [String]
            if let line = try? value.decode(String.self) {
                parts = line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false).map {
                    String(Substring($0))
                }
            } else {
                parts = try value.decode([String].self)
            }
            guard parts.count == 2 else {
                throw DecodingError.dataCorruptedError(in: value, debugDescription: "a merge is not a pair of symbols")
            }
            (left, right) = (parts[0], parts[1])
        }
    }

    let model: Model
    let added_tokens: [AddedToken]?
}

extension Vocabulary {
    /// Reads Hugging Face's `tokenizer.json`: its tokens with their numbers, its merges, the tokens added to them.
    ///
    /// What it says of normalisation and of words is passed over: both are CLIP's.
    init(tokenizerJSON file: Data, path: String) throws(TokenizerError) {
        func fault(_ reason: String) -> TokenizerError { TokenizerError(path: path, line: nil, reason: reason) }
        let json: TokenizerJSON
        do {
            json = try JSONDecoder().decode(TokenizerJSON.self, from: file)
        } catch {
            throw fault(
                "is not a tokenizer.json with a BPE model: \(Self.plain(error)) "
                    + "(if it is a vocab.json, give the merges.txt in its folder instead)")
        }
        let model = json.model
        guard model.type ?? "BPE" == "BPE", model.end_of_word_suffix == ByteAlphabet.wordEnd else {
            throw fault(
                "is the tokenizer of another family: its model is \(model.type ?? "BPE") with the end of word "
                    + "\"\(model.end_of_word_suffix ?? "")\"; CLIP's is BPE with \"\(ByteAlphabet.wordEnd)\"")
        }
        var tokens = model.vocab
        for added in json.added_tokens ?? [] { tokens[added.content] = added.id }
        // More would be no vocabulary that a text encoder has embeddings for.
        let numbers = 0..<10_000_000
        if let stray = tokens.first(where: { !numbers.contains($0.value) }) {
            throw fault("the token \"\(stray.key)\" has the number \(stray.value), which is not in \(numbers)")
        }
        guard let start = tokens[Self.startName] ?? tokens["<start_of_text>"],
            let end = tokens[Self.endName] ?? tokens["<end_of_text>"]
        else { throw fault("there is no token \(Self.startName) or none \(Self.endName), as CLIP's tokenizers have") }
        do {
            encoding = try BytePairEncoding(tokens: tokens, merges: model.merges.map { ($0.left, $0.right) })
        } catch {
            throw fault((error.merge.map { "merge \($0 + 1): " } ?? "") + error.reason)
        }
        let names = Set([Self.startName, Self.endName] + (json.added_tokens ?? []).map(\.content))
        named = Self.sorted(tokens.filter { names.contains($0.key) })
        self.start = start
        self.end = end
        count = 1 + (tokens.values.max() ?? 0)
    }

    /// What JSON's decoder has to say, with the place in the file, in a line.
    private static func plain(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return error.localizedDescription }
        switch error {
        case .keyNotFound(let key, _): return "there is no \"\(key.stringValue)\""
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let place = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
            return (place.isEmpty ? "" : "\(place): ") + context.debugDescription
        @unknown default: return error.localizedDescription
        }
    }
}
