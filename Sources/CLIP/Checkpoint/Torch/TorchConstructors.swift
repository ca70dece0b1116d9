import Foundation
import Tensors

/// The names that a pickle of tensors may use, and what they make. Nothing is imported or called: each is a case below.
struct TorchConstructors {
    private let archive: ZipArchive
    /// The folder of the archive's members.
    private let root: String

    init(archive: ZipArchive, root: String) {
        (self.archive, self.root) = (archive, root)
    }

    /// Classes of storages, by the type of their elements.
    private static let storages: [String: ElementType] = [
        "torch.HalfStorage": .float16, "torch.BFloat16Storage": .bfloat16, "torch.FloatStorage": .float32,
        "torch.DoubleStorage": .float64, "torch.LongStorage": .int64, "torch.IntStorage": .int32,
        "torch.ShortStorage": .int16, "torch.CharStorage": .int8, "torch.ByteStorage": .uint8,
        "torch.BoolStorage": .bool, "torch.ComplexFloatStorage": .complex64,
    ]
    private static let rebuildTensor = "torch._utils._rebuild_tensor_v2"
    private static let rebuildParameter = "torch._utils._rebuild_parameter"
    private static let rebuildFromType = "torch._tensor._rebuild_from_type_v2"
    private static let orderedDictionary = "collections.OrderedDict"
    /// Dictionaries that fill in what is missing; in files they are made empty, with the type of what that would be.
    private static let defaultDictionary = "collections.defaultdict"
    private static let dictionaryTypes: Set = ["builtins.dict", "__builtin__.dict"]
    /// TorchScript's wrappers around lists and typed values, which stand for their first argument.
    private static let wrappers: Set = [
        "torch.jit._pickle.build_intlist", "torch.jit._pickle.build_doublelist", "torch.jit._pickle.build_boollist",
        "torch.jit._pickle.build_tensorlist", "torch.jit._pickle.restore_type_tag", "torch.Size",
    ]
    private static let names = wrappers.union(storages.keys).union(dictionaryTypes).union([
        rebuildTensor, rebuildParameter, rebuildFromType, orderedDictionary, defaultDictionary, "torch.Tensor",
        "torch.nn.parameter.Parameter",
    ])

    /// Whether a name is that of a class whose objects are read as their attributes: those that TorchScript compiled, and
    /// PyTorch's own optimizers and learning rate schedules, which training checkpoints hold beside the weights.
    static func isClassOfAttributes(_ name: String) -> Bool {
        name.hasPrefix("__torch__.") || name.hasPrefix("torch.optim.")
    }

    /// What a name of Python's stands for.
    func named(module: String, name: String) -> PickleValue {
        let full = module + "." + name
        return Self.names.contains(full) || Self.isClassOfAttributes(full) ? .global(full) : .foreign(full)
    }

    /// What a name makes of its arguments.
    func call(
        _ name: String, _ arguments: [PickleValue], _ heap: inout PickleHeap
    ) throws(TensorFileError.Problem) -> PickleValue {
        switch name {
        case Self.rebuildTensor:
            return try tensor(arguments, &heap)
        case Self.rebuildParameter:
            if case .tensor? = arguments.first { return arguments[0] }
        case Self.rebuildFromType:
            // The function that rebuilds, the class, the function's arguments, attributes.
            guard arguments.count == 4, case .global(let function) = arguments[0], function != Self.rebuildFromType,
                case .tuple(let place) = arguments[2]
            else { break }
            return try call(function, heap.containers[place], &heap)
        case Self.orderedDictionary:
            if arguments.isEmpty { return .dictionary(heap.add([])) }
        case Self.defaultDictionary:
            if arguments.count == 1, case .global(let type) = arguments[0], Self.dictionaryTypes.contains(type) {
                return .dictionary(heap.add([]))
            }
        case _ where Self.wrappers.contains(name):
            if let wrapped = arguments.first { return wrapped }
        default:
            break
        }
        throw .refused("its pickle calls \(name.prefix(200)) with arguments that are not those of a tensor")
    }

    /// The storage of a persistent id: ("storage", class, key, device, number of elements).
    func storage(_ id: PickleValue, _ heap: inout PickleHeap) throws(TensorFileError.Problem) -> PickleValue {
        guard let parts = heap.elements(of: id), parts.count == 5, case .text("storage") = parts[0],
            case .global(let name) = parts[1], let type = Self.storages[name], case .text(let key) = parts[2],
            case .integer(let count) = parts[4]
        else { throw .malformed("its pickle refers to something that is not a storage") }
        let member = "\(root)/data/\(key)"
        let range = try archive.range(of: member)
        guard count >= 0, count <= range.count / type.byteCount else {
            throw .malformed(
                "its member \"\(member)\" has \(range.count) bytes, too few for \(count) numbers of \(type.rawValue)")
        }
        heap.storages.append(
            TorchStorage(
                member: member, range: range, checksum: archive.members[member]?.checksum ?? 0, elementType: type,
                count: count))
        return .storage(heap.storages.count - 1)
    }

    /// The arguments begin with storage, offset, extents and strides; what gradients need comes after them.
    private func tensor(
        _ arguments: [PickleValue], _ heap: inout PickleHeap
    ) throws(TensorFileError.Problem) -> PickleValue {
        guard arguments.count >= 4, case .storage(let place) = arguments[0], case .integer(let offset) = arguments[1],
            let shape = heap.integers(of: arguments[2]), let strides = heap.integers(of: arguments[3])
        else {
            throw .malformed(
                "its pickle makes a tensor of no storage, or of more than \(StridedTensor.mostDimensions) dimensions")
        }
        heap.tensors.append(
            try StridedTensor(of: heap.storages[place], offset: offset, shape: shape, strides: strides))
        return .tensor(heap.tensors.count - 1)
    }
}
