import Tensors

/// Reads tensors by name and expected shape, and notes all that is wrong on the way instead of stopping at the first.
public struct WeightReader {
    private let file: Safetensors
    /// What was asked for and cannot be had, in the order it was asked for.
    public private(set) var problems: [WeightProblem] = []

    init(_ file: Safetensors) {
        self.file = file
    }

    /// The tensor of this name, or an empty one, and a problem noted, where it is missing, of another shape, or holds a
    /// number that is not finite.
    public mutating func tensor(_ name: String, _ shape: [Int]) -> Tensor {
        let expected = shape.map(String.init)
        guard let entry = file.entries[name] else { return note(.missing(name, expected: expected)) }
        guard entry.shape == shape else {
            return note(.wrongShape(name, expected: expected, found: entry.shape))
        }
        let tensor: Tensor
        do {
            tensor = try file.tensor(named: name)
        } catch {
            return note(.unreadable(name, reason: error.description))
        }
        let bad = tensor.withUnsafePointer { values in (0..<tensor.count).first { !values[$0].isFinite } }
        if let bad { return note(.notFinite(name, index: bad)) }
        return tensor
    }

    /// The extents of a tensor that tells the architecture, or nil, and a problem noted, where it is missing, of another
    /// rank, or an extent is zero.
    /// - Parameter expected: what each extent stands for, such as `["vocabulary", "width"]`.
    public mutating func extents(of name: String, _ expected: [String]) -> [Int]? {
        guard let shape = file.entries[name]?.shape else {
            problems.append(.missing(name, expected: expected))
            return nil
        }
        guard shape.count == expected.count, shape.allSatisfy({ $0 > 0 }) else {
            problems.append(.wrongShape(name, expected: expected, found: shape))
            return nil
        }
        return shape
    }

    /// Notes that the shape of a tensor fits no architecture.
    public mutating func refuse(_ name: String, because reason: String) {
        problems.append(.unreadable(name, reason: reason))
    }

    /// Whether the file has a tensor of this name.
    public func contains(_ name: String) -> Bool { file.entries[name] != nil }

    /// How many numbered members the file has under a prefix: one more than the highest `n` of `prefix + "n."`.
    ///
    /// Never more than there are tensors, so that a name with a huge number in it costs nothing.
    public func memberCount(under prefix: String) -> Int {
        let numbers = file.entries.keys.compactMap { name in
            name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count).prefix { $0 != "." }) : nil
        }
        return min(max(0, (numbers.max() ?? -1).addingReportingOverflow(1).partialValue), file.entries.count)
    }

    private mutating func note(_ problem: WeightProblem) -> Tensor {
        problems.append(problem)
        return Tensor([0])
    }
}
