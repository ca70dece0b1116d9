import Foundation

/// Where a store may be: in a file, which has one name.
extension ArtifactStore {
    /// Refuses what SQLite takes for something else than the name of a file, and what is there and is no file.
    /// - Throws: `StoreError.badName`.
    public static func checkName(_ path: String) throws {
        func refuse(_ reason: String) throws -> Never { throw StoreError.badName(path: path, reason: reason) }
        if path.isEmpty { try refuse("it is empty") }
        if path == ":memory:" || path.lowercased().hasPrefix("file:") {
            try refuse("SQLite's URIs and in-memory databases are not files that programs can share")
        }
        var entry = stat()
        guard stat(path, &entry) == 0 else {
            if path.hasSuffix("/") { try refuse("it is the name of a folder") }
            return
        }
        switch entry.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: try refuse("it is a folder")
        default: try refuse("it is a device or a pipe, not a file")
        }
    }

    /// SQLite keeps a log for each name of a file: two programs that write to it by two of them would destroy it.
    static func checkHasOneName(_ path: String) throws {
        var entry = stat()
        guard stat(path, &entry) == 0, entry.st_nlink > 1 else { return }
        throw StoreError.cannotOpen(
            path: path,
            reason: """
                the file has \(entry.st_nlink) names (hard links), and could be written to by two of them at once; copy it, or \
                delete the others
                """)
    }

    /// Whether this process may write to a store that is there: to its file, and beside it.
    public static func canWrite(_ path: String) -> Bool { access(path, W_OK) == 0 && access(folder(of: path), W_OK) == 0 }

    /// A path without links, where the file is there.
    static func realPath(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    /// The folder that a file is in, links followed: what SQLite keeps beside a store is there.
    static func folder(of path: String) -> String {
        URL(fileURLWithPath: realPath(path)).deletingLastPathComponent().path
    }
}
