extension CheckpointDescription: Encodable {
    private enum Members: String, CodingKey {
        case weights, format, model, imageSize, imageEncoder, textEncoder, features, activation, activationFrom
        case isAssumed, mean, standardDeviation, elementTypes, parameters, logitScale, tokenizer, tokenizerProblem
    }

    private enum Tower: String, CodingKey {
        case kind, width, layers, patch, blocks, contextLength, tokens
    }

    /// For programs: every member, with null where it does not apply.
    public func encode(to encoder: any Encoder) throws {
        var all = encoder.container(keyedBy: Members.self)
        try all.encode(weights, forKey: .weights)
        try all.encode(format, forKey: .format)
        try all.encode(architecture.name, forKey: .model)
        try all.encode(architecture.resolution, forKey: .imageSize)
        try encodeImageEncoder(to: all.superEncoder(forKey: .imageEncoder))
        try encodeTextEncoder(to: all.superEncoder(forKey: .textEncoder))
        try all.encode(architecture.dimension, forKey: .features)
        try all.encode("\(configuration.conventions.activation)", forKey: .activation)
        try all.encode(configuration.isAssumed ? nil : configuration.modelFile, forKey: .activationFrom)
        try all.encode(configuration.isAssumed, forKey: .isAssumed)
        try all.encode(configuration.mean.map(\.channels), forKey: .mean)
        try all.encode(configuration.standardDeviation.map(\.channels), forKey: .standardDeviation)
        try all.encode(elementTypes, forKey: .elementTypes)
        try all.encode(parameterCount, forKey: .parameters)
        try all.encode(logitScale, forKey: .logitScale)
        switch tokenizer {
        case .success(let path):
            try all.encode(path, forKey: .tokenizer)
            try all.encodeNil(forKey: .tokenizerProblem)
        case .failure(let error):
            try all.encodeNil(forKey: .tokenizer)
            try all.encode("\(error)", forKey: .tokenizerProblem)
        }
    }

    private func encodeImageEncoder(to encoder: any Encoder) throws {
        var tower = encoder.container(keyedBy: Tower.self)
        try tower.encode(architecture.imageWidth, forKey: .width)
        switch architecture.imageTower {
        case .transformer(let patch, let layers):
            try tower.encode("transformer", forKey: .kind)
            try tower.encode(layers, forKey: .layers)
            try tower.encode(patch, forKey: .patch)
            try tower.encodeNil(forKey: .blocks)
        case .resNet(let blocks):
            try tower.encode("resnet", forKey: .kind)
            try tower.encodeNil(forKey: .layers)
            try tower.encodeNil(forKey: .patch)
            try tower.encode(blocks, forKey: .blocks)
        }
        try imageHeads.encode(to: encoder)
    }

    private func encodeTextEncoder(to encoder: any Encoder) throws {
        var tower = encoder.container(keyedBy: Tower.self)
        try tower.encode(architecture.textWidth, forKey: .width)
        try tower.encode(architecture.textLayers, forKey: .layers)
        try tower.encode(architecture.contextLength, forKey: .contextLength)
        try tower.encode(architecture.vocabularyCount, forKey: .tokens)
        try textHeads.encode(to: encoder)
    }
}

extension SIMD3<Double> {
    fileprivate var channels: [Double] { [x, y, z] }
}
