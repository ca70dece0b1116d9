/// Named tensors that lie in a file, or in several that belong together, whatever the format.
public protocol TensorFile: Sendable {
    /// What errors call it: its path.
    var source: String { get }
    /// The format, for people: “safetensors”.
    var format: String { get }
    /// The files that it lies in, as they were opened; an index of several before those that it names.
    var files: [FileBytes] { get }
    /// All the names, in no order.
    var names: [String] { get }
    /// What is known of a tensor before its numbers are read; nil where no tensor has this name.
    func entry(named name: String) -> TensorEntry?
    /// One tensor, its numbers converted to `Float`, in the shape that its entry tells.
    /// - Throws: `missing` if no tensor has this name, `notFloatingPoint` if its elements are neither F16, BF16 nor
    ///   F32, and another `TensorFileError` if its bytes cannot be read or are damaged.
    func tensor(named name: String) throws(TensorFileError) -> Tensor
}

/// The shape of a tensor in a file, and how its numbers are stored.
public struct TensorEntry: Sendable, Equatable {
    public let elementType: ElementType
    public let shape: [Int]

    public init(elementType: ElementType, shape: [Int]) {
        (self.elementType, self.shape) = (elementType, shape)
    }
}
