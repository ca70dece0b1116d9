import Datasets
import Foundation
import GRDB
import Tensors

/// Everything that stages make, in one SQLite file.
///
/// An artifact and all its rows become visible in one transaction or not at all. Several processes may read and write a
/// store at once; a writer waits for another up to a minute. All calls are synchronous.
///
/// Any call that reads throws `StoreError.damaged`, `.badValue` or `.failed` where what the file holds cannot be trusted
/// or read. Any call that writes throws `.readOnly`, `.diskFull`, `.busy` or `.failed`, and then has written nothing. What
/// a call throws besides stands with it.
public final class ArtifactStore: Sendable {
    /// The file.
    public let path: String
    /// Whether the store was opened for reading only.
    public let isReadOnly: Bool
    package let database: DatabaseQueue
    /// Where the right to make an artifact is claimed (`Claim`); nil for a store in memory. By whatever links a store is
    /// reached, it is one file.
    let claimsPath: String?
    /// What the file was when it was opened, where nobody here can keep others from writing to it.
    private let unguarded: FileStamp?
    /// Told of an artifact that another process is making when this one has to wait for it.
    let onWait: @Sendable (ArtifactKey) -> Void
    /// Told of an artifact that was to be made and for which nothing had to be.
    package let onFind: @Sendable (ArtifactKey) -> Void

    /// Opens a store, or makes one (with the folders above it) where there is none and `readOnly` is false.
    ///
    /// A store of an older version is brought up to date.
    /// - Throws: `StoreError`, where the path is none of a file, or the file is missing (`readOnly`), is no store, is newer, or
    ///   cannot be opened.
    public init(
        path: String, readOnly: Bool = false,
        onWait: @escaping @Sendable (ArtifactKey) -> Void = { _ in },
        onFind: @escaping @Sendable (ArtifactKey) -> Void = { _ in }
    ) throws {
        try Self.checkName(path)
        if FileManager.default.fileExists(atPath: path) {
            try Self.checkFileIsDatabase(path)
        } else if readOnly {
            throw StoreError.noStore(path: path)
        } else {
            try Self.makeFolder(above: path)
        }
        self.path = path
        isReadOnly = readOnly
        self.onWait = onWait
        self.onFind = onFind
        (database, unguarded) = try StoreError.translating(at: path) {
            guard !readOnly else { return try Self.openedForReading(path) }
            try Self.checkHasOneName(path)
            let database = try DatabaseQueue(path: path, configuration: Self.configuration(readOnly: false))
            try Self.prepare(database, path: path)
            return (database, nil)
        }
        claimsPath = Self.realPath(path) + "-claims"
    }

    /// A store of nothing, in memory, for whoever looks at what is in a store that is not there.
    /// - Parameter path: where it would be.
    /// - Throws: a `DatabaseError` where SQLite cannot make it, as for want of memory.
    public init(emptyInPlaceOf path: String) throws {
        self.path = path
        isReadOnly = false
        onWait = { _ in }
        onFind = { _ in }
        claimsPath = nil
        unguarded = nil
        database = try DatabaseQueue(configuration: Self.configuration(readOnly: false))
        try database.write { try Migrations.apply(in: $0, path: path) }
    }

    /// Opens a store for a glance, such as a shell takes at it while a command is typed: nothing is written, also beside the store,
    /// and nobody is waited for, or has to wait.
    /// - Throws: `StoreError` or a `DatabaseError`, where there is no store, it is of an older version, or that cannot be done.
    public init(glancingAt path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { throw StoreError.noStore(path: path) }
        try Self.checkName(path)
        try Self.checkFileIsDatabase(path)
        self.path = path
        isReadOnly = true
        onWait = { _ in }
        onFind = { _ in }
        claimsPath = nil
        (database, unguarded) = try StoreError.translating(at: path) {
            // Where somebody is at work, what was written last is in the log, and its index is there, too.
            guard Self.size(of: path, "-wal") ?? 0 > 0 else { return try Self.openedAsItIs(path) }
            guard Self.size(of: path, "-shm") ?? 0 > 0 else {
                throw StoreError.cannotOpen(path: path, reason: "its log is not read")
            }
            return (try Self.opened(path, as: path, waiting: false), nil)
        }
    }

    /// Closes the file, whoever still holds this value, so that nothing stays in its write-ahead log but what others write. Any
    /// later call throws.
    /// - Throws: `StoreError.busy` where a statement is still being read, `.diskFull` or `.failed` where the log cannot
    ///   be written into the file.
    public func close() throws {
        try StoreError.translating(at: path) { try database.close() }
    }

    /// All that `body` reads of the store is of one moment. It is also faster: a look at each of many artifacts takes less than
    /// a transaction for each.
    ///
    /// - Parameter body: must not write to the store.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws; `StoreError` where the store cannot be read.
    public func atOneMoment<Result>(_ body: () throws -> Result) throws -> Result {
        try reading { _ in try body() }
    }

    /// Reads in one consistent snapshot, or in the one that is being read already.
    func reading<Result>(_ body: (Database) throws -> Result) throws -> Result {
        let result = try Profile.measure(.store) {
            try StoreError.translating(at: path) {
                try database.unsafeReentrantRead { $0.isInsideTransaction ? .some(try body($0)) : nil } ?? database.read(body)
            }
        }
        if let unguarded, try FileStamp(ofFileAt: path) != unguarded {
            throw StoreError.failed(path: path, reason: "it was written to while it was read; run the same command again")
        }
        return result
    }

    /// Writes in one immediate transaction, undone as a whole if `body` throws.
    func writing<Result>(_ body: (Database) throws -> Result) throws -> Result {
        guard !isReadOnly else { throw StoreError.readOnly(path: path) }
        return try Profile.measure(.store) { try StoreError.translating(at: path) { try database.write(body) } }
    }
}

extension ArtifactStore {
    private static func configuration(readOnly: Bool, waiting: Bool = true) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = waiting ? .timeout(60) : .immediateError
        configuration.label = "ArtifactStore"
        configuration.prepareDatabase { database in
            // Features of 512 numbers are 2 KiB: larger pages hold several and waste less. Only a new file heeds this.
            // A transaction that has ended is on the disk: what was announced as done outlives a power cut.
            if !readOnly { try database.execute(sql: "PRAGMA page_size = 16384; PRAGMA synchronous = FULL") }
            try database.execute(sql: "PRAGMA cache_size = -65536")
            database.add(function: .dot)
            database.add(function: .sha256)
        }
        return configuration
    }

    /// A store that is of the latest version, to read.
    /// - Parameters:
    ///   - name: the path as SQLite is to take it.
    ///   - waiting: whether for others.
    private static func opened(_ path: String, as name: String, waiting: Bool = true) throws -> DatabaseQueue {
        let database = try DatabaseQueue(path: name, configuration: configuration(readOnly: true, waiting: waiting))
        try database.read { database in
            guard try Migrations.check(database, path: path) == Migrations.latest else {
                let reason = "it is of an older version, and is brought up to date when a stage writes to it"
                throw StoreError.cannotOpen(path: path, reason: reason)
            }
        }
        return database
    }

    /// The size of a file that SQLite keeps beside the store; nil where there is none.
    private static func size(of path: String, _ suffix: String) -> Int? {
        try? FileManager.default.attributesOfItem(atPath: realPath(path) + suffix)[.size] as? Int
    }

    /// Without locks, and without the files that write-ahead mode keeps beside a store, also for readers: who may only read
    /// cannot make them, or would leave what the store's owner cannot write to.
    private static func openedAsItIs(_ path: String) throws -> (DatabaseQueue, FileStamp?) {
        if let left = ["-wal", "-journal"].first(where: { (size(of: path, $0) ?? 0) > 0 }) {
            throw StoreError.cannotOpen(
                path: path,
                reason: """
                    \(URL(fileURLWithPath: path).lastPathComponent)\(left) beside it has to be read too, which takes a store that \
                    can be written to: let a program of its owner's open it, or copy both files to a folder of your own
                    """)
        }
        let stamp = try FileStamp(ofFileAt: path)
        return (try opened(path, as: uri(path, "immutable=1")), stamp)
    }

    /// - Returns: the database; what the file is, where it is read without locks.
    private static func openedForReading(_ path: String) throws -> (DatabaseQueue, FileStamp?) {
        let canWrite = canWrite(path)
        if !canWrite, ["-wal", "-shm", "-journal"].allSatisfy({ size(of: path, $0) == nil }) { return try openedAsItIs(path) }
        do {
            return (try opened(path, as: path), nil)
        } catch let error as DatabaseError where [.SQLITE_CANTOPEN, .SQLITE_READONLY].contains(error.resultCode) {
            guard canWrite else { return try openedAsItIs(path) }
            guard error.resultCode == .SQLITE_READONLY else { throw error }
            // Whoever was killed while it made the store may have left a journal, which only a writer can roll back.
            let writer = try DatabaseQueue(path: path, configuration: configuration(readOnly: false))
            _ = try writer.read { try Int.fetchOne($0, sql: "PRAGMA user_version") }
            try writer.close()
            return (try opened(path, as: path), nil)
        }
    }

    /// The file as another connection attaches it, to read it only.
    var uriForReading: String { Self.uri(path, unguarded == nil ? "mode=ro" : "immutable=1") }

    /// A path as SQLite takes it together with parameters.
    static func uri(_ path: String, _ parameters: String) -> String {
        let allowed = CharacterSet(charactersIn: "/-_.~").union(.alphanumerics)
        return "file:\(path.addingPercentEncoding(withAllowedCharacters: allowed) ?? path)?\(parameters)"
    }

    /// Checks before it changes anything: the file may belong to somebody else.
    private static func prepare(_ database: DatabaseQueue, path: String) throws {
        let version = try database.read { try Migrations.check($0, path: path) }
        guard version < Migrations.latest else { return }
        // Write-ahead log: readers do not wait for writers. The mode stays with the file.
        try waiting { try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") } }
        try database.write { try Migrations.apply(in: $0, path: path) }
    }

    /// Of two processes that change a new file's mode at once, SQLite sends one away without waiting, lest each wait for
    /// the other: it tries again.
    private static func waiting(_ body: () throws -> Void) throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            do {
                return try body()
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY && ContinuousClock.now < deadline {
                usleep(10_000)
            }
        }
    }

    /// SQLite itself takes a short file of anything for a new database.
    private static func checkFileIsDatabase(_ path: String) throws {
        let header: Data
        do {
            header = try FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(upToCount: 16) ?? Data()
        } catch {
            throw StoreError.cannotOpen(path: path, reason: "it cannot be read")
        }
        guard header.isEmpty || header == Data("SQLite format 3\0".utf8) else {
            throw StoreError.notADatabase(path: path)
        }
    }

    private static func makeFolder(above path: String) throws {
        let folder = folder(of: path)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw StoreError.cannotOpen(path: path, reason: "its folder “\(folder)” cannot be made")
        }
    }
}
