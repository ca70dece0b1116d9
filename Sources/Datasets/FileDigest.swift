import Crypto
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

        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(1 << 20, stamp.size + 1), alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = read(descriptor, buffer.baseAddress, buffer.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure()
            }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        guard try FileStamp(ofDescriptor: descriptor, path: path) == stamp else {
            throw .unreadable(path: path, reason: "it changed while it was read; try again when nothing writes to it")
        }
        return (Digest(hash.finalize()), stamp)
    }
}

extension Digest {
    /// The digest of the bytes of a file that is open, whose pages are let go again.
    package init(of file: FileBytes) {
        var hash = SHA256()
        for start in stride(from: 0, to: file.data.count, by: 1 << 23) {
            let part = start..<min(start + (1 << 23), file.data.count)
            file.data.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[part])) }
            file.letGo(of: part)
        }
        self.init(hash.finalize())
    }
}
