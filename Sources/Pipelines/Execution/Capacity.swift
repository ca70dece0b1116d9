import ArtifactStore
import Foundation

/// What a run may take of the machine, and how it is shared out among its processes.
public struct Capacity: Hashable, Sendable {
    /// How many processes run at a time.
    public var jobs: Int
    /// How many threads each is told to use, where its stage does not say.
    public var threads: Int
    /// The threads of all of them together.
    public var cores: Int
    /// The bytes of memory of all of them together.
    public var memory: Int

    public init(jobs: Int, threads: Int, cores: Int, memory: Int) {
        self.jobs = jobs
        self.threads = threads
        self.cores = cores
        self.memory = memory
    }

    /// Shares out the cores of this machine: as many jobs as there are cores for, each with its share of them.
    /// - Parameters: what was asked for; nil for what is fair.
    public init(jobs: Int?, threads: Int?, memory: Int?) {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        let number = jobs ?? max(1, cores / (threads ?? 1))
        let share = threads ?? max(1, cores / number)
        self.init(
            jobs: number, threads: share, cores: max(cores, number * share),
            memory: memory ?? Self.availableMemory ?? Int(clamping: ProcessInfo.processInfo.physicalMemory))
    }

    /// What the kernel thinks can be taken without swapping.
    private static var availableMemory: Int? {
        let lines = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let words = lines.first { $0.hasPrefix("MemAvailable:") }?.split(separator: " ") ?? []
        return words.count > 1 ? Int(words[1]).map { $0 * 1024 } : nil
    }
}

/// What one process takes of the machine.
public struct ProcessShare: Hashable, Sendable {
    public var threads: Int
    /// In bytes.
    public var memory: Int

    public init(threads: Int, memory: Int) {
        self.threads = threads
        self.memory = memory
    }

    /// What tells the numeric libraries that programs are built on how many threads they may use.
    var environment: [String: String] {
        let names = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"]
        return Dictionary(uniqueKeysWithValues: names.map { ($0, "\(threads)") })
    }
}

extension Capacity {
    /// Whether one more process fits beside others. A process alone always does: it could not be run otherwise.
    func fits(_ share: ProcessShare, beside running: [ProcessShare]) -> Bool {
        guard !running.isEmpty else { return true }
        return running.count < jobs && running.reduce(share.threads) { $0 + $1.threads } <= cores
            && running.reduce(share.memory) { $0 + $1.memory } <= memory
    }
}

extension Plan {
    /// What an instance takes: what its stage says in the file; of memory, otherwise, the most that an instance of the stage
    /// has taken so far; before any has run, a fair share.
    /// - Throws: `StoreError` if the store cannot be read.
    public func shares(of capacity: Capacity, in store: ArtifactStore) throws -> @Sendable (Instance) -> ProcessShare {
        let measured = try store.peakBytes(ofPipeline: specification.name)
        let resources = Dictionary(specification.stages.map { ($0.name, $0.resources) }) { first, _ in first }
        return { instance in
            ProcessShare(
                threads: resources[instance.stage]?.threads ?? capacity.threads,
                memory: resources[instance.stage]?.memory ?? measured[instance.stage] ?? capacity.memory / capacity.jobs)
        }
    }
}
