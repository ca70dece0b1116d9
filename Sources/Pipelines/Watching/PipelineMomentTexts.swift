import ArtifactStore
import Foundation
import Reporting

extension PipelineMoment {
    /// Such as `desktop-icons: 41 of 65 made, 2 running, 1 failed, about 0:42 left`.
    public var title: String {
        guard let request else { return "\(pipeline) has never been run with this store" }
        guard !isFinished || !running.isEmpty else { return "\(pipeline): all \(instances.count) made" }
        var parts = ["\(made) of \(instances.count) made"]
        for (count, word) in [(running.count, "running"), (failed.count, "failed"), (stopped.count, "stopped")] where count > 0
        {
            parts.append("\(count) \(word)")
        }
        if let left { parts.append("\(left.isWhole ? "about" : "at least") \(clockTime(left.seconds)) left") }
        if running.isEmpty, !isAtWork { parts.append("nothing at work: \(request.command) makes the rest") }
        return "\(pipeline): " + parts.joined(separator: ", ")
    }
}

extension PastRequest {
    /// What made it, to be made again.
    fileprivate var command: String {
        (["spg run \(request.file ?? request.pipeline)"] + request.edits.map { "--set \($0)" }).joined(separator: " ")
    }
}

extension PipelineMoment.Running {
    /// Such as `epoch 12 of 50, 3.1/s, 12 s left, for 5.1 s`, or what its program said last.
    public var text: String {
        let progress = epoch.map { epoch in "epoch \(epoch)" + (epochs.map { " of \($0)" } ?? "") }
        let pace = rate.map { $0 < 1 ? "\(clockTime(1 / $0)) each" : String(format: "%.1f/s", $0) }
        // A program that says how far it is says how long it will take, too.
        let left = progress == nil && remark?.hasSuffix(" left") == true ? nil : secondsLeft
        let parts = [
            progress ?? remark, pace, left.map { "about \(clockTime($0)) left" }, seconds.map { "for \(clockTime($0))" },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }
}

extension PipelineMoment.Curve {
    /// The last value that was measured; nil where none was.
    public var last: Double? { values.last(where: \.isFinite) }
}
