import Foundation

/// A folder of this process alone, on this machine.
///
/// While the process lives it holds a lock on the folder, which the kernel lets go of when it ends, however it ends: what is left of
/// processes that were killed is known by that, and swept away by the next that makes one of the same kind in the same place.
package final class ScratchFolder: Sendable {
    package let url: URL
    /// Holds the lock.
    private let descriptor: Int32

    /// - Parameters:
    ///   - prefix: what such folders are called, and nothing else is.
    ///   - place: where it is made.
    ///   - left: called with the name of each folder that a killed process has left, before that is removed.
    /// - Throws: `CocoaError`.
    package init(
        prefix: String, in place: URL = FileManager.default.temporaryDirectory, left: (String) -> Void = { _ in }
    ) throws {
        Self.sweep(prefix, in: place, left)
        (url, descriptor) = try Self.locked(prefix, place)
    }

    deinit { close(descriptor) }

    package func remove() {
        try? FileManager.default.removeItem(at: url)
    }

    /// Makes a folder for this user alone and locks it. One that is swept before it is locked is made again.
    private static func locked(_ prefix: String, _ place: URL) throws -> (URL, Int32) {
        while true {
            let url = place.appendingPathComponent(prefix + UUID().uuidString)
            guard mkdir(url.path, 0o700) == 0 else { throw error(url) }
            let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 || errno == ENOENT else { throw error(url) }
            guard descriptor >= 0 else { continue }
            guard flock(descriptor, LOCK_EX) == 0 else { throw error(url) }
            if access(url.path, F_OK) == 0 { return (url, descriptor) }
            close(descriptor)
        }
    }

    private static func error(_ url: URL) -> CocoaError {
        CocoaError(
            .fileWriteUnknown,
            userInfo: [
                NSLocalizedDescriptionKey: "\(url.path) cannot be made: \(String(cString: strerror(errno)))"
            ])
    }

    /// Removes the folders that killed processes have left.
    package static func sweep(
        _ prefix: String, in place: URL = FileManager.default.temporaryDirectory, _ left: (String) -> Void = { _ in }
    ) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
        for name in names where name.hasPrefix(prefix) {
            let url = place.appendingPathComponent(name)
            let descriptor = open(url.path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard descriptor >= 0 else { continue }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                left(name)
                try? FileManager.default.removeItem(at: url)
            }
            close(descriptor)
        }
    }
}
