import Foundation

func isFolder(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
}

func isFile(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT != S_IFDIR
}

// Paths are looked at byte by byte: data sets have hundreds of thousands.

extension String {
    /// What comes after the last slash.
    var fileName: Substring { self[(utf8.lastIndex(of: UInt8(ascii: "/")).map(utf8.index(after:)) ?? startIndex)...] }

    /// The name of the folder that the file is in, or nothing where the path has none.
    var folderName: Substring { Substring(utf8.split(separator: UInt8(ascii: "/")).dropLast().last ?? "".utf8[...]) }

    /// The path of the folder that a file lies in; empty where there is none above it.
    var folderPath: Substring { utf8.lastIndex(of: UInt8(ascii: "/")).map { self[..<$0] } ?? "" }
}
