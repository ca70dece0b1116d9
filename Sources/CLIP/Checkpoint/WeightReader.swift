import Tensors

/// Reads tensors by name and expected shape, and notes all that is wrong on the way instead of stopping at the first.
public struct WeightReader {
    private let file: Safetensors
    /// What names and shapes do not tell: nonlinearities and head widths.
    public let conventions: ModelConventions
    /// What was asked for and cannot be had, in the order it was asked for.
    public private(set) var problems: [WeightProblem] = []

    init(_ file: Safetensors, conventions: ModelConventions) {
        self.file = file
        self.conventions = conventions
    }

    /// The tensor of this name, or an empty one, and a problem noted, where it is missing, of another shape, or holds a
    /// number that is not finite.
    /// - Parameter shape: what is expected; an extent of 0 is one that the checkpoint fails to tell, and fits any.
    public mutating func tensor(_ name: String, _ shape: [Int]) -> Tensor {
        guard let entry = file.entries[name] else { return note(.missing(name, expected: shape)) }
        let extentsFit = zip(entry.shape, shape).allSatisfy { $0 > 0 && ($0 == $1 || $1 == 0) }
        guard extentsFit, entry.shape.count == shape.count else {
            return note(.wrongShape(name, expected: shape, found: entry.shape))
        }
        let tensor: Tensor
        do {
            tensor = try file.tensor(named: name)
        } catch {
            return note(.unfit(name, reason: error.description))
        }
        guard tensor.isFinite else { return note(.unfit(name, reason: "it holds a number that is not finite")) }
        return tensor
    }

    /// An extent that tells the architecture, from the first of some tensors that exists and is not empty; 0 where none does.
    ///
    /// Notes no problem: each of these tensors is asked for by `tensor` too.
    /// - Parameter sources: names, and which of the tensor's extents is meant.
    public func extent(_ sources: (name: String, axis: Int)...) -> Int {
        for (name, axis) in sources {
            guard let shape = file.entries[name]?.shape, axis < shape.count, !shape.contains(0) else { continue }
            return shape[axis]
        }
        return 0
    }

    /// Notes that a tensor makes no sense for a reason of the caller's.
    public mutating func refuse(_ name: String, because reason: String) {
        problems.append(.unfit(name, reason: reason))
    }

    /// Notes it where heads do not divide a width.
    /// - Parameter name: the tensor that tells the width.
    mutating func checkHeads(_ name: String, width: Int, headWidth: Int) {
        if headWidth <= 0 || width % headWidth != 0 {
            refuse(name, because: "its width, \(width), is no multiple of a head's \(headWidth)")
        }
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
        return min(numbers.max() ?? -1, file.entries.count - 1) + 1
    }

    private mutating func note(_ problem: WeightProblem) -> Tensor {
        problems.append(problem)
        return Tensor([0])
    }
}
