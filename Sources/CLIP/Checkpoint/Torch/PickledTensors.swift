import Tensors

/// The tensors in a pickle's value, by the way to them.
struct PickledTensors {
    private(set) var byName: [String: StridedTensor] = [:]
    private let heap: PickleHeap
    private var visits = 0
    private var numbers = 0

    /// A pickle may reach one container in many ways, or through itself; these bounds end the search.
    private static let (mostVisits, mostTensors, deepest, longestName) = (1 << 20, 1 << 16, 64, 512)

    init(_ machine: PickleMachine) throws(TensorFileError.Problem) {
        heap = machine.heap
        if let foreign = machine.foreignName {
            // A training checkpoint may hold anything beside the weights: options, figures, the state of a program.
            guard let (key, weights) = heap.stateDict(in: machine.root) else {
                throw .foreign(foreign, advice: heap.advice(for: machine.root))
            }
            try search(weights, name: key, depth: 1)
        } else {
            try search(machine.root, name: "", depth: 0)
        }
        // Weights may share a storage, each once or twice; a file whose tensors are many times what it holds is made to
        // fill memory.
        var stored: [Int: Int] = [:]
        for tensor in byName.values { stored[tensor.storage.range.lowerBound] = tensor.storage.count }
        guard numbers <= 4 * stored.values.reduce(0, +) else {
            throw .refused("its tensors have \(numbers) numbers, more than four times those it holds")
        }
    }

    private mutating func search(
        _ value: PickleValue, name: String, depth: Int
    ) throws(TensorFileError.Problem) {
        visits += 1
        guard visits <= Self.mostVisits, depth <= Self.deepest else {
            throw .refused("its values refer to each other without end")
        }
        switch value {
        case .tensor(let place):
            let tensor = heap.tensors[place]
            guard name.utf8.count <= Self.longestName, byName.count < Self.mostTensors else {
                throw .refused(
                    "it has more than \(Self.mostTensors) tensors, or names longer than \(Self.longestName) bytes")
            }
            byName[name] = tensor
            let (sum, isTooLarge) = numbers.addingReportingOverflow(tensor.count)
            if isTooLarge { throw .refused("its tensors have too many numbers") }
            numbers = sum
        case .dictionary(let place):
            let items = heap.containers[place]
            for index in stride(from: 0, to: items.count - 1, by: 2) {
                switch items[index] {
                case .text(let key): try enter(items[index + 1], key, of: name, depth)
                case .integer(let key): try enter(items[index + 1], "\(key)", of: name, depth)
                default: continue
                }
            }
        case .tuple(let place), .list(let place):
            for (index, element) in heap.containers[place].enumerated() {
                try enter(element, "\(index)", of: name, depth)
            }
        case .object(let place):
            for attributes in heap.containers[place] { try search(attributes, name: name, depth: depth + 1) }
        case .foreign(let foreign):
            throw .foreign(foreign)
        default:
            break
        }
    }

    private mutating func enter(
        _ value: PickleValue, _ key: String, of name: String, _ depth: Int
    ) throws(TensorFileError.Problem) {
        switch value {
        case .tensor, .dictionary, .tuple, .list, .object, .foreign:
            // Longer names are refused where they name a tensor; they need not grow until then.
            guard name.utf8.count <= Self.longestName else { throw .refused("its names are too long") }
            try search(value, name: name.isEmpty ? key : name + "." + key, depth: depth + 1)
        default:
            visits += 1
            guard visits <= Self.mostVisits else { throw .refused("its values refer to each other without end") }
        }
    }
}
