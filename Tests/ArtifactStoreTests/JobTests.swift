import ArtifactStore
import Testing

/// What is kept of the jobs that a scheduler got.
@Suite struct JobTests {
    private static func request(_ task: String, _ keys: [ArtifactKey], executor: String = "slurm") -> Job.Request {
        Job.Request(
            executor: executor, folder: "/shared/tasks", task: task, pipeline: "desktop-icons",
            resources: ["memory": 512], keys: keys)
    }

    @Test func aJobIsOpenFromBeforeItIsSubmittedUntilItsEndIsNoted() throws {
        try withStore { store in
            let keys = ["tango", "oxygen"].map { Sample.manifest($0).key }.sorted { "\($0)" < "\($1)" }
            try store.add([Self.request("a-0", keys), Self.request("a-1", [keys[0]])])
            try store.add([Self.request("b-0", keys, executor: "another")])
            var jobs = try store.openJobs(of: "slurm")
            #expect(jobs.map(\.request) == [Self.request("a-0", keys), Self.request("a-1", [keys[0]])])
            #expect(jobs.allSatisfy { $0.identifier == nil && $0.ending == nil && $0.standing == Job.Standing() })
            try store.name([("a-0", "17_0"), ("a-1", "17_1")])
            let running = Job.Standing(state: "RUNNING", node: "n1")
            try store.note([("a-1", running)])
            jobs = try store.openJobs(of: "slurm")
            #expect(jobs.map(\.identifier) == ["17_0", "17_1"])
            #expect(jobs[1].standing == running)
            try store.endJob("a-1", cause: "timeout", log: "epoch 3")
            // Whoever finds the same a little later is not heard, nor is what the scheduler says then.
            try store.endJob("a-1", cause: "completed")
            try store.note([("a-1", Job.Standing(state: "COMPLETING"))])
            #expect(try store.openJobs(of: "slurm").map(\.request.task) == ["a-0"])
            let all = try store.jobs(making: keys[0])
            #expect(all.map(\.request.task) == ["a-0", "a-1", "b-0"])
            #expect(all[1].ending?.cause == "timeout" && all[1].log == "epoch 3" && all[1].standing == running)
        }
    }

    @Test func noTwoJobsHaveOneFolder() throws {
        try withStore { store in
            try store.add([Self.request("a-0", [])])
            #expect(throws: StoreError.self) { try store.add([Self.request("a-1", []), Self.request("a-0", [])]) }
            #expect(try store.openJobs(of: "slurm").count == 1)
        }
    }

    @Test func jobsThatAreOverGoWithWhatNobodyAsksFor() throws {
        try withStore { store in
            try Sample.runPipeline(in: store)
            try Sample.submit(in: store)
            let unasked = Sample.manifest("breeze").key
            try store.add([Self.request("a-0", [unasked]), Self.request("a-1", [unasked])])
            try store.endJob("a-0", cause: "completed")
            _ = try store.collectGarbage(keeping: .init(names: ["desktop-icons"]), deleting: true)
            #expect(try store.jobs(making: unasked).map(\.request.task) == ["a-1"])
            #expect(try store.rowCounts()["job"] == 2)
        }
    }
}
