import Foundation

/// The bytes of a file of tensors, or bytes that are in memory already.
public struct FileBytes: Sendable {
    /// The bytes, counted from 0; those of a file are mapped into memory. It is for finding out what a file holds, as soon as
    /// it is opened. What may be read hours later, and is large, is read by `forEachPiece` and what is made of it.
    package let data: Data
    /// Nil where the bytes were in memory already.
    private let file: OpenFile?
    /// Where the file was found and its stamp when it was opened; nil for bytes that were in memory already.
    private let origin: (path: String, stamp: FileStamp)?

    /// Bytes that are in memory already.
    package init(_ data: Data) {
        self.data = data.startIndex == 0 ? data : Data(data)
        (file, origin) = (nil, nil)
    }

    /// Maps a regular file. What is no file at all, such as a pipe that never ends, is refused.
    /// - Throws: `unreadable` if the file is not there, is no regular file, or cannot be opened or mapped.
    package init(mapping url: URL, format: String) throws(TensorFileError) {
        func unreadable(_ reason: String) -> TensorFileError {
            TensorFileError(source: url.path, format: format, problem: .unreadable(reason))
        }
        let path = url.resolvingSymlinksInPath().path
        let type: FileAttributeType?
        do {
            type = try FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        } catch {
            throw unreadable(error.localizedDescription)
        }
        guard type == .typeRegular else { throw unreadable("it is not a regular file") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(String(cString: strerror(errno))) }
        file = OpenFile(descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(String(cString: strerror(errno))) }
        origin = (url.path, FileStamp(status))
        guard status.st_size > 0 else {
            data = Data()
            return
        }
        guard let mapping = Mapping(descriptor, count: Int(status.st_size)) else {
            throw unreadable(String(cString: strerror(errno)))
        }
        data = Data(
            bytesNoCopy: mapping.base, count: mapping.count, deallocator: .custom { _, _ in _ = mapping })
    }

    /// Whether the file that lies at the path now is the one that was opened, and nobody has written to it since: what is
    /// read of it is what was there when it was opened, and what anybody else has read there meanwhile.
    package var isUnchanged: Bool {
        guard let origin else { return true }
        var status = stat()
        return stat(origin.path, &status) == 0 && FileStamp(status) == origin.stamp
    }

    /// The numbers of some bytes, converted to `Float`, in a tensor of the shape.
    /// - Precondition: `range` has as many elements as the shape, of a type that can be read as `Float`.
    /// - Throws: `unreadable` if the file has become shorter, or cannot be read.
    package func tensor(
        _ shape: [Int], of elementType: ElementType, in range: Range<Int>
    ) throws(TensorFileError.Problem) -> Tensor {
        var tensor = Tensor(uninitialized: shape)
        try tensor.withUnsafeMutablePointer { to throws(TensorFileError.Problem) in
            var next = to
            try forEachPiece(of: range) { piece in
                guard let from = piece.baseAddress else { return }
                let count = piece.count / elementType.byteCount
                elementType.convert(count, from: from, into: next)
                next += count
            }
        }
        return tensor
    }

    /// A copy of some bytes.
    /// - Throws: `unreadable` if the file has become shorter, or cannot be read.
    package func copy(of range: Range<Int>) throws(TensorFileError.Problem) -> Data {
        var copy = Data(capacity: range.count)
        try forEachPiece(of: range) { copy.append(contentsOf: $0) }
        return copy
    }

    /// Some bytes, one piece after another. Each has a whole number of megabytes but the last, and is there until `body`
    /// returns.
    ///
    /// They are read, not mapped: a mapped page that the file no longer has, because somebody has truncated it, or that the
    /// disk cannot read, would end the process.
    /// - Throws: `unreadable` if the file has become shorter, or cannot be read.
    package func forEachPiece(
        of range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(TensorFileError.Problem) {
        guard let file else {
            data.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
            return
        }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: min(range.count, 1 << 20), alignment: 64)
        defer { piece.deallocate() }
        var position = range.lowerBound
        while position < range.upperBound {
            let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<min(piece.count, range.upperBound - position)])
            try file.read(into: part, at: position)
            body(UnsafeRawBufferPointer(part))
            position += part.count
        }
    }
}

/// A file that is open for reading, until nobody needs it.
private final class OpenFile: Sendable {
    let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Fills memory with the bytes from a position on.
    func read(into memory: UnsafeMutableRawBufferPointer, at position: Int) throws(TensorFileError.Problem) {
        var done = 0
        while done < memory.count {
            let count = pread(descriptor, memory.baseAddress! + done, memory.count - done, off_t(position + done))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(String(cString: strerror(errno))) }
            guard count > 0 else { throw .unreadable("it has become shorter since it was opened") }
            done += count
        }
    }
}

/// A file mapped for reading, until nobody needs it.
private final class Mapping: Sendable {
    nonisolated(unsafe) let base: UnsafeMutableRawPointer
    let count: Int

    /// - Returns: nil where the system refuses; `errno` says why.
    init?(_ file: Int32, count: Int) {
        guard let base = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0), base != MAP_FAILED else { return nil }
        (self.base, self.count) = (base, count)
    }

    deinit { munmap(base, count) }
}
