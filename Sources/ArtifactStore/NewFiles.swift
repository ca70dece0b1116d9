import Foundation

/// Files that appear under their names once they are whole and on the disk: all of them, or none.
///
/// What is being written has a name that no other process has, in the same folder. A process that is killed leaves that, and
/// nothing in the way of the next one.
public enum NewFiles {
    /// Writes files where there are none.
    ///
    /// Of a set that a killed process has left in part, what is there with the same bytes stays, and the rest is added.
    /// - Throws: `StoreError.fileExists` or `.cannotWrite`, naming the file, and none is written.
    public static func write(_ files: [(url: URL, data: Data)]) throws(StoreError) {
        let missing = files.filter { !isThere($0.url.path) }
        for file in files where isThere(file.url.path) {
            guard !missing.isEmpty, (try? Data(contentsOf: file.url)) == file.data else {
                throw .fileExists(path: file.url.path)
            }
        }
        var written: [(temporary: String, path: String)] = []
        defer { for file in written { unlink(file.temporary) } }
        for file in missing {
            let (descriptor, temporary) = try temporaryFile(for: file.url.path)
            written.append((temporary, file.url.path))
            defer { close(descriptor) }
            try write(file.data, to: descriptor, of: file.url.path)
        }
        var placed: [String] = []
        do {
            for file in written {
                try place(file.temporary, at: file.path)
                placed.append(file.path)
            }
        } catch {
            for path in placed { unlink(path) }
            throw error
        }
    }

    /// Writes a file where there is none, piece by piece.
    /// - Parameters:
    ///   - url: where it is to lie.
    ///   - body: gives the pieces, one after another, to what it is given.
    /// - Throws: `StoreError.fileExists` or `.cannotWrite`; what `body` throws. Nothing is written then.
    public static func write(to url: URL, _ body: (_ write: (Data) throws -> Void) throws -> Void) throws {
        guard !isThere(url.path) else { throw StoreError.fileExists(path: url.path) }
        let (descriptor, temporary) = try temporaryFile(for: url.path)
        defer {
            close(descriptor)
            unlink(temporary)
        }
        try body { try append($0, to: descriptor, of: url.path) }
        guard fsync(descriptor) == 0 else { throw StoreError.cannotWrite(path: url.path, code: errno) }
        try place(temporary, at: url.path)
    }

    /// Writes a file in place of the one that may be there. Until the new one is whole and on the disk, the old one stays.
    /// - Parameter flushed: whether it is brought to the disk. If not, it is whole for all who look for it, and may be lost or empty
    ///   after a power cut.
    /// - Throws: `StoreError.cannotWrite`, naming the file, which is what it was.
    public static func replace(_ url: URL, with data: Data, flushed: Bool = true) throws(StoreError) {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue {
            throw .cannotWrite(path: url.path, reason: "it is a folder; give the name of a file in it")
        }
        let (descriptor, temporary) = try temporaryFile(for: url.path)
        defer {
            close(descriptor)
            unlink(temporary)
        }
        if flushed { try write(data, to: descriptor, of: url.path) } else { try append(data, to: descriptor, of: url.path) }
        guard rename(temporary, url.path) == 0 else { throw .cannotWrite(path: url.path, code: errno) }
        if flushed { flushFolder(of: url) }
    }

    /// Writes a file in place of the one that may be there, unless that has the same bytes; its folder is made where there is
    /// none.
    /// - Parameter flushed: as of `replace`.
    /// - Returns: whether it was written.
    /// - Throws: `StoreError.cannotWrite`, naming the file, which is what it was.
    public static func update(_ url: URL, with data: Data, flushed: Bool = true) throws(StoreError) -> Bool {
        if (try? Data(contentsOf: url)) == data { return false }
        do {
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(path: url.path, reason: error.localizedDescription)
        }
        try replace(url, with: data, flushed: flushed)
        return true
    }

    /// Copies a file into the place of the one that may be there, piece by piece. Until the new one is whole and on the disk, the
    /// old one stays.
    /// - Throws: `StoreError.cannotWrite`, naming the file, which is what it was; `CocoaError` where the other cannot be read.
    public static func copy(_ path: String, to url: URL) throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        let (descriptor, temporary) = try temporaryFile(for: url.path)
        defer {
            close(descriptor)
            unlink(temporary)
        }
        while let piece = try file.read(upToCount: 4 << 20), !piece.isEmpty {
            try append(piece, to: descriptor, of: url.path)
        }
        guard fsync(descriptor) == 0 else { throw StoreError.cannotWrite(path: url.path, code: errno) }
        guard rename(temporary, url.path) == 0 else { throw StoreError.cannotWrite(path: url.path, code: errno) }
        flushFolder(of: url)
    }

    /// Refuses a file whose folder is not there.
    /// - Throws: `StoreError.cannotWrite`.
    public static func checkFolder(of url: URL) throws(StoreError) {
        let folder = url.deletingLastPathComponent().path
        guard FileManager.default.fileExists(atPath: folder) else {
            throw .cannotWrite(path: url.path, reason: "there is no folder “\(folder)”; create it first")
        }
    }

    /// Refuses a file that is there already, or whose folder is not.
    /// - Throws: `StoreError.fileExists` or `.cannotWrite`.
    public static func checkNew(_ url: URL) throws(StoreError) {
        guard !isThere(url.path) else { throw .fileExists(path: url.path) }
        try checkFolder(of: url)
    }

    /// A new file of another name in the folder of a file that is to be made.
    static func temporaryFile(for path: String) throws(StoreError) -> (descriptor: Int32, path: String) {
        let url = URL(fileURLWithPath: path), folder = url.deletingLastPathComponent().path
        try checkFolder(of: url)
        // A name may have 255 bytes, which its own leaves no room in if it is long.
        let start = String(decoding: url.lastPathComponent.utf8.prefix(200), as: UTF8.self)
        let temporary = "\(folder)/.\(start).partial-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .cannotWrite(path: path, code: errno) }
        return (descriptor, temporary)
    }

    private static func write(_ data: Data, to descriptor: Int32, of path: String) throws(StoreError) {
        try append(data, to: descriptor, of: path)
        guard fsync(descriptor) == 0 else { throw .cannotWrite(path: path, code: errno) }
    }

    private static func append(_ data: Data, to descriptor: Int32, of path: String) throws(StoreError) {
        let code = data.withUnsafeBytes { bytes -> Int32 in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return errno }
            }
            return 0
        }
        guard code == 0 else { throw .cannotWrite(path: path, code: code) }
    }

    /// Gives a file its name, unless a file has that.
    static func place(_ temporary: String, at path: String) throws(StoreError) {
        if link(temporary, path) == 0 {
            unlink(temporary)
        } else if errno == EEXIST {
            throw .fileExists(path: path)
        } else {
            // Not every file system knows a second name for a file.
            guard !isThere(path) else { throw .fileExists(path: path) }
            guard rename(temporary, path) == 0 else { throw .cannotWrite(path: path, code: errno) }
        }
        flushFolder(of: URL(fileURLWithPath: path))
    }

    /// Brings the names of a folder to the disk, too.
    private static func flushFolder(of url: URL) {
        let folder = open(url.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    /// Whether anything has a name, also a link that leads nowhere.
    static func isThere(_ path: String) -> Bool {
        var entry = stat()
        return lstat(path, &entry) == 0
    }
}

extension StoreError {
    /// A file that cannot be written, for the system's reason.
    fileprivate static func cannotWrite(path: String, code: Int32) -> StoreError {
        let reason = String(cString: strerror(code))
        return .cannotWrite(
            path: path,
            reason: [ENOSPC, EDQUOT, EFBIG].contains(code) ? "\(reason); make room and run the same command again" : reason)
    }
}
