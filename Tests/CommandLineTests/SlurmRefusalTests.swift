import Foundation
import TestSupport
import Testing

/// Slurm's programs try for a minute and a half to reach munge: this goes on beside other tests.
@Suite(
    "On Slurm, what cannot be is said in one line", .timeLimit(.minutes(10)),
    .enabled(if: RealSlurm.isAsked, "make test-slurm runs it, as root, with slurm-wlm and munge"))
struct SlurmRefusalTests {
    @Test("What Slurm does not know is an error at its line; what is not there is one line")
    func refusals() async throws {
        let cluster = try RealSlurm(machines: 1)
        func expect(
            _ words: String, status: Int32, with settings: String, shell: String = "",
            _ place: SourceLocation = #_sourceLocation
        ) async throws {
            let pipeline = try SlurmPipeline(settings, on: cluster), run = try await pipeline.start(shell: shell).outcome()
            #expect(run.status == status && run.errors.contains(words), "\(run.errors)", sourceLocation: place)
            let lines = run.errors.split(separator: "\n")
            #expect(lines.firstIndex { $0.hasPrefix("Error: ") } == lines.count - 1, "\(run.errors)", sourceLocation: place)
            #expect(try pipeline.workplace.count("SELECT count(*) FROM jobs") == 0, sourceLocation: place)
        }
        try await expect("executors.slurm.partition: Slurm refuses it: ", status: 65, with: "partition: nope")
        try await expect("executors.slurm.constraint: ", status: 65, with: "constraint: quantum")
        try await expect("there is no sbatch on this machine", status: 74, with: "cpus: 1", shell: "export PATH=/nowhere;")
        try cluster.kill("munged")
        try await expect("munge does not run on this machine", status: 74, with: "cpus: 1")
        try cluster.start("munged")
        try cluster.kill("slurmctld")
        try await expect("Slurm does not answer", status: 74, with: "cpus: 1")
    }
}
