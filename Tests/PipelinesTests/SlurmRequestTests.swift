import ArtifactStore
import Foundation
import Pipelines
import Testing

@Suite("What is asked of Slurm, and what its answers mean")
struct SlurmRequestTests {
    /// Instances that differ in nothing that matters here.
    private static func instances(_ count: Int) throws -> [Instance] {
        let instance = try #require(try plan().instances.first)
        return Array(repeating: instance, count: count)
    }

    @Test(
        "Short instances share a task of about the wanted length; a long one has its own",
        arguments: [
            (count: 100, seconds: 6.0, tasks: 1), (100, 60, 10), (10, 600, 10), (3, 1200, 3), (7, 400, 7), (1, 0, 1), (0, 1, 0),
        ])
    func packing(count: Int, seconds: Double, tasks: Int) throws {
        let packed = try Self.instances(count).packed(to: 600) { _ in seconds }
        #expect(packed.count == tasks)
        #expect(packed.map(\.count).reduce(0, +) == count)
        // No task has many times what another has.
        #expect((packed.map(\.count).max() ?? 0) <= (packed.map(\.count).min() ?? 0) * 2)
    }

    @Test("Threads, and how many run side by side, follow from the CPUs")
    func sharing() {
        var options = SlurmSettings.Options()
        func request(_ threads: Int?) -> SlurmRequest {
            SlurmRequest(options, threads: threads, seconds: nil, peak: 1 << 30, shortage: Shortage())
        }
        #expect((request(nil).threads, request(nil).sideBySide, request(nil).cpus) == (1, 1, 1))
        #expect((request(3).threads, request(3).sideBySide, request(3).cpus) == (3, 1, 3))
        options.cpus = 8
        #expect((request(nil).threads, request(nil).sideBySide, request(nil).cpus) == (8, 1, 8))
        #expect((request(2).threads, request(2).sideBySide, request(2).cpus) == (2, 4, 8))
        // Room for all that runs at a time.
        #expect(request(2).memory ?? 0 > 4 << 30 && request(8).memory ?? 0 < 2 << 30)
        #expect(request(2).arguments.contains("--cpus-per-task=8"))
    }

    @Test("After a task that had too little time or memory, twice as much is asked for")
    func shortages() {
        let options = SlurmSettings.Options()
        func request(_ shortage: Shortage, _ seconds: Double? = 60, _ peak: Int? = nil) -> SlurmRequest {
            SlurmRequest(options, threads: 1, seconds: seconds, peak: peak, shortage: shortage)
        }
        let first = request(Shortage())
        #expect(first.minutes == 10 && first.memory == nil)
        #expect(request(Shortage(), 3600).minutes == 320)
        var shortage = Shortage()
        shortage.add(.timeout, resources: first.json())
        #expect(request(shortage).minutes == 20)
        shortage.add(.timeout, resources: request(shortage).json())
        #expect(request(shortage).minutes == 40)
        // It had what the partition gives, however much that was.
        shortage.add(.memory, resources: first.json())
        #expect(request(shortage).memory == 4 << 30)
        shortage.add(.memory, resources: request(shortage).json())
        #expect(request(shortage).memory == 8 << 30)
        shortage.add(.node, resources: first.json())
        #expect(request(shortage).memory == 8 << 30 && request(shortage).minutes == 40)
    }

    @Test(
        "What Slurm's programs write is one clear line",
        arguments: [
            (
                "sbatch: error: Batch job submission failed: Invalid partition name specified", 1, false,
                "Slurm refuses: Batch job"
            ),
            ("env: ‘sbatch’: No such file or directory", 127, true, "there is no sbatch on this machine"),
            (
                "sbatch: error: If munged is up, restart with --num-threads=10\nsbatch: error: Munge encode failed: Failed to access "
                    + "\"/run/munge/munge.socket.2\": No such file or directory", 1, true, "munge does not run on this machine"
            ),
            (
                "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)", 1, true,
                "Slurm does not answer (Batch job submission failed"
            ),
            (
                "sbatch: error: QOSMaxSubmitJobPerUserLimit\nsbatch: error: Batch job submission failed: Job violates "
                    + "accounting/QOS policy (job submit limit, user's size and/or time limits)", 1, true,
                "Slurm takes no more jobs now"
            ),
        ])
    func troubles(words: String, status: Int32, isOfMachine: Bool, text: String) {
        let trouble = Slurm.Trouble(
            program: "sbatch", status: .exited(status: status), words: words.split(separator: "\n").map(String.init))
        #expect(trouble.description.hasPrefix(text) || trouble.description.contains(text), "\(trouble)")
        #expect(trouble.isOfMachine == isOfMachine)
        #expect(!trouble.description.contains("\n"))
    }

    @Test("A task's log tells what its state does not")
    func logs() {
        let memory = "epoch 3\nslurmstepd-n0: error: Exceeded job memory limit\n"
        #expect(JobCause(toldBy: memory) == .memory)
        #expect(
            JobCause(toldBy: "slurmstepd: error: *** JOB 7 ON n0 CANCELLED AT 2026-11-30T14:03:35 DUE TO TIME LIMIT ***")
                == .timeout)
        #expect(JobCause(toldBy: "slurmstepd: error: Detected 1 oom-kill event(s) in StepId=7.batch.") == .memory)
        #expect(JobCause(toldBy: "epoch 3\n\(TaskRun.timeIsOver)\n") == .timeout)
        // The last word counts: a job that was put back into the queue goes on in the same log.
        #expect(JobCause(toldBy: "\(TaskRun.timeIsOver)\n\(memory)") == .memory)
        // What a program says of such things is its own matter.
        #expect(JobCause(toldBy: "error: an oom-kill event, due to time limit") == nil)
    }
}
