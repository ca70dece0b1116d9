import Foundation

/// The bytes of a file of tensors: mapped into memory, or in memory already.
///
/// Pages of a mapped file count as the process's memory from when they are first read. Once a tensor's numbers are
/// converted they lie in memory twice, so who reads a tensor lets its pages go.
public struct FileBytes: Sendable {
    /// The bytes, counted from 0.
    package let data: Data
    /// Nil where the bytes were in memory already, and are nobody's to let go.
    private let mapping: Mapping?
    /// Where the file was found and its stamp when it was opened; nil for bytes that were in memory already.
    private let origin: (path: String, stamp: FileStamp)?

    /// Bytes that are in memory already.
    package init(_ data: Data) {
        self.data = data.startIndex == 0 ? data : Data(data)
        (mapping, origin) = (nil, nil)
    }

    /// Maps a regular file. What is no file at all, such as a pipe that never ends, is refused.
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
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw unreadable(String(cString: strerror(errno))) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw unreadable(String(cString: strerror(errno))) }
        origin = (url.path, FileStamp(status))
        guard status.st_size > 0 else {
            (data, mapping) = (Data(), nil)
            return
        }
        guard let mapping = Mapping(file, count: Int(status.st_size)) else {
            throw unreadable(String(cString: strerror(errno)))
        }
        self.mapping = mapping
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

    /// The numbers of some bytes, converted to `Float`; the bytes' pages are let go.
    /// - Precondition: `range` has as many elements as the shape, of a type that can be read as `Float`.
    func tensor(_ shape: [Int], of elementType: ElementType, in range: Range<Int>) -> Tensor {
        var tensor = Tensor(uninitialized: shape)
        let count = tensor.count
        tensor.withUnsafeMutablePointer { to in
            data.withUnsafeBytes { bytes in
                guard let base = bytes.baseAddress else { return }
                elementType.convert(count, from: base + range.lowerBound, into: to)
            }
        }
        letGo(of: range)
        return tensor
    }

    /// Lets the pages of some bytes go, where they are a mapped file's; who reads them again gets them from the file.
    package func letGo(of range: Range<Int>) {
        mapping?.letGo(of: range)
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

    /// Whole pages, those in part too: nothing is ever written to them, so they can always be had again.
    func letGo(of range: Range<Int>) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let start = range.lowerBound / page * page
        madvise(base + start, min(range.upperBound, count) - start, MADV_DONTNEED)
    }
}
