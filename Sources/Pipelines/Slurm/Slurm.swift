import ArtifactStore
import Foundation
import Stages

/// Slurm, by its own programs: whatever version a cluster has, these stay as they are.
package struct Slurm: Sendable {
    /// Why Slurm has not done what it was asked.
    package enum Trouble: MachineTrouble, CustomStringConvertible {
        /// Its programs are not on this machine.
        case missing(program: String)
        /// Slurm's programs cannot prove who runs them.
        case munge(String)
        /// It does not answer now; it may do so later.
        case unreachable(String)
        /// Its queue takes no more of this user's jobs now.
        case full(String)
        case refused(String)

        package var description: String {
            switch self {
            case .missing(let program):
                "there is no \(program) on this machine: --executor slurm is for the login node of a cluster that runs Slurm; "
                    + "add the folder of Slurm's programs to PATH, or run without it"
            case .munge(let words):
                "Slurm's programs cannot say who you are, since munge does not run on this machine: start it (systemctl start "
                    + "munge), or ask the cluster's administrators (\(words))"
            case .unreachable(let words): "Slurm does not answer (\(words))"
            case .full(let words): "Slurm takes no more jobs now (\(words))"
            case .refused(let words): "Slurm refuses: \(words)"
            }
        }

        package var isOfMachine: Bool { if case .refused = self { false } else { true } }

        /// - Parameters:
        ///   - status: of the program's end.
        ///   - words: what it wrote on its standard error.
        package init(program: String, status: ChildProcess.Ending, words lines: [String]) {
            let text = lines.joined(separator: "\n").lowercased()
            let words = lines.last { $0.contains("error:") }.map {
                String($0.split(separator: "error:", maxSplits: 1).last ?? "")
            }
            let gist = (words ?? lines.last ?? status.description).trimmingCharacters(in: .whitespaces)
            func says(_ texts: String...) -> Bool { texts.contains { text.contains($0) } }
            self =
                if status == .exited(status: 127), says("no such file") { .missing(program: program) } else if says("munge") {
                    .munge(lines.first { $0.lowercased().contains("munge") } ?? gist)
                } else if says(
                    "unable to contact slurm controller", "connection refused", "socket timed out", "connection timed out",
                    "communication connection failure", "zero bytes were transmitted", "slurm backup controller in standby",
                    "unable to establish control", "connect failure", "resource temporarily unavailable")
                {
                    .unreachable(gist)
                } else if says("submitjoblimit", "job violates accounting/qos policy", "maxsubmit") { .full(gist) } else {
                    .refused(gist)
                }
        }
    }

    /// A job, or one task of an array, as `squeue` lists it.
    struct Line: Hashable {
        var identifier: String
        var standing: Job.Standing
        var comment: String
    }

    /// Runs one of Slurm's programs to its end.
    ///
    /// By `env`, which looks for it in PATH; and without the lifeline, for jobs inherit the environment.
    /// - Returns: the lines that it prints.
    private func run(_ program: String, _ arguments: [String]) throws -> [String] {
        let words = ["-u", "SPG_LIFELINE", "LC_ALL=C", "SLURM_TIME_FORMAT=standard", program] + arguments
        let child = try ChildProcess(executable: "/usr/bin/env", arguments: words)
        var errors: [String] = []
        let outcome = child.wait { errors.append($0) }
        guard outcome.ending == .exited(status: 0) else {
            throw Trouble(program: program, status: outcome.ending, words: errors)
        }
        return outcome.lines
    }

    /// Gives Slurm a script.
    /// - Returns: the job's number.
    func submit(_ options: [String], script: String) throws -> String {
        let lines = try run("sbatch", ["--parsable"] + options + ["--wrap=\(script)"])
        // On a federation, the cluster's name comes after a semicolon.
        guard let number = lines.last?.split(separator: ";").first, number.allSatisfy(\.isNumber) else {
            throw Trouble.refused("sbatch printed no job's number, but “\(lines.last ?? "")”")
        }
        return String(number)
    }

    /// Asks whether Slurm would take a job with some options.
    func test(_ options: [String]) throws {
        _ = try run("sbatch", ["--test-only"] + options + ["--wrap=true"])
    }

    /// This user's jobs and tasks, those that ended some minutes ago included.
    func queue() throws -> [Line] {
        let format = ["%i", "%T", "%N", "%r", "%k"].joined(separator: Self.separator)
        return try run("squeue", ["--me", "--array", "--states=all", "--noheader", "--format=\(format)"]).compactMap { line in
            let fields = line.components(separatedBy: Self.separator)
            guard fields.count >= 5 else { return nil }
            let reason = fields[3] == "None" ? "" : fields[3]
            return Line(
                identifier: fields[0], standing: .init(state: fields[1], reason: reason, node: fields[2]),
                comment: fields[4...].joined(separator: Self.separator))
        }
    }

    private static let separator = "\u{1F}"

    /// What is known of jobs that `squeue` does not list any more: by accounting, or by what the controller still remembers.
    /// - Throws: `Trouble` where the controller does not answer: it knows nothing of a job only where it says so.
    func past(_ identifiers: [String]) throws -> [String: Job.Standing] {
        var standings: [String: Job.Standing] = [:]
        for start in stride(from: 0, to: identifiers.count, by: 500) {
            let some = identifiers[start..<min(start + 500, identifiers.count)]
            let lines = try? run(
                "sacct",
                [
                    "--noheader", "--parsable2", "--allocations", "--format=JobID,State,NodeList",
                    "--jobs=\(some.joined(separator: ","))",
                ])
            for fields in (lines ?? []).map({ $0.split(separator: "|", omittingEmptySubsequences: false) })
            where fields.count == 3 {
                // “CANCELLED by 1000”.
                standings[String(fields[0])] = .init(
                    state: String(fields[1].prefix { $0 != " " }), reason: "", node: String(fields[2]))
            }
        }
        for identifier in identifiers where standings[identifier] == nil {
            let line: String?
            do {
                line = try run("scontrol", ["--oneliner", "show", "job", identifier]).first
            } catch Trouble.refused {
                continue
            }
            guard let line else { continue }
            func value(_ name: String) -> String {
                line.components(separatedBy: " ").first { $0.hasPrefix(name + "=") }.map {
                    String($0.dropFirst(name.count + 1))
                } ?? ""
            }
            standings[identifier] = .init(state: value("JobState"), reason: value("Reason"), node: value("NodeList"))
        }
        return standings
    }

    /// Ends jobs. What has ended already is no trouble.
    func cancel(_ identifiers: [String]) throws {
        for start in stride(from: 0, to: identifiers.count, by: 500) {
            _ = try run("scancel", ["--quiet"] + identifiers[start..<min(start + 500, identifiers.count)])
        }
    }

    /// How many tasks an array may have.
    func largestArray() throws -> Int {
        let line = try run("scontrol", ["show", "config"]).first { $0.hasPrefix("MaxArraySize") }
        // Numbers of tasks are below it.
        return line.flatMap { Int($0.split(separator: "=").last?.trimmingCharacters(in: .whitespaces) ?? "") } ?? 1000
    }
}

extension Job.Standing {
    /// How the job ended; nil while it has not.
    var cause: JobCause? {
        switch state {
        case "COMPLETED": .completed
        case "FAILED": .failed
        case "TIMEOUT", "DEADLINE": .timeout
        case "OUT_OF_MEMORY": .memory
        case "NODE_FAIL", "BOOT_FAIL", "LAUNCH_FAILED": .node
        case "PREEMPTED": .preempted
        case "CANCELLED", "REVOKED": .cancelled
        default: nil
        }
    }

    var isRunning: Bool { ["RUNNING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT"].contains(state) }
}
