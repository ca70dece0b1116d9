import Datasets
import Foundation

/// Turns what happens during an execution into lines for a person.
public struct ExecutionNarrative: Sendable {
    /// A line to be read, one that only says how far the work is, or one that the next one may replace.
    public enum Utterance: Hashable, Sendable {
        case line(String)
        case note(String)
        case status(String)
    }

    /// How many instances there are to run.
    private let total: Int
    private let rewritesStatus: Bool
    private var over = 0
    private var running: [String] = []
    /// What is submitted.
    private var standing = ""

    /// - Parameter rewritesStatus: whether status lines replace one another, as on a terminal. If so, the programs'
    ///   progress is shown in them; if not, it is shown line by line.
    public init(total: Int, rewritesStatus: Bool) {
        self.total = total
        self.rewritesStatus = rewritesStatus
    }

    /// What there is to say about an event.
    public mutating func tell(_ event: ExecutionEvent) -> [Utterance] {
        switch event {
        case .started(let instance, _):
            running.append(instance.name)
            return status
        case .progress(let instance, let line):
            let text = "\(instance.name): \(line)"
            let isNotice = ["warning:", "error:"].contains { line.lowercased().hasPrefix($0) }
            if isNotice { return [.line(text)] }
            return rewritesStatus ? [.status("\(over)/\(total) · \(text)")] : [.note(text)]
        case .ended: return []
        case .told(let text, let isProgress): return [isProgress ? .note(text) : .line(text)]
        case .standing(let text):
            standing = text
            return status
        case .waiting(let instance): return [.note("\(instance.name) is being made by another run: waiting for it")]
        case .found(let instance):
            leave(instance)
            return [.note("\(over)/\(total)  \(instance.name)  found in the store")] + status
        case .finished(let instance, let duration):
            leave(instance)
            let time = String(format: "%.1f s", duration / .seconds(1))
            return [.note("\(over)/\(total)  \(instance.name)  \(time)")] + status
        case .failed(let instance, let failure):
            leave(instance)
            return [.line("\(over)/\(total)  \(instance.name)  FAILED: \(failure.summary)")] + status
        case .skipped(let instance, let cause):
            leave(instance)
            return [.line("\(over)/\(total)  \(instance.name)  skipped, since \(cause.name) failed")] + status
        }
    }

    private mutating func leave(_ instance: Instance) {
        over += 1
        running.removeAll { Name($0) == Name(instance.name) }
    }

    private var status: [Utterance] {
        guard rewritesStatus else { return [] }
        let rest = running + (standing.isEmpty ? [] : [standing])
        let names = rest.isEmpty ? "" : " · " + rest.joined(separator: ", ")
        return [.status("\(over)/\(total)\(names)")]
    }
}
