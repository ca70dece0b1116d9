import ArtifactStore
import Foundation
import PromptLearning
import Tensors

/// How far a training is.
public struct TrainingProgress: Sendable {
    public var epoch: Int
    public var epochs: Int
    /// The last epoch's measurements, for people.
    public var note: String
}

extension Training {
    /// Trains from the store's checkpoint, if there is one, to the end, keeping a checkpoint on the way.
    ///
    /// - Parameters:
    ///   - key: the artifact that is being made.
    ///   - interval: the time from one checkpoint to the next; longer where writing takes long, so that no more than a
    ///     thirtieth of the time goes into it. `.zero` keeps one after every epoch.
    mutating func run(
        making key: ArtifactKey, store: ArtifactStore, savingEvery interval: Duration,
        progress: (TrainingProgress) throws -> Void
    ) throws {
        if let checkpoint = try store.checkpoint(for: key) {
            do {
                let saved = try Safetensors(decoding: checkpoint.payload, source: "the checkpoint of \(key.short)")
                try restore(Dictionary(uniqueKeysWithValues: saved.entries.keys.map { ($0, try saved.tensor(named: $0)) }))
            } catch {
                throw UnreadableCheckpoint(key: key, store: store.path, reason: "\(error)")
            }
        }
        var due = ContinuousClock.now + interval
        try run { training in
            let start = ContinuousClock.now
            if start >= due, training.epoch < training.epochs {
                try store.save(
                    TrainingCheckpoint(
                        progress: ["epoch": .number(Double(training.epoch))], payload: Safetensors.encode(training.state)),
                    for: key)
                if interval > .zero { due = .now + max(interval, (.now - start) * 30) }
            }
            try progress(
                TrainingProgress(epoch: training.epoch, epochs: training.epochs, note: training.history.note))
        }
    }
}

/// What a training that was stopped left in the store cannot be read.
struct UnreadableCheckpoint: Error, CustomStringConvertible {
    let key: ArtifactKey
    let store: String
    let reason: String

    var description: String {
        """
        \(reason)
        The training cannot go on from where it was stopped. To start it from the beginning, delete what it left and run \
        again: sqlite3 "\(store)" "DELETE FROM checkpoint WHERE key = '\(key)'"
        """
    }
}

extension TrainingHistory {
    /// The last epoch in words.
    fileprivate var note: String {
        zip(names, rows.last ?? []).filter { $1.isFinite }.map { "\($0) \(String(format: "%.3f", $1))" }
            .joined(separator: ", ")
    }

    /// The history as the store keeps it: measurements that were taken, epochs counted from 1.
    var metrics: [Metric] {
        rows.enumerated().flatMap { epoch, row in
            zip(names, row).filter { $1.isFinite }.map { Metric(epoch: epoch + 1, name: $0, value: Double($1)) }
        }
    }
}
