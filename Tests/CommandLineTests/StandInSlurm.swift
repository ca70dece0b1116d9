import Foundation
import TestSupport

/// What stands in for Slurm's programs: a queue that takes whatever it is given, without daemons and without root.
struct StandInSlurm: Sendable {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Slurm/stand-in")
        .standardized
    private let folder: TemporaryFolder

    /// - Parameter largest: how many tasks an array may have.
    init(largest: Int = 1001) throws {
        folder = try TemporaryFolder()
        for name in ["jobs", "bin"] {
            try FileManager.default.createDirectory(at: folder.url.appending(path: name), withIntermediateDirectories: false)
        }
        for name in ["sbatch", "squeue", "scontrol", "scancel", "sacct"] {
            try FileManager.default.createSymbolicLink(
                at: folder.url.appending(path: "bin/\(name)"), withDestinationURL: Self.script)
        }
        try write("\(largest)\n", as: "largest")
        try write("", as: "ends")
        try set("PENDING")
    }

    /// What a shell has to say before a program that is to see it.
    var shell: String { "export STAND_IN='\(folder.url.path)' PATH='\(folder.path("bin"))':\"$PATH\";" }

    /// What all tasks are from now on that have not come to an end, such as `PENDING`; with `DONE`, arrays are done as they are
    /// submitted.
    func set(_ state: String) throws { try write(state + "\n", as: "state") }

    /// How many tasks each array has.
    var arrays: [Int] {
        let jobs = (try? FileManager.default.contentsOfDirectory(atPath: folder.path("jobs"))) ?? []
        return jobs.compactMap { job in
            let text = try? String(contentsOfFile: folder.path("jobs/\(job)"), encoding: .utf8)
            return text?.split(separator: "\n").first.flatMap { Int($0) }.map { $0 + 1 }
        }
    }

    private func write(_ text: String, as name: String) throws {
        try Data(text.utf8).write(to: folder.url.appending(path: name))
    }
}
