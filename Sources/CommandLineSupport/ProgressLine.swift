import Foundation
import Synchronization

/// Tells how far a piece of work is, at what rate it goes, and when it will be done.
///
/// On a terminal one line is rewritten, ten times a second at most; elsewhere a line is written every five seconds, so that
/// short work leaves the last line only.
public final class ProgressLine: Sendable {
    private struct State {
        let start: ContinuousClock.Instant
        /// What was done already at the first report: no part of the rate.
        var first: Int?
        var shown: ContinuousClock.Instant
    }

    private let title: String
    private let unit: String
    private let console: Console
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    /// - Parameters:
    ///   - title: what is being done, such as `extract tango`.
    ///   - unit: what is counted, such as `images`.
    public init(
        _ title: String, unit: String, console: Console = .standardError,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.title = title
        self.unit = unit
        self.console = console
        self.now = now
        let start = now()
        state = Mutex(State(start: start, first: nil, shown: start))
    }

    /// Reports that `done` of `total` are done.
    /// - Parameter note: what else there is to say, such as the loss.
    public func update(_ done: Int, of total: Int, note: String = "") {
        let now = now()
        let text = state.withLock { state -> String? in
            let first = state.first ?? done
            state.first = first
            guard now - state.shown >= (console.isTerminal ? .milliseconds(100) : .seconds(5)) else { return nil }
            state.shown = now
            return self.text(done, total, since: first, after: now - state.start, note: note, isOver: false)
        }
        if let text { console.status(text) }
    }

    /// Reports the end, with a line that stays.
    public func finish(_ done: Int, of total: Int, note: String = "") {
        let now = now()
        let text = state.withLock { state in
            self.text(done, total, since: state.first ?? 0, after: now - state.start, note: note, isOver: true)
        }
        console.clearStatus()
        console.line(text)
    }

    private func text(
        _ done: Int, _ total: Int, since first: Int, after elapsed: Duration, note: String, isOver: Bool
    ) -> String {
        let seconds = elapsed / .seconds(1)
        let rate = seconds > 0 ? Double(done - first) / seconds : 0
        var parts = ["\(title): \(done)/\(total) \(unit)"]
        if rate > 0 { parts.append(String(format: rate < 10 ? "%.2f/s" : "%.1f/s", rate)) }
        if isOver {
            parts.append("in \(clockTime(seconds))")
        } else if rate > 0 {
            parts.append("\(clockTime(Double(total - done) / rate)) left")
        }
        return (note.isEmpty ? parts : parts + [note]).joined(separator: ", ")
    }
}

/// Seconds as people write them: `7.3 s`, `2:05`, `1:02:05`.
public func clockTime(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    if seconds < 10 { return String(format: "%.1f s", seconds) }
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    let minutes = String(format: whole < 3600 ? "%d:%02d" : "%02d:%02d", whole / 60 % 60, whole % 60)
    return whole < 3600 ? minutes : "\(whole / 3600):" + minutes
}
