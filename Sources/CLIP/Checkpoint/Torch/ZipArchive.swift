import Foundation
import Tensors

/// The directory of a zip archive whose members are stored as they are, as PyTorch and NumPy write them.
///
/// Opening checks the directory against the file: every member lies inside it and no two overlap, so that what is read
/// of an archive is never more than the archive. Archives of more than 4 GB (zip64) are read too.
package struct ZipArchive: Sendable {
    /// Where the bytes of a member lie.
    package struct Member: Sendable {
        package let range: Range<Int>
        /// The CRC-32 of the bytes, or 0 where the writer left it out.
        package let checksum: UInt32
        /// Why its bytes are not the content: “compressed”, “encrypted”.
        package let packing: String?
    }

    /// Every member by its whole name.
    package let members: [String: Member]
    private let file: Data
    private static let mostMembers = 1 << 17

    /// Reads the directory of a whole file.
    /// - Throws: `truncated` or `malformed` if it is no whole archive, or members overlap or have one name; `refused`
    ///   if it has more members than any model.
    package init(_ file: Data) throws(TensorFileError.Problem) {
        self.file = file
        let directory = try ZipDirectory(of: file)
        guard directory.count <= Self.mostMembers else {
            throw .refused("it has \(directory.count) members; up to \(Self.mostMembers) are read")
        }
        var members: [String: Member] = [:]
        var spans: [(start: Int, end: Int, name: String)] = []
        var position = directory.range.lowerBound
        for _ in 0..<directory.count {
            let record = try ZipRecord(in: file, at: position, end: directory.range.upperBound)
            position = record.end
            let range = try record.content(in: file, before: directory.range.lowerBound)
            guard
                members.updateValue(
                    Member(range: range, checksum: record.checksum, packing: record.packing), forKey: record.name) == nil
            else {
                throw .malformed("it has two members named \"\(record.name)\"")
            }
            spans.append((record.offset, range.upperBound, record.name))
        }
        spans.sort { ($0.start, $0.end, $0.name) < ($1.start, $1.end, $1.name) }
        for (earlier, later) in zip(spans, spans.dropFirst()) where later.start < earlier.end {
            throw .malformed("its members \"\(earlier.name)\" and \"\(later.name)\" overlap")
        }
        self.members = members
    }

    /// Where the content of a member lies in the file.
    func range(of name: String) throws(TensorFileError.Problem) -> Range<Int> {
        guard let member = members[name] else { throw .malformed("it has no member \"\(name)\"") }
        if let packing = member.packing {
            throw .refused(
                "its member \"\(name)\" is \(packing), and PyTorch keeps members as they are; write it with torch.save")
        }
        return member.range
    }
}

/// The end of an archive: where its directory lies, and how many members it lists.
private struct ZipDirectory {
    let count: Int
    let range: Range<Int>

    private static let recordSize = 22
    /// A comment may follow the record.
    private static let longestComment = 0xffff

    init(of file: Data) throws(TensorFileError.Problem) {
        guard let end = Self.endRecord(of: file) else {
            throw .truncated("it has no directory at its end, as a zip archive must")
        }
        var count = file.integer(at: end + 10, UInt16.self).map(Int.init)
        var size = file.integer(at: end + 12, UInt32.self).map(Int.init)
        var start = file.integer(at: end + 16, UInt32.self).map(Int.init)
        var limit = end
        // Where there is a zip64 record, it counts.
        if file.integer(at: end - 20, UInt32.self) == 0x0706_4b50 {
            guard let offset = file.integer(at: end - 12, UInt64.self).flatMap(Int.init(exactly:)),
                file.integer(at: offset, UInt32.self) == 0x0606_4b50, offset <= end - 20 - 56
            else { throw .malformed("its zip64 directory record is not where its locator says") }
            count = file.integer(at: offset + 32, UInt64.self).flatMap(Int.init(exactly:))
            size = file.integer(at: offset + 40, UInt64.self).flatMap(Int.init(exactly:))
            start = file.integer(at: offset + 48, UInt64.self).flatMap(Int.init(exactly:))
            limit = offset
        }
        guard let count, let size, let start, start <= limit, size <= limit - start else {
            throw .malformed("its directory does not fit in the file")
        }
        guard count <= size / ZipRecord.shortest else {
            throw .malformed("its directory of \(size) bytes claims \(count) members")
        }
        (self.count, range) = (count, start..<start + size)
    }

    private static func endRecord(of file: Data) -> Int? {
        var position = file.count - recordSize
        let first = max(0, position - longestComment)
        while position >= first {
            if file.integer(at: position, UInt32.self) == 0x0605_4b50,
                file.integer(at: position + 20, UInt16.self).map(Int.init) == file.count - recordSize - position
            {
                return position
            }
            position -= 1
        }
        return nil
    }
}

/// One member's entry in the directory.
private struct ZipRecord {
    let name: String
    /// Where the member's own header begins.
    let offset: Int
    /// The first byte after this entry.
    let end: Int
    let checksum: UInt32
    let packing: String?
    private let nameBytes: Data
    private let size: Int

    static let shortest = 46

    init(in file: Data, at position: Int, end limit: Int) throws(TensorFileError.Problem) {
        let cut = TensorFileError.Problem.malformed("its directory ends within an entry")
        guard position <= limit - Self.shortest, file.integer(at: position, UInt32.self) == 0x0201_4b50,
            let flags = file.integer(at: position + 8, UInt16.self),
            let method = file.integer(at: position + 10, UInt16.self),
            let checksum = file.integer(at: position + 16, UInt32.self),
            let packed = file.integer(at: position + 20, UInt32.self),
            let unpacked = file.integer(at: position + 24, UInt32.self),
            let nameSize = file.integer(at: position + 28, UInt16.self).map(Int.init),
            let extraSize = file.integer(at: position + 30, UInt16.self).map(Int.init),
            let commentSize = file.integer(at: position + 32, UInt16.self).map(Int.init),
            let start = file.integer(at: position + 42, UInt32.self)
        else { throw cut }
        let extra = position + Self.shortest + nameSize
        end = extra + extraSize + commentSize
        guard end <= limit else { throw cut }
        nameBytes = file.subdata(in: position + Self.shortest..<extra)
        guard let name = String(validating: nameBytes, as: UTF8.self) else {
            throw .malformed("a member's name is not UTF-8 text")
        }
        self.name = name

        // Numbers that do not fit into 32 bits stand in an extra field, in this order.
        var wide = Self.wideField(in: file, from: extra, to: extra + extraSize)
        func wideOr(_ narrow: UInt32) -> Int? {
            guard narrow == .max else { return Int(narrow) }
            guard let field = wide, field.count >= 8 else { return nil }
            wide = field.lowerBound + 8..<field.upperBound
            return file.integer(at: field.lowerBound, UInt64.self).flatMap(Int.init(exactly:))
        }
        guard let unpackedSize = wideOr(unpacked), let packedSize = wideOr(packed), let offset = wideOr(start) else {
            throw .malformed("the sizes of its member \"\(name)\" are not given")
        }
        (size, self.offset, self.checksum) = (packedSize, offset, checksum)
        packing =
            flags & 1 == 1
            ? "encrypted"
            : method != 0 || packedSize != unpackedSize ? "compressed" : nil
    }

    /// The part of an entry's extra fields that holds 64-bit numbers.
    private static func wideField(in file: Data, from start: Int, to end: Int) -> Range<Int>? {
        var position = start
        while position + 4 <= end, let kind = file.integer(at: position, UInt16.self),
            let size = file.integer(at: position + 2, UInt16.self).map(Int.init), position + 4 + size <= end
        {
            if kind == 1 { return position + 4..<position + 4 + size }
            position += 4 + size
        }
        return nil
    }

    /// The member's bytes, after its own header.
    func content(in file: Data, before limit: Int) throws(TensorFileError.Problem) -> Range<Int> {
        guard offset <= limit - 30, file.integer(at: offset, UInt32.self) == 0x0403_4b50,
            let nameSize = file.integer(at: offset + 26, UInt16.self).map(Int.init),
            let extraSize = file.integer(at: offset + 28, UInt16.self).map(Int.init),
            offset + 30 + nameSize <= limit, file.subdata(in: offset + 30..<offset + 30 + nameSize) == nameBytes
        else { throw .malformed("its member \"\(name)\" is not where its directory says") }
        let start = offset + 30 + nameSize + extraSize
        guard start <= limit, size <= limit - start else {
            throw .malformed("its member \"\(name)\" does not fit in the file")
        }
        return start..<start + size
    }
}

extension Data {
    /// The little-endian number at an offset, or nil where the bytes end before it does.
    /// - Precondition: `startIndex` is 0.
    func integer<Number: FixedWidthInteger>(at offset: Int, _ type: Number.Type) -> Number? {
        let size = MemoryLayout<Number>.size
        guard offset >= 0, offset <= count - size else { return nil }
        return withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Number.self)) }
    }
}
