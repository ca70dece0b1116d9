import CLIP
import Foundation
import Tensors

/// One input of libFuzzer's: a file of weights, read by all that can read files of weights.
///
/// Whatever the bytes are, a reader returns or throws. Crashes, time and memory are libFuzzer's to watch; what is
/// checked here is that a tensor has the shape that was announced.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var data = bytes.map { Data(bytes: $0, count: count) } ?? Data()
    #if PICKLE
    // The pickle alone, in a sound archive with a storage: nearly every mutation reaches the machine.
    data = archive(of: data)
    #endif
    // A file that is mapped, as every checkpoint is; its pages are let go as its tensors are read.
    do { try data.write(to: file) } catch { fatalError("\(error)") }
    #if SAFETENSORS
    if let weights = try? Safetensors(contentsOf: file) { readAll(weights) }
    #else
    if let weights = try? TorchFile(contentsOf: file) { readAll(weights) }
    #endif
    return 0
}

private let file = URL(filePath: "/dev/shm/spg-fuzz-\(getpid())")

private func readAll(_ file: some TensorFile) {
    for name in file.names {
        guard let tensor = try? file.tensor(named: name) else { continue }
        precondition(tensor.shape == file.entry(named: name)?.shape, "a shape that was not announced")
        precondition(tensor.count == tensor.shape.reduce(1, *), "a count that is not the shape's")
    }
}

/// A zip archive of a pickle and of a storage of 4096 bytes.
private func archive(of pickle: Data) -> Data {
    var file = Data(), directory = Data(), count: UInt16 = 0
    func bytes<Number: FixedWidthInteger>(_ numbers: Number...) -> Data {
        Data(numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } })
    }
    for (name, content) in [("a/data.pkl", pickle), ("a/data/0", Data(repeating: 0x3c, count: 4096))] {
        let size = UInt32(content.count), offset = UInt32(file.count)
        let sizes = bytes(UInt32(0), size, size) + bytes(UInt16(name.utf8.count), 0)
        file += bytes(UInt32(0x0403_4b50)) + bytes(UInt16(0), 0, 0, 0, 0) + sizes + Data(name.utf8) + content
        directory += bytes(UInt32(0x0201_4b50)) + bytes(UInt16(0), 0, 0, 0, 0, 0) + sizes
        directory += Data(count: 10) + bytes(offset) + Data(name.utf8)
        count += 1
    }
    return file + directory + bytes(UInt32(0x0605_4b50), 0) + bytes(count, count)
        + bytes(UInt32(directory.count), UInt32(file.count)) + bytes(UInt16(0))
}
