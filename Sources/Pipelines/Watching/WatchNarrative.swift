import Reporting

/// Turns what happens to a pipeline between two looks at it into lines, for what is no terminal.
public struct WatchNarrative: Sendable {
    /// What was told last.
    private var last: PipelineMoment?
    /// Of what runs, what was said of it last, and when, in seconds of whatever clock.
    private var said: [String: (text: String, time: Double)] = [:]
    /// Something that runs is told of again after so many seconds.
    private static let pause = 5.0

    public init() {}

    /// What there is to say.
    /// - Parameters:
    ///   - moment: how the pipeline stands.
    ///   - time: in seconds of whatever clock.
    public mutating func tell(_ moment: PipelineMoment, at time: Double) -> [String] {
        let isNew = last?.request != moment.request || last?.instances.count != moment.instances.count
        defer { last = moment }
        var lines = isNew ? [moment.title] : []
        for (place, instance) in moment.instances.enumerated() {
            let before = isNew ? nil : last?.instances[place].state
            if let line = line(for: instance, before: before, at: time) { lines.append(line) }
        }
        return lines
    }

    private mutating func line(
        for instance: PipelineMoment.Instance, before: PipelineMoment.State?, at time: Double
    ) -> String? {
        let name = instance.name
        guard case .running(let running) = instance.state else {
            said[name] = nil
            guard before != instance.state else { return nil }
            switch instance.state {
            case .failed(let message): return "\(name)  FAILED: \(gist(of: message))"
            case .stopped(let epoch): return "\(name)  stopped\(epoch.map { " after epoch \($0)" } ?? "")"
            // What was made before the first look is in the first line.
            case .made(_, let seconds): return before == nil ? nil : "\(name)  made in \(clockTime(seconds))"
            case .waiting, .running: return nil
            }
        }
        let values = running.curves.compactMap { curve in curve.last.map { "\(curve.name) \(figure($0))" } }
        let text = ([running.text] + values).filter { !$0.isEmpty }.joined(separator: ", ")
        if let earlier = said[name], time - earlier.time < Self.pause || text == earlier.text { return nil }
        said[name] = (text, time)
        return "\(name)  running" + (text.isEmpty ? "" : ": \(text)")
    }
}
