/// Whose names the weights in a file have, and how OpenAI's, which this library reads by, are made of them.
struct NameScheme: Sendable, Equatable {
    enum Family: Sendable {
        /// OpenAI's state dict; open_clip's is the same.
        case openAI
        /// Hugging Face's `CLIPModel`.
        case huggingFace
    }

    var family = Family.openAI
    /// What stands before every name: "module." where a model was trained on several devices, "state_dict." where a
    /// training checkpoint holds the weights among other things.
    var prefix = ""

    /// The tensors that together are one of OpenAI's.
    struct Origin: Equatable {
        /// Names in the file; of several, each is a third of the rows.
        var names: [String]
        /// Whether the file has rows for columns.
        var isTransposed = false

        /// What each of the named tensors' shape must be for OpenAI's to have this one; 0 stands for any extent.
        func partShape(of shape: [Int]) -> [Int] {
            var part = isTransposed ? shape.reversed() : shape
            if names.count > 1, !part.isEmpty { part[0] /= names.count }
            return part
        }

        /// The shape that tensors of this one make.
        func shape(ofParts part: [Int]) -> [Int] {
            var shape = part
            if names.count > 1, !part.isEmpty {
                shape[0] = part[0].multipliedReportingOverflow(by: names.count).partialValue
            }
            return isTransposed ? shape.reversed() : shape
        }
    }

    /// Where one of OpenAI's tensors is to be found.
    func origin(of name: String) -> Origin {
        var origin = family == .openAI ? Origin(names: [name]) : HuggingFaceNames.origin(of: name)
        origin.names = origin.names.map { prefix + $0 }
        return origin
    }

    /// What the numbered members of a group have before their number: “transformer.resblocks.” in OpenAI's names.
    func memberPrefix(of group: String) -> String {
        prefix + (family == .openAI ? group : HuggingFaceNames.memberPrefix(of: group))
    }
}

extension NameScheme {
    /// Names that every model of a family has, the surest first.
    private static let landmarks: [(family: Family, name: String)] = [
        (.huggingFace, "vision_model.embeddings.class_embedding"),
        (.huggingFace, "text_model.embeddings.token_embedding.weight"),
        (.huggingFace, "vision_model.embeddings.patch_embedding.weight"),
        (.openAI, "visual.conv1.weight"), (.openAI, "token_embedding.weight"), (.openAI, "ln_final.weight"),
        (.openAI, "visual.proj"), (.openAI, "text_projection"),
    ]

    /// Finds out by the names that every model has; nil where there is none of them.
    /// - Throws: the prefixes, where the file holds several models and none stands out.
    static func detected(among names: [String]) throws(SeveralModels) -> NameScheme? {
        for (family, landmark) in landmarks {
            let prefixes = names.filter { $0.hasSuffix(landmark) }.map { String($0.dropLast(landmark.count)) }
                .filter { $0.isEmpty || $0.hasSuffix(".") }.sorted()
            guard let first = prefixes.first else { continue }
            // A training checkpoint may keep averages of the weights, or those of a teacher, beside the model's.
            let usual = ["", "module.", "state_dict.", "state_dict.module."].first { prefixes.contains($0) }
            guard prefixes.count == 1 || usual != nil else { throw SeveralModels(prefixes: prefixes) }
            return NameScheme(family: family, prefix: usual ?? first)
        }
        return nil
    }

    /// A file of several models.
    struct SeveralModels: Error {
        let prefixes: [String]
    }
}

extension NameScheme {
    /// What the names of a tower's tensors begin with: "visual." is the image tower, "transformer." the text's layers.
    func towerPrefixes(of tower: String) -> [String] {
        (family == .openAI ? [tower] : HuggingFaceNames.towerPrefixes(of: tower)).map { prefix + $0 }
    }

    /// Whether a tensor of this name is no weight: masks and counters that PyTorch's modules keep beside theirs.
    static func isBookkeeping(_ name: String) -> Bool {
        ["attn_mask", "num_batches_tracked", "position_ids", "input_resolution"].contains { name.hasSuffix($0) }
    }
}
