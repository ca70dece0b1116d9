import Crypto
import Foundation
import Synchronization

extension ImageFolder {
    /// What a file system says about the images of a domain without any of them being read.
    public struct Listing: Hashable, Sendable {
        /// Of the domain's place, all classes, and the name, size, time of change and inode of each image: a domain with an
        /// equal digest has not changed.
        public let digest: Digest
        /// When the image that changed last did, in nanoseconds since 1970; 0 where there are none.
        public let lastModified: Int
    }

    /// Looks at every image of a domain, folder by folder on two threads.
    ///
    /// This is what a run with nothing to do takes its time for: names are read and files looked at from their folder's
    /// descriptor, and nothing is kept but digests.
    /// - Throws: `DatasetError`: a domain that is not there, a folder or file that cannot be read.
    public func listing(of domain: String) throws(DatasetError) -> Listing {
        guard let present = places[domain] else { throw .unknownDomain(domain, root: root, known: domains) }
        typealias Outcome = Result<Look, DatasetError>
        let outcomes = Mutex([Outcome?](repeating: nil, count: present.count))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 2) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < present.count else { return }
                let outcome = Outcome { () throws(DatasetError) in try Self.look(at: present[index]) }
                outcomes.withLock { $0[index] = outcome }
            }
        }
        var hash = SHA256(), lastModified = 0
        for text in [root, name, domain] + classes + ["duplicates"] + (known?.duplicates.sorted() ?? []) {
            hash.update(data: Data((text + "\0").utf8))
        }
        for (place, outcome) in zip(present, outcomes.withLock { $0 }) {
            guard let look = try outcome?.get() else { continue }
            hash.update(data: Data((place.path + "\0" + place.className + "\0").utf8))
            look.digest.withUnsafeBytes { hash.update(bufferPointer: $0) }
            lastModified = max(lastModified, look.lastModified)
        }
        return Listing(digest: Digest(hash.finalize()), lastModified: lastModified)
    }

    private struct Look {
        var digest: SHA256Digest
        var lastModified: Int
    }

    private static func look(at place: Layout.Place) throws(DatasetError) -> Look {
        switch place {
        case .folder(let path, _): return try look(atFolder: path)
        case .image(let path, _):
            let stamp = try FileStamp(ofFileAt: path)
            let digest = withUnsafeBytes(of: (stamp.size, stamp.modified, stamp.inode)) { SHA256.hash(data: $0) }
            return Look(digest: digest, lastModified: stamp.modified)
        }
    }

    /// The digest of the image files in a folder: names in the order of their bytes, each with its stamp.
    private static func look(atFolder folder: String) throws(DatasetError) -> Look {
        func unreadable(_ path: String) -> DatasetError {
            .unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        guard let stream = opendir(folder) else { throw unreadable(folder) }
        defer { closedir(stream) }
        // All names one after the other, each ending with a zero, and where each begins.
        var names: [UInt8] = [], starts: [Int] = []
        while let entry = readdir(stream) {
            withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: UInt8.self, capacity: 256) { name in
                    let count = strlen(UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
                    guard name[0] != UInt8(ascii: "."), isImage(UnsafeBufferPointer(start: name, count: count)) else { return }
                    starts.append(names.count)
                    names.append(contentsOf: UnsafeBufferPointer(start: name, count: count + 1))
                }
            }
        }
        let directory = dirfd(stream)
        var hash = SHA256(), lastModified = 0
        var failure: DatasetError?
        names.withUnsafeBytes { bytes in
            let base = bytes.baseAddress
            func name(_ start: Int) -> UnsafePointer<CChar> { (base! + start).assumingMemoryBound(to: CChar.self) }
            starts.sort { strcmp(name($0), name($1)) < 0 }
            for start in starts {
                var information = stat()
                guard fstatat(directory, name(start), &information, 0) == 0 else {
                    failure = unreadable(folder + "/" + String(cString: name(start)))
                    return
                }
                guard information.st_mode & S_IFMT == S_IFREG else {
                    failure = .unreadable(path: folder + "/" + String(cString: name(start)), reason: "it is not a file")
                    return
                }
                let modified = information.st_mtim.tv_sec * 1_000_000_000 + information.st_mtim.tv_nsec
                lastModified = max(lastModified, modified)
                let stamp = (Int(information.st_size), modified, UInt64(information.st_ino))
                hash.update(bufferPointer: UnsafeRawBufferPointer(start: name(start), count: strlen(name(start)) + 1))
                withUnsafeBytes(of: stamp) { hash.update(bufferPointer: $0) }
            }
        }
        if let failure { throw failure }
        return Look(digest: hash.finalize(), lastModified: lastModified)
    }

    /// As `isImage(_:)` of the name as a text.
    private static func isImage(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        extensions.contains { ending in
            let ending = ending.utf8
            return name.count > ending.count + 1 && name[name.count - ending.count - 1] == UInt8(ascii: ".")
                && zip(name.suffix(ending.count), ending).allSatisfy { $0 | 0x20 == $1 }
        }
    }
}

extension Layout.Place {
    fileprivate var path: String {
        switch self {
        case .folder(let path, _), .image(let path, _): path
        }
    }
}
