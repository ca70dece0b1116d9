import Foundation

/// What a file system says about a file without reading it. A file whose stamp has not changed is taken to be
/// unchanged.
///
/// Whoever copies a file, unpacks it or puts it under another name can give it any size and any time of its contents, the
/// ones of the file before it too. The time of the last change of anything about it is the system's own.
public struct FileStamp: Hashable, Sendable, BitwiseCopyable {
    /// Bytes.
    public let size: Int
    /// When the contents last changed, in nanoseconds since 1970 (`mtime`).
    public let modified: Int
    /// When anything about the file last changed, its times and names included, in nanoseconds since 1970 (`ctime`).
    public let changed: Int
    public let inode: UInt64

    /// A file system's clock ticks a few times in a hundredth of a second: a file changed less than so many nanoseconds
    /// ago may change again without its stamp changing.
    public static let settlingTime = 50_000_000

    public init(_ information: stat) {
        size = Int(information.st_size)
        modified = information.st_mtim.tv_sec * 1_000_000_000 + information.st_mtim.tv_nsec
        changed = information.st_ctim.tv_sec * 1_000_000_000 + information.st_ctim.tv_nsec
        inode = UInt64(information.st_ino)
    }

    /// The later of the two times.
    public var latest: Int { max(modified, changed) }

    /// The moment, in nanoseconds since 1970, up to which changes show in a stamp that is taken now.
    public static var settled: Int { Int(Date().timeIntervalSince1970 * 1e9) - settlingTime }
}
