import Foundation

/// What is in a folder of images: the names of the image files, sorted, and what else there is.
struct ClassFolder {
    /// All names one after the other, each ending with a zero.
    private var bytes: [UInt8] = []
    /// Where each begins.
    private var starts: [Int] = []
    private(set) var unused = Unused()

    /// - Throws: `DatasetError.unreadable`.
    init(at folder: String) throws(DatasetError) {
        var bytes: [UInt8] = [], starts: [Int] = [], unused = Unused()
        try FolderEntry.forEach(in: folder) { entry in
            if let reason = entry.reasonAmongImages {
                unused.add(reason, "\(folder)/\(entry.escaped)")
                return
            }
            starts.append(bytes.count)
            bytes.append(contentsOf: entry.bytes)
            bytes.append(0)
        }
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            func name(_ start: Int) -> UnsafePointer<CChar> { (base + start).assumingMemoryBound(to: CChar.self) }
            starts.sort { strcmp(name($0), name($1)) < 0 }
        }
        (self.bytes, self.starts, self.unused) = (bytes, starts, unused)
    }

    var count: Int { starts.count }

    /// Calls `body` with each name, as the system's calls take it.
    func forEachName(_ body: (UnsafePointer<CChar>) -> Void) {
        bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            for start in starts { body((base + start).assumingMemoryBound(to: CChar.self)) }
        }
    }

    var names: [String] {
        var names: [String] = []
        names.reserveCapacity(count)
        forEachName { names.append(String(cString: $0)) }
        return names
    }
}

extension FolderEntry {
    /// Whether the name ends as an image's.
    var isImage: Bool {
        ImageFolder.endings.contains { ending in
            guard bytes.count > ending.count else { return false }
            let start = bytes.count - ending.count
            // Letters in upper case lack the bit 0x20. So does a byte that is no dot and becomes one by it.
            for place in ending.indices where bytes[start + place] | 0x20 != ending[place] { return false }
            return bytes[start] == ending[0]
        }
    }

    /// Why it is not read where images are expected; nil where it is.
    var reasonAmongImages: Unused.Reason? {
        if isHidden { return .hidden }
        if !hasName { return .name }
        if isImage { return nil }
        switch kind {
        case .folder: return .folder
        case .deadLink: return .deadLink
        case .other: return .place
        case .file:
            guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { return .format("") }
            return .format(Name.escaped(bytes[(dot + 1)...]).lowercased())
        }
    }

    /// Why it is not read where folders are expected and it is none that is known.
    var reasonAmongFolders: Unused.Reason {
        if isHidden { return .hidden }
        if !hasName { return .name }
        switch kind {
        case .folder: return .noDomain
        case .deadLink: return .deadLink
        case .file, .other: return .place
        }
    }
}
