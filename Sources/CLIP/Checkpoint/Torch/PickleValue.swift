/// A value in a pickle. Containers are places in a `PickleHeap`: they may share and even hold themselves, and a value
/// stays small and has nothing below it that would have to be taken apart.
enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    case real(Double)
    case text(String)
    /// A whole number of more than 64 bits; nothing that is read needs one.
    case hugeInteger
    /// Something of Python's that has a name, such as "collections.OrderedDict".
    case global(String)
    /// Something of Python's that no tensor needs, or whatever it would make: nothing is known of it but its name.
    case foreign(String)
    case tuple(Int)
    case list(Int)
    /// Keys and values by turns.
    case dictionary(Int)
    /// An object that is read as its attributes; in its place in the heap is the dictionary of its attributes, once it is
    /// known.
    case object(Int)
    case storage(Int)
    case tensor(Int)

    /// What it is, for an error.
    var kind: String {
        switch self {
        case .none: "None"
        case .bool: "a bool"
        case .integer, .hugeInteger: "an integer"
        case .real: "a float"
        case .text: "a string"
        case .global(let name), .foreign(let name): name
        case .tuple: "a tuple"
        case .list: "a list"
        case .dictionary: "a dictionary"
        case .object: "an object"
        case .storage: "a storage"
        case .tensor: "a tensor"
        }
    }
}

/// What the values of one pickle refer to.
struct PickleHeap {
    var containers: [[PickleValue]] = []
    var storages: [TorchStorage] = []
    var tensors: [StridedTensor] = []

    /// A place for a container with these elements.
    mutating func add(_ elements: [PickleValue]) -> Int {
        containers.append(elements)
        return containers.count - 1
    }

    /// The elements of a tuple or a list.
    func elements(of value: PickleValue) -> [PickleValue]? {
        switch value {
        case .tuple(let place), .list(let place): containers[place]
        default: nil
        }
    }

    /// The whole numbers that a tuple or a list consists of.
    func integers(of value: PickleValue) -> [Int]? {
        guard let elements = elements(of: value), elements.count <= StridedTensor.mostDimensions else { return nil }
        var integers: [Int] = []
        for element in elements {
            guard case .integer(let integer) = element else { return nil }
            integers.append(integer)
        }
        return integers
    }
}
