import Foundation
import Synchronization
import Tensors

extension ImageFolder {
    /// What a file system says about the images of a domain without any of them being read.
    public struct Listing: Hashable, Sendable {
        /// Of the domain's place, all classes, and the name and stamp of each image: a domain with an equal digest has not
        /// changed.
        public let digest: Digest
        /// When the image that changed last did, in nanoseconds since 1970; 0 where there are none.
        public let lastChange: Int
        /// What lies among the images and is not read.
        public let unused: Unused
        /// Sentences about the domain and its classes where most that lies there is not read.
        public let warnings: [String]
    }

    /// Looks at every image of a domain, folder by folder on two threads.
    ///
    /// This is what a run with nothing to do takes its time for: names are read and files looked at from their folder's
    /// descriptor, and nothing is kept but digests and counts.
    /// - Throws: `DatasetError`: a domain that is not there, a folder or file that cannot be read.
    public func listing(of domain: Name) throws(DatasetError) -> Listing {
        guard let present = places[domain] else { throw .unknownDomain(domain, root: root, known: domains) }
        typealias Outcome = Result<Look, DatasetError>
        let outcomes = Mutex([Outcome?](repeating: nil, count: present.count))
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 2) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < present.count else { return }
                let outcome = Outcome { () throws(DatasetError) in try look(at: present[index]) }
                outcomes.withLock { $0[index] = outcome }
            }
        }
        var hash = DigestStream(), lastChange = 0, tallies: [Name: Tally] = [:]
        for text in [root, name, domain.text] + classes.map(\.text) + ["duplicates"] + (known?.duplicates.sorted() ?? []) {
            hash.update(Data((text + "\0").utf8))
        }
        var failures: [Failure] = []
        for (place, outcome) in zip(present, outcomes.withLock { $0 }) {
            guard let look = try outcome?.get() else { continue }
            failures += look.failures
            hash.update(Data((place.path.text + "\0" + place.className.text + "\0").utf8))
            look.digest.withUnsafeBytes { hash.update($0) }
            lastChange = max(lastChange, look.lastChange)
            tallies[place.className, default: Tally()].add(look.tally)
        }
        if let first = failures.first {
            throw failures.count > 1
                ? .missing(paths: failures.map(\.path))
                : .unreadable(
                    path: first.path, reason: "\(first.reason); remove it, or leave such files out (onBadImage: skip)")
        }
        return Listing(
            digest: hash.digest, lastChange: lastChange,
            unused: tallies.values.reduce(into: Unused()) { $0.add($1.unused) }, warnings: warnings(domain, tallies))
    }

    private struct Tally {
        /// Images that are read.
        var used = 0
        var unused = Unused()

        /// Whether more is lost than is there.
        var isPoor: Bool { unused.lostImages > used }

        mutating func add(_ other: Tally) {
            used += other.used
            unused.add(other.unused)
        }

        func warning(of place: String) -> String {
            "\(place): \(grouped(used)) images are used, and \(grouped(unused.lostImages)) are skipped: "
                + "\(unused.parts)"
        }
    }

    private func warnings(_ domain: Name, _ tallies: [Name: Tally]) -> [String] {
        let whole = tallies.values.reduce(into: Tally()) { $0.add($1) }
        if whole.isPoor { return [whole.warning(of: domain.text)] }
        let poor = tallies.filter(\.value.isPoor).sorted { $0.key < $1.key }
        let shown = poor.prefix(3).map { $0.value.warning(of: "\(domain)/\($0.key)") }
        return shown + (poor.count > 3 ? ["\(domain): the same of \(poor.count - 3) more classes"] : [])
    }

    private struct Look {
        var digest: Digest
        var lastChange: Int
        var tally = Tally(used: 1)
        /// Images that cannot be read where such are not skipped.
        var failures: [Failure] = []
    }

    private struct Failure {
        let path: String, reason: String
    }

    private func look(at place: Layout.Place) throws(DatasetError) -> Look {
        switch place {
        case .folder(let path, _): return try look(atFolder: path.text)
        case .image(let path, _):
            var unread = Look(digest: Digest(of: Data()), lastChange: 0, tally: Tally())
            if skipsUnreadable, !Self.isReadable(path.text) {
                unread.tally.unused.add(.unreadable, path.text)
                return unread
            }
            let stamp: FileStamp
            do { stamp = try FileStamp(ofFileAt: path.text) } catch {
                unread.failures = [Failure(path: path.text, reason: "the folder lists it, but it is not a file")]
                return unread
            }
            return Look(digest: withUnsafeBytes(of: stamp) { Digest(of: $0) }, lastChange: stamp.latest)
        }
    }

    /// The digest of the image files in a folder: names in the order of their bytes, each with its stamp.
    private func look(atFolder folder: String) throws(DatasetError) -> Look {
        let contents = try ClassFolder(at: folder)
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw .unreadable(path: folder, reason: String(cString: strerror(errno))) }
        defer { close(directory) }
        var hash = DigestStream(), lastChange = 0, unused = contents.unused, used = 0
        var failures: [Failure] = []
        contents.forEachName { name in
            hash.update(UnsafeRawBufferPointer(start: name, count: strlen(name) + 1))
            var information = stat()
            let error = fstatat(directory, name, &information, 0) == 0 ? 0 : errno
            let isFile = error == 0 && information.st_mode & S_IFMT == S_IFREG
            if skipsUnreadable, !isFile || !Self.isReadable(information, name, in: directory) {
                unused.add(error == ENOENT ? .deadLink : .unreadable, "\(folder)/\(String(cString: name))")
                return
            }
            guard isFile else {
                let reason =
                    switch error {
                    case 0: "it is not a file"
                    case ENOENT: "the link leads nowhere"
                    default: String(cString: strerror(error))
                    }
                failures.append(Failure(path: "\(folder)/\(String(cString: name))", reason: reason))
                return
            }
            used += 1
            let stamp = FileStamp(information)
            lastChange = max(lastChange, stamp.latest)
            withUnsafeBytes(of: stamp) { hash.update($0) }
        }
        if contents.count == 0, unused.isEmpty { unused.add(.empty, folder) }
        return Look(
            digest: hash.digest, lastChange: lastChange, tally: Tally(used: used, unused: unused), failures: failures)
    }

    /// Asks only about files that are not everyone's to read.
    private static func isReadable(_ information: stat, _ name: UnsafePointer<CChar>, in directory: Int32) -> Bool {
        information.st_mode & 0o444 == 0o444 || faccessat(directory, name, R_OK, 0) == 0
    }

    /// Whether a path leads to a file that may be read.
    static func isReadable(_ path: String) -> Bool {
        var information = stat()
        return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG && access(path, R_OK) == 0
    }
}
