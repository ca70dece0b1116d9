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
    return text
}

// Paths are looked at byte by byte: data sets have hundreds of thousands.

extension String {
    /// What comes after the last slash.
    var fileName: Substring { self[(utf8.lastIndex(of: UInt8(ascii: "/")).map(utf8.index(after:)) ?? startIndex)...] }

    /// The name of the folder that the file is in, or nothing where the path has none.
    var folderName: Substring { Substring(utf8.split(separator: UInt8(ascii: "/")).dropLast().last ?? "".utf8[...]) }

    /// What comes after the last dot, in lower case.
    var fileExtension: String {
        utf8.lastIndex(of: UInt8(ascii: ".")).map { self[utf8.index(after: $0)...].lowercased() } ?? ""
    }
}
