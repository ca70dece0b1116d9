import Tensors

/// Reads tensors by OpenAI's names and expected shapes, and notes all that is wrong on the way instead of stopping at
/// the first. What is wrong is told under the names that the file has.
///
/// A reader of the header alone checks names, shapes and types, and gives an empty tensor for each.
public struct WeightReader {
    private let weights: NamedWeights
    /// What names and shapes do not tell: nonlinearities and head widths.
    public let conventions: ModelConventions
    /// What was asked for and cannot be had, in the order it was asked for.
    public private(set) var problems: [WeightProblem] = []
    /// What was read, by its name in the file.
    private(set) var entriesRead: [String: TensorEntry] = [:]
    private let readsNumbers: Bool

    /// - Parameter readsNumbers: whether numbers are read, and not the header alone.
    init(_ weights: NamedWeights, conventions: ModelConventions, readsNumbers: Bool = true) {
        self.weights = weights
        self.conventions = conventions
        self.readsNumbers = readsNumbers
    }

    /// The tensor of this name, or an empty one, and a problem noted, where it is missing, of another shape, or holds a
    /// number that is not finite.
    /// - Parameters:
    ///   - name: OpenAI's.
    ///   - shape: what is expected; an extent of 0 is one that the checkpoint fails to tell, and fits any.
    public mutating func tensor(_ name: String, _ shape: [Int]) -> Tensor {
        let origin = weights.scheme.origin(of: name), expected = origin.partShape(of: shape)
        let problemsBefore = problems.count
        for part in origin.names {
            guard let entry = weights.file.entry(named: part) else {
                problems.append(.missing(part, expected: expected))
                continue
            }
            entriesRead[part] = entry
            let name = weights.nameInFile(part)
            if !entry.elementType.isReadAsFloat {
                problems.append(
                    .unfit(name, reason: "its type is \(entry.elementType.rawValue); F16, BF16 and F32 can be read"))
            }
            let extentsFit = zip(entry.shape, expected).allSatisfy { $0 > 0 && ($0 == $1 || $1 == 0) }
            if !extentsFit || entry.shape.count != expected.count {
                problems.append(.wrongShape(name, expected: expected, found: entry.shape))
            }
        }
        guard problems.count == problemsBefore else { return Tensor([0]) }
        guard let found = weights.shape(of: name), found.count == shape.count else {
            return note(.unfit(names(of: origin), reason: "they differ in shape"))
        }
        guard readsNumbers else { return Tensor([0]) }
        let tensor: Tensor
        do {
            tensor = try weights.tensor(name)
        } catch {
            return note(.unfit(weights.nameInFile(origin.names[0]), reason: error.description))
        }
        guard tensor.isFinite else {
            return note(.unfit(names(of: origin), reason: "it holds a number that is not finite"))
        }
        return tensor
    }

    /// A lone number, as a tensor of no dimensions or of one with a single element: both are in use.
    /// - Returns: nil where it is not there, and a problem is noted, or where the header alone is read.
    mutating func number(_ name: String) -> Float? {
        let tensor = tensor(name, weights.shape(of: name) == [1] ? [1] : [])
        return tensor.count == 1 ? tensor.scalar : nil
    }

    private func names(of origin: NameScheme.Origin) -> String {
        origin.names.map(weights.nameInFile).joined(separator: ", ")
    }

    /// An extent that tells the architecture, from the first of some tensors that exists and is not empty; 0 where none
    /// does.
    ///
    /// Notes no problem: each of these tensors is asked for by `tensor` too.
    /// - Parameter sources: names, and which of the tensor's extents is meant.
    public func extent(_ sources: (name: String, axis: Int)...) -> Int {
        for (name, axis) in sources {
            guard let shape = weights.shape(of: name), axis < shape.count, !shape.contains(0) else { continue }
            return shape[axis]
        }
        return 0
    }

    /// Notes that a tensor makes no sense for a reason of the caller's.
    public mutating func refuse(_ name: String, because reason: String) {
        problems.append(.unfit(weights.nameInFile(weights.scheme.origin(of: name).names[0]), reason: reason))
    }

    /// Notes every tensor of a tower that was not asked for: the model was made with a part that this CLIP does not
    /// have, and its features would not be the ones it was trained for.
    /// - Parameter tower: what the tower's names begin with, in OpenAI's names.
    mutating func refuseUnread(in tower: String) {
        let prefixes = weights.scheme.towerPrefixes(of: tower)
        for name in weights.file.names.sorted() where prefixes.contains(where: name.hasPrefix) {
            if entriesRead[name] != nil || NameScheme.isBookkeeping(name) { continue }
            problems.append(
                .unfit(weights.nameInFile(name), reason: "it belongs to no part of a CLIP model as OpenAI built them"))
        }
    }

    /// Notes it where heads do not divide a width.
    /// - Parameter name: the tensor that tells the width.
    mutating func checkHeads(_ name: String, width: Int, headWidth: Int) {
        if headWidth <= 0 || width % headWidth != 0 {
            refuse(name, because: "its width, \(width), is not a multiple of a head's \(headWidth)")
        }
    }

    /// Whether the file has a tensor of this name.
    public func contains(_ name: String) -> Bool { weights.shape(of: name) != nil }

    /// How many numbered members the file has under a prefix: one more than the highest `n` of `prefix + "n."`.
    ///
    /// Never more than there are tensors, so that a name with a huge number in it costs nothing.
    public func memberCount(under prefix: String) -> Int { weights.memberCount(under: prefix) }

    private mutating func note(_ problem: WeightProblem) -> Tensor {
        problems.append(problem)
        return Tensor([0])
    }
}
