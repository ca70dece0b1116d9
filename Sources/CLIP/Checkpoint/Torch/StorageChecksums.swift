import Foundation
import Synchronization
import Tensors

/// Compares storages with the checksums that their archive keeps, each once: a bit that a disk or a network turned
/// over would otherwise be a weight like any other.
final class StorageChecksums: Sendable {
    /// Where the storages begin that were found sound. Many tensors may be views of one.
    private let sound = Mutex<Set<Int>>([])

    /// - Throws: where a storage is not what was written. One whose writer left the checksum out, as PyTorch can be
    ///   told to, passes.
    func check(_ storage: TorchStorage, in file: FileBytes) throws(TensorFileError.Problem) {
        let start = storage.range.lowerBound
        guard storage.checksum != 0, !sound.withLock({ $0.contains(start) }) else { return }
        guard try zipChecksum(of: storage.range, in: file) == storage.checksum else {
            throw .malformed(
                "its member \"\(storage.member)\" is damaged, since its checksum is not the one that was written; copy "
                    + "or download the file again")
        }
        sound.withLock { _ = $0.insert(start) }
    }
}
