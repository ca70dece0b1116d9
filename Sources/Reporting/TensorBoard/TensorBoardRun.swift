import ArtifactStore
import Foundation

/// A training as TensorBoard shows it: a folder with a file of events.
public struct TensorBoardRun: Sendable {
    public var stage: String
    /// The values of its cell, in the order of the axes.
    public var cell: [(axis: String, value: String)]
    /// What it was given.
    public var hyperparameters: [String: JSONValue]
    /// By epoch, counted from 1.
    public var measurements: [Metric]
    /// Seconds since 1970.
    public var began: Double, ended: Double

    public init(
        stage: String, cell: [(axis: String, value: String)], hyperparameters: [String: JSONValue], measurements: [Metric],
        began: Double, ended: Double
    ) {
        (self.stage, self.cell, self.hyperparameters, self.measurements) = (stage, cell, hyperparameters, measurements)
        (self.began, self.ended) = (began, ended)
    }

    /// The file of events in the folder of all runs: `prompts/domain=tango,seed=1/events.out.tfevents.spg`. Whatever characters
    /// names have, it stays in that folder.
    public var path: String {
        let values = cell.map { "\($0.axis.folderName)=\($0.value.folderName)" }.joined(separator: ",")
        let folders = [stage.folderName, values].filter { !$0.isEmpty }.map(\.shortenedName)
        return (folders + ["events.out.tfevents.spg"]).joined(separator: "/")
    }

    /// The bytes of the file; equal runs have equal bytes.
    ///
    /// Of a training the store knows when it ended and how long it took: its epochs are spread evenly over that time.
    public var events: Data {
        var file = EventFile(wallTime: began)
        file.append(hyperparameters: hyperparameters, began: began)
        file.append(markdown: markdown, tag: "hyper-parameters", wallTime: began)
        let epochs = measurements.map(\.epoch).max() ?? 0
        for metric in measurements {
            let share = Double(metric.epoch) / Double(max(1, epochs))
            file.append(
                scalar: Float(metric.value), tag: metric.name, step: metric.epoch, wallTime: began + share * (ended - began))
        }
        file.append(ended: ended)
        return file.data
    }

    private var markdown: String {
        var table = Table([.init("parameter"), .init("value")])
        for (name, value) in hyperparameters.sorted(by: { $0.key < $1.key }) {
            table.append([name, value.plainText])
        }
        return table.markdown
    }
}
