extension Specification.Resources {
    init(_ node: SourceNode?) throws(SpecificationError) {
        guard let node else { return }
        let members = try node.members(
            "what an instance takes, such as {threads: 2, memory: 4 GB}", among: ["threads", "memory"])
        if let member = members["threads"]?.value {
            guard let number = member.plainNumber?.number, let threads = Int(exactly: number), (1...1024).contains(threads)
            else {
                throw member.error("expected a whole number of threads from 1, found \(member.found)")
            }
            self.threads = threads
        }
        if let member = members["memory"]?.value {
            guard let memory = ByteCount(try member.text("an amount of memory, such as 4 GB"))?.bytes else {
                throw member.error("expected an amount of memory, such as 800 MB or 4 GB, found \(member.found)")
            }
            self.memory = memory
        }
    }
}

/// An amount of memory as people write it: `800 MB`, `4GB`, `1.5 GB`.
public struct ByteCount: Hashable, Sendable {
    public let bytes: Int

    public init(bytes: Int) { self.bytes = bytes }

    /// - Returns: nil for a text that is none, or not above 0, or above what a computer can have.
    public init?(_ text: String) {
        let units = ["GB": 1e9, "MB": 1e6, "kB": 1e3, "G": 1e9, "M": 1e6]
        for unit in ["GB", "MB", "kB", "G", "M"] where text.hasSuffix(unit) {
            let digits = text.dropLast(unit.count).reversed().drop { $0 == " " }.reversed()
            guard let number = Double(String(digits)), let scale = units[unit] else { return nil }
            guard number > 0, number * scale < 1e15 else { return nil }
            self.init(bytes: Int(number * scale))
            return
        }
        return nil
    }
}
