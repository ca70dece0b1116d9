import ArtifactStore
import Datasets
import Foundation
import GRDB
import Pipelines
import Stages
import Tensors
import TestSupport
import Testing

@Suite("Tasks that are done away from the store")
struct ClusterTaskTests {
    @Test("A pipeline done as tasks is what a run on one machine makes, to the bit") func pipeline() async throws {
        let cluster = try Cluster(), workplace = cluster.workplace
        let whole = try await workplace.run("spg", "run", "small.yaml", "--store", "whole.sqlite", "--threads", "1")
        #expect(whole.status == 0, "\(whole.errors)")
        let plan = try cluster.plan()
        for wave in 1...8 {
            let work = try cluster.ready(plan, parts: 3)
            guard !work.isEmpty else { break }
            try cluster.write(work, as: "wave-\(wave)", sideBySide: 2)
            try await cluster.run("wave-\(wave)")
            let endings = try cluster.merge("wave-\(wave)")
            #expect(endings.count == work.count && endings.allSatisfy { $0.status == 0 && !$0.found && $0.peakBytes > 0 })
            if wave == 1 { try await cluster.extract(plan) }
        }
        #expect(try workplace.contents() == workplace.contents(of: "whole.sqlite"))
        for sql in [
            "SELECT domain, image_sha256, view, vector, norm FROM embeddings ORDER BY 1, 2, 3",
            "SELECT key, kind FROM artifacts ORDER BY key",
        ] {
            #expect(
                try workplace.query(sql)
                    == ArtifactStore(path: workplace.folder.path("whole.sqlite"), readOnly: true).query(sql))
        }
        #expect(try workplace.store.verify().damages.isEmpty)
        // What is merged is gone, and its task has nothing left to do.
        #expect(cluster.names("wave-1").allSatisfy { $0.hasSuffix(".json") })
        let again = try await cluster.start("wave-1").outcome()
        #expect(again.status == 0 && again.errors.contains("0 made, 9 made before"), "\(again.errors)")
        #expect(try cluster.merge("wave-1", "wave-2").isEmpty)
        try cluster.folder.remove("wave-1")
        #expect(cluster.names("wave-1").isEmpty)
    }

    @Test("A training that is killed on one machine goes on on another from its last checkpoint, to the same bits")
    func killedTraining() async throws {
        let cluster = try Cluster(), work = try await cluster.longFit(), expected = try await cluster.expected(work)
        try cluster.write([work], as: "fit")
        let checkpoint = cluster.shared.appending(path: "checkpoints/\(work.key)").path
        let first = try cluster.start("fit", on: "first", saveEvery: 0.02)
        first.signal(SIGKILL) { FileManager.default.fileExists(atPath: checkpoint) }
        #expect(try await first.outcome().status == -SIGKILL)
        // Nothing of it merges.
        #expect(cluster.names("fit") == ["task.json"])
        #expect(try cluster.merge("fit").isEmpty)
        let second = try await cluster.start("fit", on: "second").outcome()
        #expect(second.status == 0 && second.errors.contains("resumes after epoch"), "\(second.errors)")
        #expect(try cluster.merge("fit").map(\.key) == [work.key])
        #expect(try cluster.workplace.contents() == expected)
        #expect(!FileManager.default.fileExists(atPath: checkpoint))
    }

    @Test(
        "A task that is asked to end keeps its trainings' last epochs; at SIGUSR1 it says that its time is over",
        arguments: [SIGTERM, SIGUSR1])
    func asked(by signal: Int32) async throws {
        let cluster = try Cluster(), work = try await cluster.longFit(), expected = try await cluster.expected(work)
        try cluster.write([work], as: "fit")
        let first = try cluster.start("fit", on: "first")
        first.signal(signal) { cluster.hasCheckpoint(on: "first") }
        let outcome = try await first.outcome()
        #expect(outcome.status == 130, "\(outcome.errors)")
        #expect(outcome.errors.contains(TaskRun.timeIsOver) == (signal == SIGUSR1))
        #expect(cluster.names("fit") == ["task.json"])
        #expect(FileManager.default.fileExists(atPath: cluster.shared.appending(path: "checkpoints/\(work.key)").path))
        #expect(try FileManager.default.contentsOfDirectory(atPath: cluster.workplace.folder.path("first")).isEmpty)
        let second = try await cluster.start("fit", on: "second").outcome()
        #expect(second.status == 0 && second.errors.contains("resumes after epoch"), "\(second.errors)")
        #expect(try cluster.merge("fit").count == 1)
        #expect(try cluster.workplace.contents() == expected)
    }

    @Test("A checkpoint that is damaged, or another's, is not gone on from", arguments: ["", "{}\n", "cut", "changed"])
    func damagedCheckpoint(kind: String) async throws {
        let cluster = try Cluster(), plan = try cluster.plan()
        try await cluster.extract(plan)
        let work = try #require(cluster.ready(plan).first { $0.program == "spg-fit" })
        try cluster.write([work], as: "fit")
        let file = cluster.shared.appending(path: "checkpoints/\(work.key)")
        let payload = Data("what a training has learned".utf8)
        let header = #"{"key":"\#(work.key)","progress":{"epoch":1},"sha256":"\#(Digest(of: payload))"}"# + "\n"
        switch kind {
        case "cut": try (Data(header.utf8) + payload.dropLast()).write(to: file)
        case "changed": try (Data(header.utf8) + payload.map { $0 ^ 1 }).write(to: file)
        default: try Data(kind.utf8).write(to: file)
        }
        let outcome = try await cluster.start("fit").outcome()
        #expect(outcome.status == 0 && outcome.errors.contains("starts from the beginning"), "\(outcome.errors)")
        #expect(try cluster.merge("fit").count == 1)
    }

    @Test("Killed at random moments, a task leaves whole results or none, and ends with the same bytes") func killed()
        async throws
    {
        let cluster = try Cluster(), workplace = cluster.workplace, plan = try cluster.plan()
        try await cluster.extract(plan)
        let work = try cluster.ready(plan)
        #expect(work.count == 5)
        try cluster.write(work, as: "task", sideBySide: 2)
        let whole = try cluster.start("task"), seconds = try await whole.outcome().seconds
        try FileManager.default.copyItem(atPath: workplace.storePath, toPath: workplace.folder.path("whole.sqlite"))
        #expect(try cluster.folder.merge(["task"], into: ArtifactStore(path: workplace.folder.path("whole.sqlite"))).count == 5)
        try cluster.folder.remove("task")
        try cluster.write(work, as: "task", sideBySide: 2)
        var moments = RandomStream(seed: 7, purpose: "kills of a task"), merged = 0
        for _ in 0..<4 {
            let start = ContinuousClock.now, moment = Double(moments.uniform()) * seconds
            let program = try cluster.start("task")
            program.signal(SIGKILL) { .now - start > .seconds(moment) }
            _ = try await program.outcome()
            // Its programs end with it; what they were at is not taken for a result.
            let endings = try cluster.merge("task")
            #expect(endings.allSatisfy { $0.status == 0 }, "\(endings)")
            merged += endings.count { !$0.found }
        }
        try await cluster.run("task")
        merged += try cluster.merge("task").count { !$0.found }
        #expect(merged == 5)
        #expect(try workplace.contents() == workplace.contents(of: "whole.sqlite"))
        #expect(try workplace.store.verify().damages.isEmpty)
        // The disks of machines are swept by the next task there.
        #expect(try FileManager.default.contentsOfDirectory(atPath: workplace.folder.path("node")).isEmpty)
    }

    @Test("One that fails does not keep the others from being made, and says why") func failing() async throws {
        let cluster = try Cluster(), plan = try cluster.plan()
        try await cluster.extract(plan)
        var work = Array(try cluster.ready(plan).filter { $0.program == "spg-fit" }.prefix(3))
        work[0].arguments.append("--learning-rate=nothing")
        work[1].inputs.append("none.sqlite")
        try cluster.write(work, as: "task")
        let outcome = try await cluster.start("task").outcome()
        #expect(outcome.status == 1 && outcome.errors.contains("1 made, 0 made before, 2 failed"), "\(outcome.errors)")
        #expect(try cluster.merge("task").map(\.key) == [work[2].key])
        let endings = Dictionary(uniqueKeysWithValues: cluster.folder.endings(ofTask: "task").map { ($0.key, $0) })
        #expect(endings[work[0].key]?.status == 64 && endings[work[0].key]?.message.contains("learning-rate") == true)
        #expect(endings[work[1].key]?.summary.contains("none.sqlite is not in") == true)
        // What failed is tried again, and what was made is not.
        work[0].arguments.removeLast()
        work[1].inputs.removeLast()
        try cluster.write(work, as: "task")
        let again = try await cluster.start("task").outcome()
        #expect(again.status == 0 && again.errors.contains("2 made, 1 made before, 0 failed"), "\(again.errors)")
        #expect(try cluster.merge("task").count == 2)
    }

    @Test("What a task is not to do is refused in one line", arguments: ["none", "damaged", "version"])
    func refused(kind: String) async throws {
        let cluster = try Cluster()
        if kind != "none" { try cluster.write([], as: "task", version: kind == "version" ? "0.0.1" : nil) }
        if kind == "damaged" { try Data("{".utf8).write(to: cluster.folder.task("task").appending(path: "task.json")) }
        let outcome = try await cluster.start("task").outcome()
        #expect(outcome.status == 65 && outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
        let words = [
            "none": "there is no task at", "damaged": "does not describe a task", "version": "described by version 0.0.1",
        ]
        #expect(outcome.errors.contains(words[kind] ?? "?"), "\(outcome.errors)")
    }

    @Test("A result at odds with the store is kept, said in one line, and changes nothing") func conflict() async throws {
        let cluster = try Cluster(), plan = try cluster.plan()
        try await cluster.extract(plan)
        let work = try #require(cluster.ready(plan).first { $0.program == "spg-fit" })
        try cluster.write([work], as: "first")
        try cluster.write([work], as: "second")
        try await cluster.run("first")
        try await cluster.run("second")
        let result = cluster.folder.task("second").appending(path: "\(work.key).sqlite")
        let bytes = try Data(contentsOf: result)
        #expect(try cluster.merge("first").map(\.status) == [0])
        let before = try cluster.workplace.contents()
        // The same made elsewhere, too.
        #expect(try cluster.merge("second").map(\.found) == [true])
        // Otherwise, but whole.
        try bytes.write(to: result)
        let copy = try DatabaseQueue(path: result.path)
        try await copy.write { try $0.execute(sql: "UPDATE prompt SET validation_accuracy = 0.125") }
        try copy.close()
        let ending = try #require(cluster.merge("second").first)
        #expect(ending.status == 65 && ending.summary.contains("other contents under its key"), "\(ending)")
        #expect(cluster.names("second").contains("\(work.key).refused.sqlite"))
        #expect(try cluster.merge("second").isEmpty)
        #expect(try cluster.workplace.contents() == before)
    }
}
