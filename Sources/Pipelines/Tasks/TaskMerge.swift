import ArtifactStore
import Foundation
import Stages

extension TaskFolder {
    /// Takes over into a store what tasks have made, in the order of the tasks and of the keys, and deletes it here.
    ///
    /// Each result is merged once, whoever else merges at the same time or was killed in the middle of it: it is deleted after the
    /// transaction in which it came into the store, and one whose key the store has is compared and not merged again. A result that
    /// is damaged, of another version or at odds with the store is renamed to `….refused.sqlite` and stays.
    /// - Parameter replacing: whether results come in the place of what the store has, and are not compared with it.
    /// - Returns: how the work ended whose results were merged, found, or refused; refused ones have the status 65.
    /// - Throws: `StoreError` where the store cannot be written, or a result cannot be read for the disk's sake. What was merged
    ///   before that stays merged, and what was not stays here.
    @discardableResult
    public func merge(_ ids: [String], into store: ArtifactStore, replacing: Bool = false) throws -> [TaskEnding] {
        var endings: [TaskEnding] = [], batch: [(label: ResultLabel, file: URL)] = [], bytes = 0
        func mergeBatch() throws {
            endings += try merge(batch, into: store, replacing: replacing)
            (batch, bytes) = ([], 0)
        }
        for id in ids {
            for result in files(ofTask: id, suffix: Self.resultSuffix) {
                batch.append(result)
                bytes += (try? FileManager.default.attributesOfItem(atPath: result.file.path)[.size] as? Int) ?? 0
                // One flush of the disk for many, and not more at a time than a moment's work: others write to the store, too.
                if batch.count == 100 || bytes > 64 << 20 { try mergeBatch() }
            }
        }
        try mergeBatch()
        return endings
    }

    static let resultSuffix = ".sqlite"
    static let refusedSuffix = ".refused.sqlite"

    private func merge(
        _ results: [(label: ResultLabel, file: URL)], into store: ArtifactStore, replacing: Bool
    ) throws -> [TaskEnding] {
        guard !results.isEmpty else { return [] }
        let outcomes = try store.merge(
            results: results.map { ($0.file.path, $0.label.part == nil ? $0.label.key : nil) }, replacing: replacing,
            tolerance: \.precision.featureTolerance)
        return zip(results, outcomes).compactMap { result, outcome in
            let (label, file) = result, base = file.deletingPathExtension()
            var ending = ending(label, in: base.appendingPathExtension("json"))
            switch outcome {
            case .gone: return nil
            case .refused(let reason):
                let kept = base.path + Self.refusedSuffix
                rename(file.path, kept)
                ending.status = 65
                ending.summary = "its result was refused: \(reason)"
                ending.message = "It is kept as \(kept)."
            case .merged, .found:
                unlink(file.path)
                if label.part == nil { unlink(checkpoint(label.key).path) }
                // Where a machine has died between a result and the word of it, the result is as good.
                if ending.status != 0 {
                    ending = TaskEnding(key: label.key, part: label.part, status: 0, summary: "it ended well")
                }
                ending.found = outcome == .found
            }
            return ending
        }
    }
}
