import Datasets
import Foundation
import Tensors

/// The right to make an artifact, which one process has at a time.
///
/// It is a lock on one byte of a file beside the store, at a place that the key gives. The operating system lets go of it
/// when the claim is dropped and when the process ends, however it ends: nothing has to be cleaned up after `kill -9`.
public final class Claim: Sendable {
    private let descriptor: Int32

    fileprivate init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}

extension ArtifactStore {
    /// Writes what `make` returns as the artifact of a recipe, with the time it took; does nothing where the artifact is there.
    /// Of several processes that are to make one artifact, the first does, and the others wait for it.
    /// - Parameters:
    ///   - recipe: what it is made of.
    ///   - replacing: whether it is made again where it is there.
    ///   - isWhole: whether nothing is missing of an artifact that is there.
    ///   - make: makes what is in it, and what was measured meanwhile.
    /// - Returns: the recipe's key.
    /// - Throws: what `claim`, `write`, `isWhole` and `make` throw.
    @discardableResult
    package func artifact(
        of recipe: Recipe, replacing: Bool, if isWhole: () throws -> Bool = { true },
        make: () throws -> (contents: ArtifactContents, metrics: [Metric])
    ) throws -> ArtifactKey {
        func finds() throws -> Bool {
            guard try !replacing && contains(recipe.key), try isWhole() else { return false }
            onFind(recipe.key)
            return true
        }
        if try finds() { return recipe.key }
        let claim = try claim(recipe.key)
        defer { withExtendedLifetime(claim) {} }
        if try finds() { return recipe.key }
        Profile.restart()
        let start = ContinuousClock.now
        let made = try make()
        return try write(
            recipe, made.contents, metrics: made.metrics + Profile.metrics, seconds: (.now - start) / .seconds(1),
            replacing: replacing)
    }
}

extension ArtifactStore {
    /// Claims an artifact, waiting for whoever makes it now, of which `onWait` is told. Whether the artifact is there should
    /// be asked again afterwards.
    /// - Throws: `StoreError.cannotOpen` where the file of locks cannot be written.
    public func claim(_ key: ArtifactKey) throws -> Claim {
        if let claim = try claimIfFree(key) { return claim }
        onWait(key)
        let descriptor = try openClaims()
        let claim = Claim(descriptor: descriptor)
        var lock = Self.lock(key)
        while fcntl(descriptor, ownedLockWait, &lock) != 0 {
            guard errno == EINTR else { throw claimsError() }
        }
        return claim
    }

    /// Claims what a key stands for where nobody has claimed it; nil where somebody has.
    /// - Throws: `StoreError.cannotOpen` where the file of locks cannot be written.
    package func claimIfFree(_ key: ArtifactKey) throws -> Claim? {
        try claim(Self.lock(key))
    }

    /// Says that this process is at work in the store, until its end: nothing is taken out of it meanwhile. Waits for whoever
    /// is taking something out.
    /// - Throws: `StoreError.cannotOpen` where the file of locks cannot be written; `.readOnly` for a store in memory.
    public func beginWork() throws {
        // Never closed: the operating system does it.
        let descriptor = try openClaims()
        var lock = Self.workLock(F_RDLCK)
        while fcntl(descriptor, ownedLockWait, &lock) != 0 {
            guard errno == EINTR else { throw claimsError() }
        }
    }

    /// The right to take things out of the store, while no process is at work in it.
    /// - Throws: `StoreError.inUse` where one is.
    public func claimAlone() throws -> Claim {
        guard let claim = try claim(Self.workLock(F_WRLCK)) else { throw StoreError.inUse(path: path) }
        return claim
    }

    /// Whether a process is at work in the store.
    public var isInUse: Bool {
        guard let claimsPath else { return false }
        let descriptor = open(claimsPath, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { Glibc.close(descriptor) }
        var lock = Self.workLock(F_WRLCK)
        return fcntl(descriptor, ownedLockGet, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
    }

    /// Those of some artifacts that a process makes at the moment.
    /// - Throws: `StoreError.cannotOpen` where the file of locks is there and cannot be read.
    public func claimed(among keys: some Sequence<ArtifactKey>) throws -> Set<ArtifactKey> {
        // Without the file nobody has ever claimed anything; who may not read it cannot know.
        guard let claimsPath else { return [] }
        let descriptor = open(claimsPath, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard [ENOENT, EACCES].contains(errno) else { throw claimsError() }
            return []
        }
        defer { Glibc.close(descriptor) }
        var claimed: Set<ArtifactKey> = []
        for key in keys {
            var lock = Self.lock(key)
            guard fcntl(descriptor, ownedLockGet, &lock) == 0 else { throw claimsError() }
            if lock.l_type != Int16(F_UNLCK) { claimed.insert(key) }
        }
        return claimed
    }

    private func openClaims() throws -> Int32 {
        guard let claimsPath else { throw StoreError.readOnly(path: path) }
        let descriptor = open(claimsPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw claimsError() }
        return descriptor
    }

    /// A lock, where nobody has it; nil where somebody has.
    private func claim(_ lock: flock) throws -> Claim? {
        let descriptor = try openClaims()
        let claim = Claim(descriptor: descriptor)
        var lock = lock
        if fcntl(descriptor, ownedLockSet, &lock) == 0 { return claim }
        guard errno == EAGAIN || errno == EACCES else { throw claimsError() }
        return nil
    }

    private func claimsError() -> StoreError {
        .cannotOpen(path: claimsPath ?? path, reason: String(cString: strerror(errno)))
    }

    /// The byte behind those of all keys, which whoever is at work shares.
    private static func workLock(_ type: Int32) -> flock {
        var lock = flock()
        lock.l_type = Int16(type)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = 1 << 62
        lock.l_len = 1
        return lock
    }

    /// The byte of a key: 62 of its bits, so that no two keys of a store share one.
    private static func lock(_ key: ArtifactKey) -> flock {
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        lock.l_start = off_t(key.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 2)
        lock.l_len = 1
        return lock
    }
}

// Locks of an open file, not of a process: `F_OFD_GETLK`, `F_OFD_SETLK` and `F_OFD_SETLKW` of <fcntl.h>, which Swift does
// not see.
private let ownedLockGet: Int32 = 36
private let ownedLockSet: Int32 = 37
private let ownedLockWait: Int32 = 38
