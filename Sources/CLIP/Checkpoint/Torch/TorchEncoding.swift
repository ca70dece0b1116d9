import Foundation
import Tensors

extension TorchFile {
    /// The bytes of a file that `torch.load` makes a lone float32 tensor of, in the same shape.
    /// - Returns: nil where it would be larger than 4 GB.
    public static func encode(_ tensor: Tensor) -> Data? {
        archive([tensor], pickle: .tensor(tensor, storage: 0))
    }

    /// The bytes of a file that `torch.load` makes a state dict of: float32 tensors by name, in the order of the names.
    /// - Returns: nil where it would be larger than 4 GB.
    public static func encode(_ tensors: [String: Tensor]) -> Data? {
        let ordered = tensors.sorted { $0.key < $1.key }
        let items = ordered.enumerated().map { PickleText.text($1.key) + .tensor($1.value, storage: $0) }
        return archive(ordered.map(\.value), pickle: .ordered(items))
    }

    /// The bytes of a training checkpoint as Dassl writes it, `model.pth.tar-N`: a dictionary of `state_dict`, `epoch` and of
    /// what is not kept here, `optimizer` and `scheduler`, as None.
    /// - Parameters:
    ///   - tensors: the state dict.
    ///   - epoch: how many epochs the training had behind it.
    ///   - accuracy: on validation images, in percent; nil where it is not known.
    /// - Returns: nil where it would be larger than 4 GB.
    public static func encodeCheckpoint(_ tensors: [String: Tensor], epoch: Int, accuracy: Double?) -> Data? {
        let ordered = tensors.sorted { $0.key < $1.key }
        let items = ordered.enumerated().map { PickleText.text($1.key) + .tensor($1.value, storage: $0) }
        return archive(
            ordered.map(\.value),
            pickle: .dictionary([
                .text("state_dict") + .ordered(items), .text("epoch") + .integer(epoch), .text("optimizer") + .none,
                .text("scheduler") + .none, .text("val_result") + (accuracy.map(PickleText.real) ?? .none),
            ]))
    }

    private static func archive(_ tensors: [Tensor], pickle: PickleText) -> Data? {
        let storages = tensors.enumerated().map { index, tensor in
            (name: "archive/data/\(index)", content: tensor.withUnsafePointer { Data(bytes: $0, count: 4 * tensor.count) })
        }
        let program = Data([0x80, 2] + pickle.bytes + Array(".".utf8))
        return ZipArchive.encode(
            [(name: "archive/data.pkl", content: program), (name: "archive/byteorder", content: Data("little".utf8))] + storages
                + [(name: "archive/version", content: Data("3\n".utf8))])
    }
}

/// Instructions of Python's pickle, protocol 2, that leave one value on the stack.
private struct PickleText {
    var bytes: [UInt8]

    static func + (a: PickleText, b: PickleText) -> PickleText { PickleText(bytes: a.bytes + b.bytes) }

    static func text(_ text: String) -> PickleText {
        PickleText(bytes: Array("X".utf8) + number(UInt32(text.utf8.count)) + Array(text.utf8))
    }

    /// LONG1 with eight bytes.
    static func integer(_ value: Int) -> PickleText { PickleText(bytes: [0x8a, 8] + number(Int64(value))) }

    static let none = PickleText(bytes: Array("N".utf8))

    /// BINFLOAT, which is big-endian.
    static func real(_ value: Double) -> PickleText {
        PickleText(bytes: Array("G".utf8) + number(value.bitPattern.byteSwapped))
    }

    /// - Parameter items: each a key and its value.
    static func dictionary(_ items: [PickleText]) -> PickleText {
        PickleText(bytes: Array("}(".utf8) + items.flatMap(\.bytes) + Array("u".utf8))
    }

    static func global(_ module: String, _ name: String) -> PickleText {
        PickleText(bytes: Array("c\(module)\n\(name)\n".utf8))
    }

    static func tuple(_ elements: [PickleText]) -> PickleText {
        PickleText(bytes: Array("(".utf8) + elements.flatMap(\.bytes) + Array("t".utf8))
    }

    /// `collections.OrderedDict()`, and its items set.
    /// - Parameter items: each a key and its value.
    static func ordered(_ items: [PickleText]) -> PickleText {
        PickleText(
            bytes: global("collections", "OrderedDict").bytes + Array(")R".utf8) + Array("(".utf8)
                + items.flatMap(\.bytes) + Array("u".utf8))
    }

    /// `torch._utils._rebuild_tensor_v2` over a storage of its own.
    static func tensor(_ tensor: Tensor, storage: Int) -> PickleText {
        var strides: [Int] = [], step = 1
        for extent in tensor.shape.reversed() {
            strides.insert(step, at: 0)
            step *= max(1, extent)
        }
        let kept = tuple([
            text("storage"), global("torch", "FloatStorage"), text("\(storage)"), text("cpu"), integer(tensor.count),
        ])
        let noHooks = PickleText(bytes: global("collections", "OrderedDict").bytes + Array(")R".utf8))
        let arguments = tuple([
            PickleText(bytes: kept.bytes + Array("Q".utf8)), integer(0), tuple(tensor.shape.map(integer)),
            tuple(strides.map(integer)), PickleText(bytes: [0x89]), noHooks,
        ])
        return PickleText(bytes: global("torch._utils", "_rebuild_tensor_v2").bytes + arguments.bytes + Array("R".utf8))
    }

    private static func number<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
