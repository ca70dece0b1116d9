import Foundation

/// A zip archive as PyTorch writes it, put together by hand so that tests can make it lie.
struct TorchArchive {
    struct Member {
        var name: String
        var content: [UInt8]
        var method: UInt16 = 0
        /// Where the directory says that it lies, if not where it does.
        var claimedOffset: UInt32?
        var claimedSize: UInt32?
        /// Whether the directory gives sizes and place as 64-bit numbers, as it must beyond 4 GB.
        var isWide = false
    }

    var members: [Member]
    var claimedCount: UInt16?

    /// An archive of a pickle and one storage of `floats` zeros.
    init(pickle: [UInt8], floats: Int = 6) {
        members = [
            Member(name: "a/data.pkl", content: pickle),
            Member(name: "a/data/0", content: [UInt8](repeating: 0, count: 4 * floats)),
        ]
    }

    var data: Data {
        var file: [UInt8] = [], directory: [UInt8] = []
        for member in members {
            let offset = member.claimedOffset ?? UInt32(file.count)
            let size = member.claimedSize ?? UInt32(member.content.count)
            let name = Array(member.name.utf8)
            let sizes = bytes(UInt32(0)) + bytes(size) + bytes(size) + bytes(UInt16(name.count))
            let common = bytes(UInt16(0)) + bytes(UInt16(0)) + bytes(member.method) + bytes(UInt32(0))
            file += bytes(UInt32(0x0403_4b50)) + common + sizes + bytes(UInt16(0)) + name + member.content
            if member.isWide {
                directory += bytes(UInt32(0x0201_4b50)) + bytes(UInt16(0)) + common + bytes(UInt32(0))
                directory += bytes(UInt64.max) + bytes(UInt16(name.count)) + bytes(UInt16(28))
                directory += [UInt8](repeating: 0, count: 10) + bytes(UInt32.max) + name
                directory += bytes(UInt16(1)) + bytes(UInt16(24))
                directory += bytes(UInt64(size)) + bytes(UInt64(size)) + bytes(UInt64(offset))
            } else {
                directory += bytes(UInt32(0x0201_4b50)) + bytes(UInt16(0)) + common + sizes
                directory += [UInt8](repeating: 0, count: 12) + bytes(offset) + name
            }
        }
        let count = bytes(claimedCount ?? UInt16(members.count)), start = bytes(UInt32(file.count))
        return Data(
            file + directory + bytes(UInt32(0x0605_4b50)) + bytes(UInt32(0)) + count + count
                + bytes(UInt32(directory.count)) + start + bytes(UInt16(0)))
    }

    private func bytes<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}

/// Pickles in the instructions of PyTorch's.
enum Pickle {
    static func program(_ parts: [UInt8]...) -> [UInt8] { [0x80, 2] + parts.joined() + Array(".".utf8) }

    static func text(_ text: String) -> [UInt8] {
        Array("X".utf8) + withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { Array($0) } + Array(text.utf8)
    }

    static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

    static func integer(_ number: Int) -> [UInt8] { [0x8a, 8] + withUnsafeBytes(of: number.littleEndian) { Array($0) } }

    static func tuple(_ elements: [[UInt8]]) -> [UInt8] { Array("(".utf8) + elements.joined() + Array("t".utf8) }

    /// A storage of floats.
    static func storage(_ count: Int, key: String = "0") -> [UInt8] {
        tuple([text("storage"), global("torch", "FloatStorage"), text(key), text("cpu"), integer(count)])
            + Array("Q".utf8)
    }

    /// A tensor over a storage of `count` floats.
    static func tensor(of count: Int, offset: Int = 0, _ shape: [Int], strides: [Int], key: String = "0") -> [UInt8] {
        global("torch._utils", "_rebuild_tensor_v2")
            + tuple([
                storage(count, key: key), integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer)),
                Array("N".utf8),
            ]) + Array("R".utf8)
    }
}
