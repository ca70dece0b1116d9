import Foundation

/// What a file system says about a file without reading it. A file whose stamp has not changed is taken to be
/// unchanged.
public struct FileStamp: Hashable, Sendable {
    /// Bytes.
    public let size: Int
    /// When the contents last changed, in nanoseconds since 1970.
    public let modified: Int
    public let inode: UInt64

    /// A file system's clock ticks a few times in a hundredth of a second: a file changed less than so many nanoseconds
    /// ago may change again without its stamp changing.
    public static let settlingTime = 50_000_000

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
        size = Int(information.st_size)
        modified = information.st_mtim.tv_sec * 1_000_000_000 + information.st_mtim.tv_nsec
        inode = UInt64(information.st_ino)
    }
}
