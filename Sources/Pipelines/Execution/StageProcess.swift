import ArtifactStore
import Foundation

extension ChildProcess {
    /// Waits for the end without blocking the calling task. Cancelling that asks the child to end.
    /// - Parameter line: gets every line of the child's standard error as it comes.
    /// - Returns: how it ended, and the last of its lines.
    func ending(line: @escaping @Sendable (String) -> Void) async -> (outcome: Outcome, lines: LastLines) {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A thread of its own: waiting for a process blocks.
                Thread.detachNewThread {
                    var lines = LastLines()
                    let outcome = self.wait {
                        lines.append($0)
                        line($0)
                    }
                    continuation.resume(returning: (outcome, lines))
                }
            }
        } onCancel: {
            interrupt()
        }
    }
}

extension StageFailure {
    /// Of a program that did not end well.
    /// - Parameter isCommand: whether it has run a command of the user's own, whose words are those of another program; what the
    ///   stage says of it comes last.
    init(_ ending: ChildProcess.Ending, _ lines: LastLines, isCommand: Bool) {
        if isCommand {
            let (words, verdict) = lines.wordsAndVerdict
            self.init(summary: verdict ?? ending.description, message: words)
        } else {
            self.init(summary: ending.description, message: lines.error)
        }
    }

    /// Of a program that ended well and has made something else than was planned.
    init(printed: String, insteadOf key: ArtifactKey) {
        self.init(
            summary: "it printed “\(printed)” where the plan has the key \(key)",
            message:
                "Its images, a file or the checkpoint may have changed since the run was planned: run the same command again. "
                + "If it says so once more, the executable and spg disagree on the recipe: build them together.")
    }
}
