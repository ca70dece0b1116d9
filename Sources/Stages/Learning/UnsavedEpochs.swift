import ArtifactStore
import Foundation
import PromptLearning
import Synchronization

/// What a training has learned that the store does not have yet, so that a signal which ends the process does not lose it:
/// the state of the last whole epoch is kept first.
///
/// Where epochs are short, a signal waits for the end of the one that is under way. Where they take longer, the state at
/// the end of the last one stands ready.
final class UnsavedEpochs<Learner: Training>: Sendable {
    private enum Unsaved {
        case nothing
        /// Epochs have ended since the last checkpoint, and the next will end soon.
        case shortEpochs
        case epoch(Learner)
        /// All epochs are behind it, and the artifact is about to be written.
        case artifact
    }

    private struct State {
        var unsaved = Unsaved.nothing
        var signal: Int32?
    }

    private let key: ArtifactKey
    private let store: ArtifactStore
    private let state = Mutex(State())
    /// An epoch of this length is not waited for. To have its state ready takes a copy of it, which takes far less.
    private let longest = Duration.seconds(1)

    init(of key: ArtifactKey, in store: ArtifactStore) {
        (self.key, self.store) = (key, store)
    }

    /// Runs what trains and writes the artifact. A signal meanwhile ends the process as soon as nothing is lost by that.
    func keeping(_ body: () throws -> ArtifactKey) throws -> ArtifactKey {
        let key = try Interruption.handled(by: { self.interrupt($0) }, body)
        if let signal = state.withLock(\.signal) { Interruption.end(by: signal) }
        return key
    }

    /// Keeps a checkpoint where one is due, or where the process is to end.
    /// - Returns: whether it was kept.
    /// - Throws: `StoreError`; `PromptError.divergedBetweenSteps`.
    func epochEnded(_ training: Learner, lasting time: Duration, isDue: Bool) throws -> Bool {
        try state.withLock { state in
            if training.epoch == training.epochs {
                state.unsaved = .artifact
                return false
            }
            guard isDue || state.signal != nil else {
                state.unsaved = time < longest ? .shortEpochs : .epoch(training)
                return false
            }
            try store.save(try training.checkpoint, for: key)
            state.unsaved = .nothing
            if let signal = state.signal { Interruption.end(by: signal) }
            return true
        }
    }

    private func interrupt(_ signal: Int32) {
        state.withLock { state in
            state.signal = signal
            switch state.unsaved {
            case .shortEpochs, .artifact: return
            case .nothing: break
            case .epoch(let training):
                // Where it cannot be kept, the checkpoint before stays.
                if let checkpoint = try? training.checkpoint { try? store.save(checkpoint, for: key) }
            }
            Interruption.end(by: signal)
        }
    }
}
