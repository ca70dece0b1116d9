import Foundation

/// Files of pictures that are named one by one, or by a folder somewhere above them.
public enum PictureFiles {
    /// What is found.
    public enum Finding: Hashable, Sendable {
        /// A file: one that is named, whatever it is, or one in a folder whose name ends as a picture's.
        case file(String)
        /// A place that cannot be looked at: its path for people, and why, as the rest of a sentence that begins with it.
        case problem(path: String, reason: String)
    }

    /// Finds the files of a path: itself, or where it is a folder, all below that, folder by folder, sorted by their names'
    /// bytes. Hidden files and folders are passed over, and in folders those whose names do not end as a picture's. Links are
    /// followed; one to a folder above it is a problem, and is not entered.
    /// - Parameters:
    ///   - path: of a file or a folder.
    ///   - body: told of each finding as soon as it is found.
    /// - Throws: what `body` throws.
    public static func forEach<Failure: Error>(
        at path: String, _ body: (Finding) throws(Failure) -> Void
    ) throws(Failure) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return try body(.file(path))
        }
        var path = path
        while path.utf8.count > 1, path.utf8.last == UInt8(ascii: "/") { path.removeLast() }
        try walk(path, above: [:], body)
    }

    /// A folder, by what the system knows it by.
    private struct Identity: Hashable {
        let device: UInt64, inode: UInt64
    }

    private static func walk<Failure: Error>(
        _ folder: String, above: [Identity: String], _ body: (Finding) throws(Failure) -> Void
    ) throws(Failure) {
        var status = stat()
        guard stat(folder, &status) == 0 else {
            return try body(.problem(path: folder, reason: "cannot be read: \(String(cString: strerror(errno)))"))
        }
        let identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
        if let first = above[identity] {
            return try body(
                .problem(path: folder, reason: "is a link back to \(first), the folder that it lies in; it is not entered"))
        }
        let entries: [(name: Name, isFolder: Bool)], nameless: [String]
        do {
            (entries, nameless) = try contents(of: folder)
        } catch {
            return try body(.problem(path: folder, reason: error.reason))
        }
        for name in nameless {
            try body(.problem(path: "\(folder)/\(name)", reason: "has a name that is not UTF-8; rename it"))
        }
        let above = above.merging([identity: folder]) { first, _ in first }
        for (name, isFolder) in entries {
            let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
            if isFolder { try walk(path, above: above, body) } else { try body(.file(path)) }
        }
    }

    private struct Unreadable: Error { let reason: String }

    private static func contents(
        of folder: String
    ) throws(Unreadable) -> (entries: [(name: Name, isFolder: Bool)], nameless: [String]) {
        var entries: [(name: Name, isFolder: Bool)] = [], nameless: [String] = []
        do {
            try FolderEntry.forEach(in: folder) { entry in
                guard !entry.isHidden else { return }
                let isFolder = entry.kind == .folder
                guard isFolder || entry.isImage else { return }
                if let name = entry.name { entries.append((name, isFolder)) } else { nameless.append(entry.escaped) }
            }
        } catch {
            guard case .unreadable(_, let reason) = error else { throw Unreadable(reason: "\(error)") }
            throw Unreadable(reason: "cannot be read: \(reason)")
        }
        return (entries.sorted { $0.name < $1.name }, nameless.sorted())
    }
}
