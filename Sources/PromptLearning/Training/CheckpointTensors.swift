import Tensors

extension [String: Tensor] {
    /// A named tensor of a checkpoint.
    func required(_ name: String) throws(PromptError) -> Tensor {
        guard let tensor = self[name] else { throw .foreignCheckpoint(missing: name) }
        return tensor
    }

    /// A number of epochs or steps of a checkpoint.
    /// - Parameter index: its place in the tensor.
    func number(_ name: String, at index: Int = 0) throws(PromptError) -> Int {
        let values = try required(name).values
        guard values.indices.contains(index), let number = Int(exactly: values[index]), number >= 0 else {
            throw .foreignCheckpoint(missing: name)
        }
        return number
    }

    /// Named tensors in order: `prefix.0`, `prefix.1`, …
    /// - Throws: `PromptError.foreignCheckpoint` where they are not of the shapes of others.
    func list(_ prefix: String, shapedAs others: [Tensor]) throws(PromptError) -> [Tensor] {
        var result: [Tensor] = []
        while let tensor = self["\(prefix).\(result.count)"] { result.append(tensor) }
        guard result.map(\.shape) == others.map(\.shape) else { throw .foreignCheckpoint(missing: prefix) }
        return result
    }

    /// What an optimizer remembers of each parameter; nothing before its first step.
    func memory(_ prefix: String, of parameters: [Tensor]) throws(PromptError) -> [Tensor] {
        self[prefix + ".0"] == nil ? [] : try list(prefix, shapedAs: parameters)
    }

    mutating func set(_ prefix: String, _ list: [Tensor]) {
        for (index, tensor) in list.enumerated() { self["\(prefix).\(index)"] = tensor }
    }

    /// A network that writes prompts, from the tensors whose names begin with a prefix.
    /// - Parameter model: a network of the same extents.
    func writer<Writer: PromptWriter>(_ prefix: String, like model: Writer) throws(PromptError) -> Writer {
        let own = filter { $0.key.hasPrefix(prefix + ".") }.map { (String($0.key.dropFirst(prefix.count + 1)), $0.value) }
        guard
            let writer = Writer(
                tensors: Dictionary(uniqueKeysWithValues: own), featureDimension: model.featureDimension,
                width: model.width)
        else { throw .foreignCheckpoint(missing: prefix + ".…") }
        return writer
    }

    mutating func set(_ prefix: String, _ writer: some PromptWriter) {
        for (name, tensor) in writer.tensors { self["\(prefix).\(name)"] = tensor }
    }
}
