import ArtifactStore
import Pipelines
import Testing

@Suite("What a pipeline file says of executors")
struct SlurmSettingsTests {
    private func settings(_ block: String) throws -> SlurmSettings {
        try specification(sampleText + "\nexecutors:\n  slurm:\n    " + block.replacing("\n", with: "\n    ")).slurm
    }

    @Test("A file that says nothing is made here, with tasks of ten minutes if it is given to Slurm")
    func nothing() throws {
        let usual = try specification()
        #expect(usual.executor == .local && usual.slurm == SlurmSettings())
        #expect(try specification(sampleText + "\nexecutor: slurm").executor == .slurm)
        #expect(SlurmSettings().taskMinutes == 10 && SlurmSettings().retries[.failed] == 0)
    }

    @Test("Options of a stage go over those of its kind, and these over those of all; extra options add up")
    func layers() throws {
        let settings = try settings(
            """
            partition: cpu
            time: 4 h
            memory: 4 GB
            extra: ["--nice=10"]
            stages:
              evaluate: {time: 30, cpus: 2, extra: ["--exclude=n7"]}
              spg: {cpus: 8}
            """)
        let all = settings.options(of: "prompts", kind: "fit")
        #expect(all.partition?.value == "cpu" && all.minutes == 240 && all.memory == 4_000_000_000 && all.cpus == nil)
        let evaluation = settings.options(of: "zero-shot", kind: "evaluate")
        #expect(evaluation.partition?.value == "cpu" && evaluation.minutes == 30 && evaluation.cpus == 2)
        #expect(evaluation.extra == ["--nice=10", "--exclude=n7"])
        let spg = settings.options(of: "spg", kind: "evaluate")
        #expect(spg.minutes == 30 && spg.cpus == 8 && spg.extra == ["--nice=10", "--exclude=n7"])
    }

    @Test(
        "Times are read as Slurm and as people write them",
        arguments: [
            ("90", 90), ("90 min", 90), ("4h", 240), ("1.5 h", 90), ("2 d", 2880), ("1-12:00:00", 2160), ("0:30:00", 30),
            ("0:00:01", 1),
        ])
    func times(text: String, minutes: Int) throws {
        #expect(try settings("time: \"\(text)\"").options.minutes == minutes)
    }

    @Test("Retries are one number for all causes, or one for each of some")
    func retries() throws {
        let all = try settings("retries: 2").retries
        #expect(Set(all.values) == [2] && all.keys.contains(.memory))
        let some = try settings("retries: {memory: 5}").retries
        #expect(some[.memory] == 5 && some[.failed] == 0 && some[.timeout] == 3)
    }

    @Test(
        "What is wrong is named at its place",
        arguments: [
            ("partiton: cpu", "executors.slurm.partiton: unknown key; did you mean “partition”?"),
            ("time: soon", "executors.slurm.time: expected a time, such as 90, 4 h, 2 d or 1-12:00:00, found “soon”"),
            ("time: 0", "executors.slurm.time: expected a time"), ("time: \"1:75\"", "executors.slurm.time: expected a time"),
            ("time: 9999999999 h", "executors.slurm.time: expected a time"),
            ("memory: lots", "executors.slurm.memory: expected an amount of memory"),
            ("cpus: 0", "executors.slurm.cpus: expected a whole number of CPUs from 1 to 1024, found the number 0"),
            ("stages: {fitt: {cpus: 2}}", "no stage or kind of stage of this file has the name “fitt”; did you mean “fit”?"),
            ("stages: {fit: {maxJobs: 2}}", "executors.slurm.stages.fit.maxJobs: unknown key"),
            ("extra: [gpu]", "executors.slurm.extra.0: expected an option of sbatch, such as --gres=gpu:1, found “gpu”"),
            ("extra: [\"--mem=4G\"]", "executors.slurm.extra.0: --mem is set by spg; use the key memory"),
            ("extra: [\"--array=1-2\"]", "executors.slurm.extra.0: --array is set by spg"),
            ("retries: {oom: 1}", "executors.slurm.retries.oom: unknown key"),
            ("retries: -1", "expected a whole number of retries from 0 to 1000"),
            ("maxJobs: many", "executors.slurm.maxJobs: expected a whole number of jobs"),
            ("taskMinutes: -1", "executors.slurm.taskMinutes: expected a whole number of minutes"),
        ])
    func mistakes(block: String, message: String) throws {
        let error = #expect(throws: SpecificationError.self) { try settings(block) }
        let text = try #require(error?.description)
        #expect(text.contains(message), "\(text)")
        #expect(text.hasPrefix("sample.yaml:2"), "\(text)")
    }

    @Test("Executors that there are none of are refused, and what an executor is told is in no key")
    func others() throws {
        var error = #expect(throws: SpecificationError.self) { try specification(sampleText + "\nexecutor: pbs") }
        #expect(error?.description.contains("expected “local” or “slurm”, found “pbs”") == true)
        error = #expect(throws: SpecificationError.self) { try specification(sampleText + "\nexecutors: {pbs: {}}") }
        #expect(error?.description.contains("executors.pbs: unknown key") == true)
        let text = sampleText + "\nexecutor: slurm\nexecutors: {slurm: {cpus: 4}}"
        #expect(try plan(text).instances.map(\.key) == plan().instances.map(\.key))
    }
}
