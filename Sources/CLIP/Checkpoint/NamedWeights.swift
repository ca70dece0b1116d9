import Tensors

/// A file's tensors under OpenAI's names.
struct NamedWeights: Sendable {
    let file: any TensorFile
    let scheme: NameScheme

    /// What the file itself calls a tensor.
    func nameInFile(_ name: String) -> String { (file as? UnwrappedFile)?.original(name) ?? name }

    /// The shape of a weight, or nil where a part of it is not there or parts differ.
    func shape(of name: String) -> [Int]? {
        let origin = scheme.origin(of: name)
        let shapes = origin.names.map { file.entry(named: $0)?.shape }
        guard let first = shapes[0], shapes.allSatisfy({ $0 == first }) else { return nil }
        return origin.shape(ofParts: first)
    }

    /// How many numbered members there are under a prefix: one more than the highest `n` of `prefix + "n."`.
    ///
    /// Never more than there are tensors, so that a name with a huge number in it costs nothing.
    func memberCount(under group: String) -> Int {
        let prefix = scheme.memberPrefix(of: group), names = file.names
        let numbers = names.compactMap { name in
            name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count).prefix { $0 != "." }) : nil
        }
        return min(numbers.max() ?? -1, names.count - 1) + 1
    }

    /// A weight put together of its parts.
    /// - Precondition: `shape(of: name)` is not nil.
    func tensor(_ name: String) throws(TensorFileError) -> Tensor {
        let origin = scheme.origin(of: name)
        guard origin.names.count > 1 else {
            let tensor = try file.tensor(named: origin.names[0])
            return origin.isTransposed ? tensor.transposed() : tensor
        }
        var parts: [Tensor] = []
        for name in origin.names { parts.append(try file.tensor(named: name)) }
        return Tensor(stacking: parts)
    }
}

extension Tensor {
    /// Tensors of one shape, one below the other.
    fileprivate init(stacking parts: [Tensor]) {
        self.init(uninitialized: [parts.count * parts[0].shape[0]] + parts[0].shape.dropFirst())
        withUnsafeMutablePointer { to in
            for (index, part) in parts.enumerated() {
                part.withUnsafePointer { (to + index * part.count).update(from: $0, count: part.count) }
            }
        }
    }
}
