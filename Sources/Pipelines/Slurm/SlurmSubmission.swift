import ArtifactStore
import Datasets
import Foundation
import Stages

// How ready instances become jobs.

extension SlurmRun {
    /// A task that is to be submitted: some instances, or a part of one.
    private struct Parcel {
        var instances: [Instance]
        /// A part of one's images; nil for all of what they are, which is described when the task is written: descriptions of
        /// thousands of tasks would be much to keep.
        var part: TaskDescription.Work?
        var request: SlurmRequest
    }

    /// Tasks of one stage for which the same is asked are one array.
    private struct ArrayKey: Hashable {
        var stage: String
        var request: SlurmRequest
    }

    /// Asks Slurm whether it would take what the file asks for, before anything is submitted.
    /// - Throws: `SpecificationError` at the value that it does not know; `Slurm.Trouble`.
    func check() throws {
        var all = Set(specification.stages.map { executor.settings.options(of: $0.name, kind: $0.kind.name) })
        all.formUnion(executor.settings.coordinator == .init() ? [] : [executor.settings.coordinatorOptions])
        for options in all {
            do {
                try slurm.test(SlurmRequest(options, threads: nil, seconds: nil, peak: nil, shortage: Shortage()).arguments)
            } catch Slurm.Trouble.full {
                // That passes.
            } catch Slurm.Trouble.refused(let words) {
                // Machines that are down are waited for. What no machine has is refused when it is submitted.
                guard !["down", "drained", "not available"].contains(where: words.contains) else { continue }
                throw options.error(words) ?? Slurm.Trouble.refused(words)
            }
        }
    }

    /// Submits what is ready, as far as the queue is to have so many jobs.
    mutating func submit(beside jobs: inout [Job]) async throws {
        let open = Set(jobs.flatMap(\.request.keys))
        for instance in ready where open.contains(instance.key) { active[instance.key] = instance }
        ready.removeAll { open.contains($0.key) }
        let room = executor.settings.maxJobs - jobs.count
        guard room > 0, !ready.isEmpty else { return }
        var parcels: [Parcel] = [], taken: Set<ArtifactKey> = [], found: [Instance] = [], encoded: [Instance] = []
        for pack in packed() {
            guard parcels.count < room else { break }
            taken.formUnion(pack.map(\.key))
            // Another run may have had it made since this one has planned it.
            let made = try pack.map(isDone)
            found += zip(pack, made).compactMap { $1 ? $0 : nil }
            let instances = zip(pack, made).compactMap { $1 ? nil : $0 }
            guard !instances.isEmpty else { continue }
            let own = try parcel(instances, atMost: room - parcels.count)
            if own.isEmpty { encoded += instances }
            parcels += own
        }
        // All at once: the ready ones are gone through once, however many tasks they become.
        ready.removeAll { taken.contains($0.key) }
        for instance in found { try conclude(instance) }
        for instance in encoded { try await finish(instance) }
        try submit(parcels)
        if !parcels.isEmpty { jobs = try store.openJobs(of: SlurmExecutor.name) }
    }

    /// What is ready, cut into what a task each is to make, stage by stage.
    private func packed() -> [[Instance]] {
        ready.map(\.stage).uniqued.flatMap { stage in
            let own = ready.filter { $0.stage == stage }
            let single = own.filter { $0.kind.readsImages || alone.contains($0.key) }.map { [$0] }
            let others = own.filter { !$0.kind.readsImages && !alone.contains($0.key) }
            guard let first = others.first else { return single }
            let request = request(for: [first])
            return single + others.packed(to: aim * Double(request.sideBySide)) { seconds($0, threads: request.threads) }
        }
    }

    /// How long a task is to take, in seconds.
    private var aim: Double { Double(executor.settings.taskMinutes) * 60 }

    /// How long an instance takes; where nothing is known, a tenth of a task.
    private func seconds(_ instance: Instance, threads: Int) -> Double {
        executor.seconds(instance).map { $0 / Double(threads) } ?? aim / 10
    }

    private func request(for instances: [Instance], parts: Int = 1) -> SlurmRequest {
        let stage = specification.stage(instances[0].stage), estimates = instances.map(executor.seconds)
        let threads = stage?.resources.threads ?? executor.threads
        let options = executor.settings.options(for: instances[0])
        let known = estimates.compactMap(\.self)
        var request = SlurmRequest(
            options, threads: threads,
            seconds: known.count == estimates.count
                ? known.reduce(0, +) / Double(threads ?? options.cpus ?? 1) / Double(parts) : nil,
            peak: stage?.resources.memory ?? instances.compactMap(executor.peak).max(),
            shortage: instances.reduce(into: Shortage()) { $0.add(shortages[$1.key]) })
        // No more at a time than there are.
        if instances.count < request.sideBySide, options.cpus == nil { request.sideBySide = instances.count }
        return request
    }

    /// What some instances become: a task of all, or a task for each part of the images that one reads; nothing where all that
    /// it would make is there.
    private func parcel(_ instances: [Instance], atMost room: Int) throws -> [Parcel] {
        guard instances[0].kind.readsImages else {
            return [Parcel(instances: instances, request: request(for: instances))]
        }
        let length = seconds(instances[0], threads: request(for: instances).threads)
        let parts = aim > 0 ? Int(min(Double(room), max(1, (length / aim).rounded(.up)))) : 1
        let works = try folder.work(
            instances[0], of: specification, options: executor.options(instances[0]), parts: parts,
            remaking: remaking.contains(instances[0].key), from: store)
        let request = request(for: instances, parts: max(1, works.count))
        return works.map { Parcel(instances: instances, part: $0, request: request) }
    }

    /// Gives tasks to Slurm. Those that it does not take stay ready: where more is asked than it has, since a job had too little,
    /// the next one gets what is usual.
    private mutating func submit(_ parcels: [Parcel]) throws {
        let arrays = Dictionary(grouping: parcels.indices) {
            ArrayKey(stage: parcels[$0].instances[0].stage, request: parcels[$0].request)
        }.sorted { $0.value[0] < $1.value[0] }
        guard !arrays.isEmpty else { return }
        var unsubmitted = Set(parcels.indices)
        defer {
            var known = unsubmitted.isEmpty ? [] : Set(ready.map(\.key)).union(active.keys)
            for instance in unsubmitted.sorted().flatMap({ parcels[$0].instances }) where known.insert(instance.key).inserted {
                ready.append(instance)
            }
        }
        let largest = try slurm.largestArray()
        for (array, indices) in arrays {
            for start in stride(from: 0, to: indices.count, by: largest) {
                let some = indices[start..<min(start + largest, indices.count)]
                var instances: [ArtifactKey: Instance] = [:]
                for index in some { for instance in parcels[index].instances { instances[instance.key] = instance } }
                let number: String
                do {
                    number = try submit(some.map { parcels[$0] }, as: array)
                } catch let error where error.isRefusal && instances.keys.contains(where: { shortages[$0] != nil }) {
                    for key in instances.keys { shortages[key] = nil }
                    report(.told("\(error); the next job gets no more than the last one"))
                    continue
                }
                unsubmitted.subtract(some)
                active.merge(instances) { $1 }
                report(
                    .told(
                        (instances.count == 1 ? instances.values.first?.name ?? "" : "\(instances.count) of \(array.stage)")
                            + " submitted as job \(number)"
                            + (some.count == 1 ? "" : ", \(some.count) tasks"), isProgress: true))
            }
        }
    }

    /// Gives Slurm an array. It is noted before, so that nothing is submitted twice, and nothing left behind, wherever a run is
    /// ended.
    private mutating func submit(_ parcels: [Parcel], as array: ArrayKey) throws -> String {
        let batch = String(UUID().uuidString.replacing("-", with: "").prefix(12)).lowercased()
        let tasks = parcels.indices.map { "\(batch)-\($0)" }
        let instances = Set(parcels.flatMap(\.instances).map(\.key)).count
        try store.add(
            zip(tasks, parcels).map { task, parcel in
                Job.Request(
                    executor: SlurmExecutor.name, folder: executor.folder, task: task, pipeline: specification.name,
                    resources: array.request.json(replacing: parcel.instances.contains { remaking.contains($0.key) }),
                    keys: parcel.instances.map(\.key))
            })
        let first = parcels[0].instances[0].name
        let whatever = instances == 1 ? first : "\(instances) of \(array.stage), \(first) …"
        let comment = "\(specification.name): \(whatever) [\(batch)]".map { $0.isNewline ? " " : $0 }
        let options = [
            "--array=0-\(tasks.count - 1)", "--job-name=spg-\(array.stage)", "--comment=\(String(comment))",
            "--output=\(executor.folder.replacing("%", with: "%%"))/tasks/\(batch)-%a/log", "--open-mode=append", "--requeue",
            // In time before the limit, for a training to keep its state.
            "--signal=B:USR1@\(min(60, 15 * (array.request.minutes ?? 4)))",
        ]
        let number: String
        do {
            for (task, parcel) in zip(tasks, parcels) {
                let work =
                    try parcel.part.map { [$0] }
                    ?? parcel.instances.flatMap {
                        try folder.work($0, of: specification, options: executor.options($0), from: store)
                    }
                try folder.write(
                    TaskDescription(
                        version: executor.version, threads: array.request.threads, sideBySide: array.request.sideBySide,
                        work: work), as: task)
            }
            hasSeenFolder = true
            let script =
                "exec \(executor.program.shellWord) task run "
                + "\("\(executor.folder)/tasks/\(batch)-".shellWord)\"$SLURM_ARRAY_TASK_ID\""
            number = try slurm.submit(options + array.request.arguments, script: script)
        } catch {
            // Whether it got there before the answer was lost is seen in its queue.
            if case Slurm.Trouble.unreachable = error { throw error }
            try store.end(tasks.map { ($0, JobCause.unsubmitted.rawValue, "") })
            for task in tasks { try? folder.remove(task) }
            if case Slurm.Trouble.refused(let words) = error { throw array.request.options.error(words) ?? error }
            throw error
        }
        try store.name(tasks.enumerated().map { ($1, "\(number)_\($0)") })
        return number
    }
}

extension Error {
    /// Whether Slurm does not give what is asked for.
    fileprivate var isRefusal: Bool { if case .refused? = self as? Slurm.Trouble { true } else { self is SpecificationError } }
}

extension SlurmSettings.Options {
    /// What Slurm refuses, at the place of the value that it names.
    func error(_ words: String) -> SpecificationError? {
        let text = words.lowercased()
        // “Invalid account or account/partition combination specified”.
        if text.contains("account"), let value = account ?? partition { return value.error("Slurm refuses it: \(words)") }
        let values = [("partition", partition), ("qos", qos), ("feature", constraint)]
        return values.first { text.contains($0.0) && $0.1 != nil }?.1?.error("Slurm refuses it: \(words)")
    }
}
