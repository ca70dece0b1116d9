import ArtifactStore
import Foundation
import PromptLearning
import Tensors

/// How far a training is.
public struct TrainingProgress: Sendable {
    public var epoch: Int
    public var epochs: Int
    /// The last epoch's measurements, for people; at the end also which epoch is kept.
    public var note: String
    /// Whether this tells where a run goes on that was stopped: no epoch of this run's is behind it yet.
    public var isResumption = false
    /// Why it begins anew though a run was stopped before; nil where it does not.
    public var restart: String?
}

extension Training {
    /// Trains from the store's checkpoint, if there is one, to the end, keeping a checkpoint on the way.
    ///
    /// - Parameters:
    ///   - key: the artifact that is being made.
    ///   - interval: the time from one checkpoint to the next; longer where writing takes long, so that no more than a
    ///     thirtieth of the time goes into it. `.zero` keeps one after every epoch.
    ///   - unsaved: what a signal that ends the process keeps meanwhile.
    ///   - epochBegins: called with the training before each epoch.
    mutating func run(
        making key: ArtifactKey, store: ArtifactStore, savingEvery interval: Duration, unsaved: UnsavedEpochs<Self>,
        epochBegins: (inout Self) throws -> Void = { _ in },
        progress: (TrainingProgress) throws -> Void
    ) throws {
        if let checkpoint = try kept(for: key, in: store, progress: progress) {
            do {
                let saved = try Safetensors(decoding: checkpoint.payload, source: "the checkpoint of \(key.short)")
                try restore(Dictionary(uniqueKeysWithValues: saved.entries.keys.map { ($0, try saved.tensor(named: $0)) }))
            } catch {
                throw UnreadableCheckpoint(key: key, store: store.path, reason: "\(error)")
            }
            try progress(TrainingProgress(epoch: epoch, epochs: epochs, note: note, isResumption: true))
        }
        var due = ContinuousClock.now + interval, last = ContinuousClock.now
        let fits = try checkSizes()
        do {
            try run(epochBegins: epochBegins) { training in
                let start = ContinuousClock.now
                let isKept = try fits && unsaved.epochEnded(training, lasting: start - last, isDue: start >= due)
                if isKept, interval > .zero { due = .now + max(interval, (.now - start) * 30) }
                last = .now
                let note = training.note + (fits ? "" : ", too large to be kept on the way")
                try progress(TrainingProgress(epoch: training.epoch, epochs: training.epochs, note: note))
            }
        } catch let error as PromptError where error.isDivergence {
            throw DivergedTraining(error: error, key: key, store: store.path, kept: try store.progress(of: key))
        }
    }

    /// The last epoch in words, and after the last of all, which one is kept.
    private var note: String {
        guard epoch == epochs, let kept else { return history.note }
        return "\(history.note), best \(String(format: "%.3f", kept.accuracy)) at epoch \(kept.number), kept"
    }

    /// What a run that was stopped has kept. A state that is damaged is no state to go on from: it is discarded, and the
    /// training begins anew.
    private func kept(
        for key: ArtifactKey, in store: ArtifactStore, progress: (TrainingProgress) throws -> Void
    ) throws -> TrainingCheckpoint? {
        do {
            return try store.checkpoint(for: key)
        } catch StoreError.badValue(let problem) {
            try store.discardCheckpoint(for: key)
            try progress(TrainingProgress(epoch: epoch, epochs: epochs, note: "", restart: problem))
            return nil
        }
    }

    /// Compares what is to be learned with what a store takes, before any of it is.
    /// - Returns: whether the whole state can be kept on the way; without, a training that is stopped begins anew.
    /// - Throws: `StageInputError` where one of its arrays is larger than a store takes.
    private func checkSizes() throws(StageInputError) -> Bool {
        let bytes = state.mapValues { $0.count * MemoryLayout<Float>.stride }
        let largest = StoredFile.largestSize
        if let (name, size) = bytes.max(by: { $0.value < $1.value }), size > largest {
            throw StageInputError(
                "\(name) would have \(size) bytes, and a store takes \(largest) in one piece; make it smaller")
        }
        return bytes.values.reduce(0, +) <= largest
    }

    /// What the training needs to go on.
    /// - Throws: `PromptError.divergedBetweenSteps` where it holds a number that is not finite: the last good one stays.
    var checkpoint: TrainingCheckpoint {
        get throws {
            let state = state
            // Measurements that were not taken are NaN in the history.
            for (name, tensor) in state where name != "history" && !tensor.isFinite {
                throw PromptError.divergedBetweenSteps(quantity: "the training's \(name)", epoch: epoch)
            }
            return TrainingCheckpoint(
                progress: ["epoch": .number(Double(epoch))],
                payload: Safetensors.encode(state, metadata: TrainingSoFar.metadata(of: self)))
        }
    }
}

/// A training whose numbers cannot be trusted any more, and the last of its states that can.
struct DivergedTraining: Error, CustomStringConvertible {
    let error: PromptError
    let key: ArtifactKey
    let store: String
    /// The checkpoint's progress, where there is one.
    let kept: JSONValue?

    var description: String {
        guard let epoch = kept?["epoch"]?.number.flatMap(Int.init(exactly:)) else {
            return "\(error)\nNo checkpoint had been kept by then."
        }
        return """
            \(error)
            The last good checkpoint, of epoch \(epoch), is in the store: \
            sqlite3 "\(store)" "SELECT saved, progress FROM checkpoint WHERE key = '\(key)'"
            """
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
