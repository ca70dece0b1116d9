import Datasets
import Foundation
import Imaging
import Synchronization
import Tensors

/// What there is of a data set in a folder, against what a whole copy has.
public struct DataSetCheck: Sendable {
    /// How closely files are looked at.
    public enum Depth: Sendable {
        /// The header of each: quick, but a file that ends too soon is not noticed.
        case headers
        /// Every pixel; files with the same bytes are found too.
        case pixels
    }

    /// A domain that is there or should be.
    public struct Domain: Hashable, Sendable {
        public var name: Name
        public var letter: String?
        public var images = 0
        /// Of a whole copy; nil where it is not known.
        public var expected: Int?
        /// Classes of other domains of which this one has no folder.
        public var missingClasses: [Name] = []
        public var isMissing: Bool
    }

    public struct BrokenFile: Hashable, Sendable {
        public var path: Name
        public var reason: String
        /// Whether many copies of the data set have this fault: the file is left out, and is no hindrance.
        public var isKnown: Bool
    }

    public let folder: ImageFolder
    public let depth: Depth
    public private(set) var domains: [Domain] = []
    /// Files that a list names and that are not there.
    public private(set) var missingFiles: [Name] = []
    public private(set) var broken: [BrokenFile] = []
    /// Files and folders that are not read, sorted; hidden ones are only counted.
    public private(set) var unused: [ImageFolder.UnusedEntry] = []
    /// How many there are of which kind.
    public private(set) var unusedCounts = Unused()
    /// What is probably not as it is meant, and is no hindrance.
    public private(set) var warnings: [String] = []
    /// Groups of files with the same bytes. Only where every pixel was looked at.
    public private(set) var copies: [[Name]] = []
    /// Pictures of 16-bit grey of which nothing but white is left. Only where every pixel was looked at.
    public private(set) var white: [Name] = []
    /// What else would end a run.
    public private(set) var problems: [String] = []

    /// Whether a run over all domains can be expected to end well. Counts that are not as expected are no hindrance.
    public var isUsable: Bool {
        problems.isEmpty && missingFiles.isEmpty && !domains.contains { $0.isMissing }
            && !broken.contains { !$0.isKnown }
    }

    /// Looks at every file.
    /// - Parameter progress: called with the files seen and to see.
    /// - Throws: `DatasetError` where no folder can be listed.
    public init(
        _ folder: ImageFolder, depth: Depth = .headers,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws(DatasetError) {
        (self.folder, self.depth) = (folder, depth)
        var paths: [Name] = []
        // A file may be of two classes.
        var seen: Set<Name> = []
        let above = try folder.unusedAbove()
        (unused, unusedCounts) = (above, Unused(above))
        warnings = folder.warnings(above)
        for name in folder.known?.domains.map({ Name($0.name) }) ?? folder.domains {
            let known = folder.known?.domains.first { Name($0.name) == name }
            var domain = Domain(
                name: name, letter: known?.letter, expected: known?.images, isMissing: !folder.domains.contains(name))
            if !domain.isMissing {
                do throws(DatasetError) {
                    let listing = try folder.skippingUnreadable.listing(of: name)
                    unusedCounts.add(listing.unused)
                    warnings += listing.warnings
                    unused += try folder.unused(of: name)
                    let (entries, faults) = try folder.imagesAndFaults(of: name)
                    problems += faults.map(\.description)
                    domain.images = entries.count
                    let present = Set(entries.map(\.label))
                    let missing = folder.classes.indices.filter { !present.contains($0) }
                    domain.missingClasses = missing.map { folder.classes[$0] }
                    paths += entries.map(\.path).filter { seen.insert($0).inserted }
                } catch {
                    problems.append("\(error)")
                }
            }
            domains.append(domain)
        }
        unused = unused.filter { $0.reason != .hidden }.sorted { Name($0.path) < Name($1.path) }
        look(at: paths, depth: depth, progress: progress)
    }

    private mutating func look(at paths: [Name], depth: Depth, progress: (Int, Int) -> Void) {
        var copies: [Digest: [Name]] = [:]
        let batch = 256
        for first in stride(from: 0, to: paths.count, by: batch) {
            let part = Array(paths[first..<min(first + batch, paths.count)])
            let found = Mutex([Finding?](repeating: nil, count: part.count))
            parallelItems(part.count) { index in
                let finding = Finding(at: part[index].text, depth: depth)
                found.withLock { $0[index] = finding }
            }
            for (path, finding) in zip(part, found.withLock { $0 }) {
                switch finding {
                case .missing: missingFiles.append(path)
                case .broken(let reason):
                    broken.append(
                        BrokenFile(
                            path: path, reason: reason, isKnown: folder.known?.isKnownBroken(path.text) ?? false))
                case .sound(let digest, let isWhite):
                    if let digest { copies[digest, default: []].append(path) }
                    if isWhite { white.append(path) }
                case nil: preconditionFailure("\(path) was not looked at")
                }
            }
            progress(first + part.count, paths.count)
        }
        self.copies = copies.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
    }
}

/// What a file turned out to be.
private enum Finding: Sendable {
    case missing
    case broken(String)
    /// With the digest of its bytes and whether all of it is clipped, where they were all read.
    case sound(Digest?, isWhite: Bool = false)

    init(at path: String, depth: DataSetCheck.Depth) {
        guard FileManager.default.fileExists(atPath: path) else {
            let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
            self = isLink ? .broken("is a link that leads nowhere") : .missing
            return
        }
        // A pipe would be waited for.
        guard (try? FileStamp(ofFileAt: path)) != nil else { self = .broken("is not a file"); return }
        do {
            let bytes = try Data(contentsOf: URL(filePath: path), options: depth == .headers ? .alwaysMapped : [])
            switch depth {
            case .headers:
                _ = try Picture.size(announcedBy: bytes)
                self = .sound(nil)
            case .pixels:
                let picture = try Picture(decoding: bytes)
                self = .sound(Digest(of: bytes), isWhite: picture.isClippedToWhite)
            }
        } catch let error as ImageError {
            self = .broken(error.problem)
        } catch {
            self = .broken("cannot be read")
        }
    }
}
