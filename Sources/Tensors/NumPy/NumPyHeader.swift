import Foundation

/// The checked header of a .npy file.
struct NumPyHeader {
    let elementType: ElementType
    let shape: [Int]
    /// The first byte after it.
    let end: Int

    private static let longestText = 1 << 20
    private static let mostExtents = 32

    /// - Precondition: `range` lies in `file`.
    init(_ file: Data, in range: Range<Int>) throws(TensorFileError.Problem) {
        let bytes = file[range]
        guard bytes.count >= 10 else { throw .truncated("it has \(bytes.count) bytes, fewer than its header") }
        func byte(_ offset: Int) -> Int { Int(file[range.lowerBound + offset]) }
        guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else { throw .malformed("it does not begin with \\x93NUMPY") }
        let (length, start): (Int, Int)
        switch byte(6) {
        case 1: (length, start) = (byte(8) | byte(9) << 8, 10)
        case 2, 3:
            guard bytes.count >= 12 else { throw .truncated("it ends within its header") }
            (length, start) = (byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24, 12)
        case let version: throw .refused("its version \(version) of the format is unknown; save it with numpy.save")
        }
        guard length <= Self.longestText else { throw .malformed("its header claims \(length) bytes") }
        guard length <= bytes.count - start else { throw .truncated("its header claims \(length) bytes") }
        end = range.lowerBound + start + length
        let text = String(decoding: file[range.lowerBound + start..<end], as: UTF8.self)
        elementType = try Self.elementType(text)
        shape = try Self.shape(text)
    }

    private static func elementType(_ text: String) throws(TensorFileError.Problem) -> ElementType {
        guard let match = text.firstMatch(of: #/'descr':\s*'([^']*)'/#) else {
            throw .refused("it is an array of records; save the numbers alone, as float32")
        }
        switch match.1 {
        case "<f4": return .float32
        case "<f2": return .float16
        case let other:
            throw .refused(
                "its numbers are of the type \(other); “<f4” and “<f2” are read, save it with .astype('<f4')")
        }
    }

    private static func shape(_ text: String) throws(TensorFileError.Problem) -> [Int] {
        guard text.contains(#/'fortran_order':\s*False/#) else {
            throw .refused("its columns come before its rows; save it with numpy.ascontiguousarray")
        }
        guard let match = text.firstMatch(of: #/'shape':\s*\(([0-9, L]*)\)/#) else {
            throw .malformed("its header has no shape")
        }
        var shape: [Int] = []
        for part in match.1.split(separator: ",") {
            let digits = part.filter(\.isNumber)
            guard !digits.isEmpty else { continue }
            guard let extent = Int(digits), shape.count < mostExtents else { throw .malformed("its shape is (\(match.1))") }
            shape.append(extent)
        }
        return shape
    }
}
