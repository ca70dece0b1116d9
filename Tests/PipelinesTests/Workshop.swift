import ArtifactStore
import Foundation
import Pipelines
import Synchronization

/// A folder that the script `Tests/Fixtures/pipelines/stage` takes for its store: files named by keys, and orders.
///
/// The script finds what to do by its command line, which must be exactly the planned one.
final class Workshop: Sendable {
    let folder: URL
    let plan: Plan
    private let lines = Mutex<[String]>([])

    /// - Parameter bodies: shell commands of some instances, by name; the others just make their artifact.
    init(_ plan: Plan, bodies: [String: String] = [:]) throws {
        self.plan = plan
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("workshop-\(UUID().uuidString)")
        for name in ["made", "orders", "flags"] {
            try FileManager.default.createDirectory(
                at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        for instance in plan.instances { try order(instance, bodies[instance.name] ?? "make") }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Sets what the script does for an instance.
    func order(_ instance: Instance, _ body: String) throws {
        let arguments = instance.arguments(for: plan.specification, store: folder.path, threads: 3)
        let file = folder.appendingPathComponent("orders/\(digest(arguments.joined(separator: " ")))")
        try "key=\(instance.key)\n\(body)\n".write(to: file, atomically: true, encoding: .utf8)
    }

    func order(_ name: String, _ body: String) throws {
        for instance in plan.instances where instance.name == name { try order(instance, body) }
    }

    func run(jobs: Int = 2) async throws -> ExecutionOutcome {
        let executables = URL(fileURLWithPath: #filePath).appendingPathComponent("../../Fixtures/pipelines")
            .standardized
        let executor = Executor(jobs: jobs, threads: 3, executables: executables, store: folder.path)
        return try await executor.run(plan, isMade: { self.isMade($0) }) { event in
            self.lines.withLock {
                switch event {
                case .started(let instance): $0.append("start \(instance.name)")
                case .ended: break
                case .finished(let instance, _): $0.append("end \(instance.name)")
                case .failed(let instance, _): $0.append("fail \(instance.name)")
                case .skipped(let instance, let cause): $0.append("skip \(instance.name) because of \(cause.name)")
                case .progress(let instance, let line): $0.append("\(instance.name): \(line)")
                }
            }
        }
    }

    func isMade(_ key: ArtifactKey) -> Bool {
        FileManager.default.fileExists(atPath: folder.appendingPathComponent("made/\(key)").path)
    }

    /// What has been reported so far.
    var log: [String] { lines.withLock { $0 } }

    func clearLog() { lines.withLock { $0 = [] } }
}
