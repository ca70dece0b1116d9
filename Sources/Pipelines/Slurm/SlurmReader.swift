import ArtifactStore
import Foundation

extension SlurmSettings {
    private static let optionKeys = ["partition", "account", "qos", "time", "memory", "cpus", "constraint", "extra"]
    private static let keys = optionKeys + ["stages", "coordinator", "folder", "maxJobs", "taskMinutes", "retries"]

    /// Reads `executors.slurm`.
    /// - Parameter stages: of the file; options may be for one of them, or for a kind.
    init(_ node: SourceNode, stages known: [Specification.Stage]) throws(SpecificationError) {
        let members = try node.members("what Slurm is asked for, such as {partition: cpu, time: 4 h}", among: Self.keys)
        options = try Options(members)
        if let member = members["stages"] {
            let names = (known.map(\.name) + known.map(\.kind.name)).uniqued
            for stage in try member.value.members("options for some stages, such as {extract: {cpus: 8}}") {
                guard names.contains(stage.name) else {
                    throw stage.key.error(
                        "no stage or kind of stage of this file has the name “\(stage.name)”\(suggestion(for: stage.name, among: names))"
                    )
                }
                stages[stage.name] = try Options(
                    stage.value.members("what Slurm is asked for, such as {cpus: 8}", among: Self.optionKeys))
            }
        }
        if let member = members["coordinator"] {
            coordinator = try Options(
                member.value.members("what Slurm is asked for, such as {time: 2 d}", among: Self.optionKeys))
        }
        folder = try members["folder"]?.value.text("the path of a folder that all machines share")
        if let value = members["maxJobs"]?.value { maxJobs = try value.whole("jobs", in: 1...1_000_000) }
        if let value = members["taskMinutes"]?.value { taskMinutes = try value.whole("minutes", in: 0...10_080) }
        if let value = members["retries"]?.value { try readRetries(value) }
    }

    /// One number for all causes, or a number for each of some.
    private mutating func readRetries(_ node: SourceNode) throws(SpecificationError) {
        guard case .mapping = node.tree.content else {
            let number = try node.whole("retries", in: 0...1000)
            for cause in retries.keys { retries[cause] = number }
            return
        }
        let causes = Dictionary(uniqueKeysWithValues: retries.keys.map { ($0.key, $0) })
        for member in try node.members("how often to try again, such as {timeout: 2}", among: causes.keys.sorted()) {
            guard let cause = causes[member.name] else { continue }
            retries[cause] = try member.value.whole("retries", in: 0...1000)
        }
    }
}

extension SlurmSettings.Options {
    fileprivate init(_ members: [SourceNode.Member]) throws(SpecificationError) {
        partition = try members.word("partition", "a partition")
        account = try members.word("account", "an account")
        qos = try members.word("qos", "a quality of service")
        constraint = try members.word("constraint", "features of nodes, such as avx512")
        if let value = members["time"]?.value {
            guard let minutes = value.scalarText.flatMap(Self.minutes) else {
                throw value.error("expected a time, such as 90, 4 h, 2 d or 1-12:00:00, found \(value.found)")
            }
            self.minutes = minutes
        }
        if let value = members["memory"]?.value {
            guard let bytes = ByteCount(try value.text("an amount of memory, such as 4 GB"))?.bytes else {
                throw value.error("expected an amount of memory, such as 800 MB or 4 GB, found \(value.found)")
            }
            memory = bytes
        }
        if let value = members["cpus"]?.value { cpus = try value.whole("CPUs", in: 1...1024) }
        if let value = members["extra"]?.value {
            for element in try value.elements("a list of options for sbatch, such as [\"--gres=gpu:1\"]") {
                let option = try element.text("an option of sbatch")
                guard option.hasPrefix("--") else {
                    throw element.error("expected an option of sbatch, such as --gres=gpu:1, found “\(option)”")
                }
                let name = String(option.dropFirst(2).prefix { $0 != "=" })
                guard !Self.own.contains(name) else {
                    throw element.error("--\(name) is set by spg\(Self.instead(of: name))")
                }
                extra.append(option)
            }
        }
    }

    /// Options of sbatch that are not for the file to say.
    private static let own: Set = [
        "array", "parsable", "job-name", "comment", "output", "error", "wrap", "chdir", "test-only", "wait", "export",
        "partition", "account", "qos", "constraint", "time", "mem", "mem-per-cpu", "cpus-per-task", "ntasks", "signal",
        "requeue",
        "no-requeue", "dependency",
    ]

    private static func instead(of name: String) -> String {
        let keys = ["mem": "memory", "mem-per-cpu": "memory", "cpus-per-task": "cpus"]
        let key = keys[name] ?? name
        return ["partition", "account", "qos", "constraint", "time", "memory", "cpus"].contains(key)
            ? "; use the key \(key)" : ""
    }

    /// Minutes of `90`, `90 min`, `4 h`, `2 d`, `2:00:00`, `1-12:00:00`; rounded up. Nil for anything else, and for nothing.
    static func minutes(_ text: String) -> Int? {
        for (unit, length) in [("min", 1.0), ("h", 60), ("d", 1440), ("", 1)] where text.hasSuffix(unit) {
            let digits = text.dropLast(unit.count).trimmingCharacters(in: .whitespaces)
            guard !digits.isEmpty, digits.allSatisfy({ "0123456789.".contains($0) }), let number = Double(digits) else {
                continue
            }
            let minutes = (number * length).rounded(.up)
            return (1...525_600).contains(minutes) ? Int(minutes) : nil
        }
        let halves = text.split(separator: "-", omittingEmptySubsequences: false)
        guard halves.count <= 2, let clock = halves.last else { return nil }
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map { UInt32($0) }
        let days = halves.count == 2 ? UInt32(halves[0]) : 0
        guard let days, parts.count == 3, !parts.contains(nil) else { return nil }
        let numbers = parts.compactMap { $0.map(Int.init) }
        let seconds = ((Int(days) * 24 + numbers[0]) * 60 + numbers[1]) * 60 + numbers[2]
        return (1...525_600 * 60).contains(seconds) ? (seconds + 59) / 60 : nil
    }
}

extension [SourceNode.Member] {
    fileprivate func word(_ name: String, _ what: String) throws(SpecificationError) -> Specification.Located<String>? {
        guard let node = self[name]?.value else { return nil }
        return .init(try node.text(what), node)
    }
}
