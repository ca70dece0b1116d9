import Foundation
import Tensors

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
