import ArtifactStore
import Foundation
import PromptLearning
import Tensors

/// What the kept state of a training tells to whoever watches it: how far it is, and what its epochs have measured.
public struct TrainingSoFar: Hashable, Sendable {
    public let epoch: Int
    /// Nil where the state was kept by an earlier version, which did not say it.
    public let epochs: Int?
    /// What each epoch measured, by epochs from 1 on; nothing of a state that an earlier version has kept.
    public let measurements: [Metric]

    /// Reads a state; nil where it is none.
    public init?(_ checkpoint: TrainingCheckpoint) {
        guard let state = try? Safetensors(decoding: checkpoint.payload, source: "a kept state"),
            let epoch = checkpoint.progress["epoch"]?.number.flatMap(Int.init(exactly:))
        else { return nil }
        self.epoch = epoch
        epochs = state.metadata[Self.epochsName].flatMap { Int($0) }
        let names: [String]? = state.metadata[Self.measurementsName].flatMap { text in
            (try? JSONValue(parsing: text))?.texts
        }
        guard let names, let history = try? state.tensor(named: "history"), history.shape == [history.rows, names.count] else {
            measurements = []
            return
        }
        measurements = (0..<history.rows).flatMap { row in
            names.enumerated().filter { history[row, $0.offset].isFinite }.map {
                Metric(epoch: row + 1, name: $0.element, value: Double(history[row, $0.offset]))
            }
        }
    }

    private static let epochsName = "epochs", measurementsName = "measurements"

    /// What a training's state says about itself besides its numbers.
    static func metadata(of training: some Training) -> [String: String] {
        [
            epochsName: "\(training.epochs)",
            measurementsName: JSONValue.array(training.history.names.map(JSONValue.string)).canonicalText,
        ]
    }
}

extension JSONValue {
    /// The texts of a list of texts; nil for anything else.
    fileprivate var texts: [String]? { try? decoded() }
}
