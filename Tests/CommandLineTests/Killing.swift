import Foundation
import Synchronization

/// Which processes of a run are killed.
enum Victim: String, CaseIterable {
    /// The process that was started, and not the stages that it has started.
    case starter
    /// One of the stages that it has started.
    case stage
    case everything
}

/// A process that runs in some folder, by its identifier.
struct FolderProcess: Sendable {
    let identifier: pid_t
    /// Of its executable.
    let name: String

    /// Those whose current folder is this one.
    static func all(in folder: URL) -> [FolderProcess] {
        func link(_ name: String) -> String? {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)")
        }
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { pid_t($0) }.filter { link("\($0)/cwd") == folder.path }.map {
            FolderProcess(identifier: $0, name: URL(filePath: link("\($0)/exe") ?? "?").lastPathComponent)
        }
    }
}

extension Program {
    /// What killing some of a run's processes came to.
    struct Killing {
        /// How the process ended that was started.
        var outcome: Outcome
        /// Which stages ran at the moment; where one alone was killed, that one.
        var place: String
        /// How long stages that were not killed took to end after the process that had started them.
        var orphans: Duration
    }

    /// Kills processes as soon as a condition holds, and waits for the end of all.
    /// - Parameters:
    ///   - folder: where it and its own stages run, and nothing else does.
    ///   - choice: from 0 to 1, which of several stages is killed.
    func killed(
        _ victim: Victim, in folder: URL, choice: Double, when condition: @escaping @Sendable () -> Bool
    ) async throws -> Killing {
        let place = Place()
        @Sendable func stages() -> [FolderProcess] {
            FolderProcess.all(in: folder).filter { $0.name.hasPrefix("spg-") }.sorted { $0.identifier < $1.identifier }
        }
        act(when: { condition() && (victim != .stage || !stages().isEmpty) }) { starter in
            let running = stages().filter { $0.identifier != starter }
            let chosen = running.isEmpty ? nil : running[min(running.count - 1, Int(choice * Double(running.count)))]
            switch victim {
            case .starter: kill(starter, SIGKILL)
            case .stage:
                guard let chosen else { return }
                kill(chosen.identifier, SIGKILL)
            case .everything:
                // The starter first, which starts no more then.
                kill(starter, SIGKILL)
                for process in running { kill(process.identifier, SIGKILL) }
            }
            let names = victim == .stage ? [chosen?.name].compactMap(\.self) : Set(running.map(\.name)).sorted()
            place.set(names.joined(separator: " and "))
        }
        let outcome = try await outcome()
        let start = ContinuousClock.now
        // What has missed the end of its starter would run on and on.
        while !FolderProcess.all(in: folder).isEmpty, .now - start < .seconds(30) { usleep(1000) }
        return Killing(outcome: outcome, place: place.value, orphans: .now - start)
    }

    private final class Place: Sendable {
        private let text = Mutex("")
        func set(_ value: String) { text.withLock { $0 = value } }
        var value: String { text.withLock { $0.isEmpty ? "no stage" : $0 } }
    }
}
