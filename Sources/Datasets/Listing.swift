import Foundation

// What is in folders, in an order that does not depend on the file system.

/// The order of names: that of their UTF-8 bytes.
func precedes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

/// The names in a folder that are not hidden, sorted.
func contents(of folder: String) throws(DatasetError) -> [String] {
    do {
        return try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { !$0.hasPrefix(".") }.sorted(by: precedes)
    } catch {
        let exists = FileManager.default.fileExists(atPath: folder)
        throw .unreadable(path: folder, reason: exists ? "it is no folder, or not yours to read" : "there is none")
    }
}

func folders(in folder: String) throws(DatasetError) -> [String] {
    try contents(of: folder).filter { isFolder(folder + "/" + $0) }
}

func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
}

func isFile(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
}

/// A file's text, which is UTF-8.
func text(of path: String) throws(DatasetError) -> String {
    let bytes: Data
    do { bytes = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
        throw .unreadable(path: path, reason: isFile(path) ? "it is not yours to read" : "there is none")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
        throw .unreadable(path: path, reason: "it is no text in UTF-8")
    }
    return text.replacing("\r\n", with: "\n")
}
