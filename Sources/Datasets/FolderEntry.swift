import Foundation

/// An entry of a folder while the folder is read. Valid until the next one is.
struct FolderEntry {
    enum Kind { case file, folder, deadLink, other }

    /// Without the zero at its end.
    let bytes: UnsafeBufferPointer<UInt8>
    fileprivate let type: UInt8
    /// The folder's descriptor.
    let directory: Int32

    var isHidden: Bool { bytes[0] == UInt8(ascii: ".") }

    /// The name, or nil where its bytes are no UTF-8.
    var name: Name? { String(validating: bytes, as: UTF8.self).map { Name($0) } }

    var hasName: Bool { bytes.allSatisfy { $0 < 0x80 } || name != nil }

    /// The name for people.
    var escaped: String { Name.escaped(bytes) }

    /// What it is, or what the link leads to.
    var kind: Kind {
        switch Int32(type) {
        case 8: return .file  // DT_REG
        case 4: return .folder  // DT_DIR
        default: break
        }
        var information = stat()
        let isThere = bytes.baseAddress!.withMemoryRebound(to: CChar.self, capacity: bytes.count + 1) {
            fstatat(directory, $0, &information, 0) == 0
        }
        guard isThere else { return .deadLink }
        switch information.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    /// Calls `body` with each entry besides `.` and `..`, in the file system's order.
    /// - Throws: `DatasetError.unreadable`.
    static func forEach(in folder: String, _ body: (FolderEntry) -> Void) throws(DatasetError) {
        _ = try contains(in: folder) { entry in
            body(entry)
            return false
        }
    }

    /// Whether a folder has an entry such as `condition` wants; it is read no further then.
    /// - Throws: `DatasetError.unreadable`.
    static func contains(in folder: String, where condition: (FolderEntry) -> Bool) throws(DatasetError) -> Bool {
        guard let stream = opendir(folder) else {
            let reason =
                switch errno {
                case ENOENT: "it does not exist"
                case ENOTDIR: "it is not a folder"
                case EACCES: "you may not read it (permission denied)"
                default: String(cString: strerror(errno))
                }
            throw .unreadable(path: folder, reason: reason)
        }
        defer { closedir(stream) }
        let directory = dirfd(stream)
        errno = 0
        while let entry = readdir(stream) {
            let type = entry.pointee.d_type
            let isFound = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: UInt8.self, capacity: 256) { name in
                    let count = strlen(UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
                    let dot = UInt8(ascii: ".")
                    if name[0] == dot, count == 1 || (count == 2 && name[1] == dot) { return false }
                    return condition(
                        FolderEntry(
                            bytes: UnsafeBufferPointer(start: name, count: count), type: type, directory: directory))
                }
            }
            if isFound { return true }
            errno = 0
        }
        guard errno == 0 else { throw .unreadable(path: folder, reason: String(cString: strerror(errno))) }
        return false
    }
}
