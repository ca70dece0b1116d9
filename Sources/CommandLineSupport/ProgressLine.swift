import Foundation
import Reporting
import Synchronization

/// Tells how far a piece of work is, at what rate it goes, and when it will be done.
///
/// On a terminal one line is rewritten, ten times a second at most; elsewhere a line is written every five seconds, so
/// that short work leaves the last line only.
public final class ProgressLine: Sendable {
    private struct State {
        let start: ContinuousClock.Instant
        /// The first report. What was done by then may have been done by an earlier run, and is no part of the rate.
        var first: (done: Int, time: ContinuousClock.Instant)?
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
            let first = state.first ?? (done, now)
            state.first = first
            guard now - state.shown >= (console.isTerminal ? .milliseconds(100) : .seconds(5)) else { return nil }
            state.shown = now
            let rate = Self.rate(from: first, to: (done, now))
            return self.text(done, total, rate, rate.map { clockTime(Double(total - done) / $0) + " left" }, note)
        }
        if let text { console.status(text) }
    }

    /// Reports the end, with a line that stays.
    public func finish(_ done: Int, of total: Int, note: String = "") {
        let now = now()
        let text = state.withLock { state in
            let rate = Self.rate(from: state.first ?? (0, state.start), to: (done, now))
            return self.text(done, total, rate, "in " + clockTime((now - state.start) / .seconds(1)), note)
        }
        console.clearStatus()
        console.note(text)
    }

    /// Units in a second, or nil where none has been done in the time.
    private static func rate(
        from first: (done: Int, time: ContinuousClock.Instant), to last: (done: Int, time: ContinuousClock.Instant)
    ) -> Double? {
        let seconds = (last.time - first.time) / .seconds(1)
        return seconds > 0 && last.done > first.done ? Double(last.done - first.done) / seconds : nil
    }

    private func text(_ done: Int, _ total: Int, _ rate: Double?, _ time: String?, _ note: String) -> String {
        let speed = rate.map { $0 < 1 ? "\(clockTime(1 / $0)) each" : String(format: "%.1f/s", $0) }
        let parts = ["\(title): \(done)/\(total) \(unit)", speed, time, note.isEmpty ? nil : note]
        return parts.compactMap(\.self).joined(separator: ", ")
    }
}
