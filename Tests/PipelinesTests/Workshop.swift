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
    /// How many threads the programs are expected to be told.
    let threads: Int
    private let lines = Mutex<[String]>([])
    private let ended = Mutex<[String]>([])

    /// - Parameter bodies: shell commands of some instances, by name; the others just make their artifact.
    init(_ plan: Plan, bodies: [String: String] = [:], threads: Int = 3) throws {
        (self.plan, self.threads) = (plan, threads)
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
        let arguments = instance.arguments(for: plan.specification, store: folder.path, threads: threads)
        let file = folder.appendingPathComponent("orders/\(digest(arguments.joined(separator: " ")))")
        try "key=\(instance.key)\n\(body)\n".write(to: file, atomically: true, encoding: .utf8)
    }

    func order(_ name: String, _ body: String) throws {
        for instance in plan.instances where instance.name == name { try order(instance, body) }
    }

    /// Runs what is not made.
    /// - Parameters:
    ///   - share: what each instance takes of a machine with as many cores as there are jobs for and 100 bytes.
    ///   - isClaimed: whether somebody else makes an artifact.
    func run(
        jobs: Int = 2, keepsGoing: Bool = true,
        share: @escaping @Sendable (Instance) -> ProcessShare = { _ in .init(threads: 3, memory: 0) },
        isClaimed: @escaping @Sendable (ArtifactKey) -> Bool = { _ in false }
    ) async throws -> ExecutionOutcome {
        let executables = URL(fileURLWithPath: #filePath).appendingPathComponent("../../Fixtures/pipelines")
            .standardized
        let executor = LocalExecutor(
            capacity: Capacity(jobs: jobs, threads: 3, cores: 3 * jobs, memory: 100), share: share, executables: executables,
            store: folder.path, artifacts: Artifacts(isMade: { self.isMade($0) }, isClaimed: isClaimed), keepsGoing: keepsGoing)
        let work = plan.work.filter { !isMade($0.key) }
        return await executor.run(work, of: plan.specification) { event in
            self.lines.withLock {
                switch event {
                case .started(let instance, _): $0.append("start \(instance.name)")
                case .waiting(let instance): $0.append("wait for \(instance.name)")
                case .found(let instance): $0.append("found \(instance.name)")
                case .ended(let instance, _, _): self.ended.withLock { $0.append(instance.name) }
                case .finished(let instance, _): $0.append("end \(instance.name)")
                case .failed(let instance, _): $0.append("fail \(instance.name)")
                case .skipped(let instance, let cause): $0.append("skip \(instance.name) because of \(cause.name)")
                case .told(let text, _), .standing(let text): $0.append(text)
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

    /// The instances whose cost was told: those that failed last, both in the order of their names.
    var costs: [String] {
        let failed = Set(log.filter { $0.hasPrefix("fail ") }.map { String($0.dropFirst(5)) }),
            all = ended.withLock { $0.sorted() }
        return all.filter { !failed.contains($0) } + all.filter(failed.contains)
    }

    func clearLog() { lines.withLock { $0 = [] } }
}
