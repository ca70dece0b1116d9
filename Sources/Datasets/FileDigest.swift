import Foundation
import Tensors

extension Digest {
    /// Reads a whole file, a megabyte at a time.
    /// - Returns: the digest of its bytes and the stamp that it had before and after it was read.
    /// - Throws: `DatasetError.unreadable` where it cannot be read, or changes meanwhile.
    public static func ofFile(at path: String) throws(DatasetError) -> (digest: Digest, stamp: FileStamp) {
        func failure() -> DatasetError { .unreadable(path: path, reason: String(cString: strerror(errno))) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        let stamp = try FileStamp(ofDescriptor: descriptor, path: path)

        var hash = DigestStream()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(1 << 20, stamp.size + 1), alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure()
            }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        guard try FileStamp(ofDescriptor: descriptor, path: path) == stamp else {
            throw .unreadable(path: path, reason: "it changed while it was read; try again when nothing writes to it")
        }
        return (hash.digest, stamp)
    }
}

extension Digest {
    /// The digest of the bytes of a file that is open.
    /// - Throws: where the file has become shorter, or cannot be read.
    package init(of file: FileBytes) throws(TensorFileError.Problem) {
        var hash = DigestStream()
        try file.forEachPiece(of: 0..<file.data.count) { hash.update($0) }
        self = hash.digest
    }
}

extension FileStamp {
    /// The stamp of the file at a path; symbolic links are followed.
    /// - Throws: `DatasetError.unreadable` where there is no such file, or it is a folder or a device.
    public init(ofFileAt path: String) throws(DatasetError) {
        var information = stat()
        guard stat(path, &information) == 0 else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        try self.init(information, path: path)
    }

    /// The stamp of an open file.
    init(ofDescriptor descriptor: Int32, path: String) throws(DatasetError) {
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            throw .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        try self.init(information, path: path)
    }

    private init(_ information: stat, path: String) throws(DatasetError) {
        guard information.st_mode & S_IFMT == S_IFREG else { throw .unreadable(path: path, reason: "it is not a file") }
        self.init(information)
    }
}
