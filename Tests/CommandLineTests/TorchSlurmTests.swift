import ArtifactStore
import Foundation
import TestSupport
import Testing

@Suite(
    "Encoding with PyTorch on Slurm", .timeLimit(.minutes(5)),
    .enabled(if: RealSlurm.isAsked, "make test-slurm runs it, as root, with slurm-wlm and munge"), .pythonEncodes)
struct TorchSlurmTests {
    @Test("Images are encoded where the GPU is, which the task is given, and to the bits of a run on one machine")
    func gpu() async throws {
        let cluster = try RealSlurm(), workplace = try Workplace.withHuggingFaceCLIP()
        try workplace.write(
            """
            pipeline: small
            dataset: {root: data}
            encoder: {checkpoint: hf}
            stages: {features: {uses: encode-with-torch, with: {views: 1}}}
            executors: {slurm: {stages: {encode-with-torch: {extra: ["--gres=gpu:1"]}}}}
            """)
        try FileManager.default.createSymbolicLink(
            at: workplace.url.appending(path: "Scripts"), withDestinationURL: Python.repository.appending(path: "Scripts"))
        // Says what it was given, and is the Python that it stands for.
        let python = workplace.url.appending(path: "python")
        try Data("#!/bin/sh\necho \"$CUDA_VISIBLE_DEVICES\" >> given\nexec '\(Python.program)' \"$@\"\n".utf8).write(to: python)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: python.path)
        func run(_ arguments: String...) async throws {
            let shell = cluster.shell + "export PYTHON='\(python.path)';"
            let run = try await workplace.start(
                "spg", ["run", "small.yaml", "--threads", "1"] + arguments, shell: shell
            ).outcome()
            try #require(run.status == 0, "\(run.errors)")
        }
        try await run("--executor", "slurm")
        #expect(
            try workplace.query("SELECT count(*), min(node), max(node) FROM jobs").rows == [
                [.integer(3), .text("n0"), .text("n0")]
            ])
        let given = workplace.url.appending(path: "given")
        #expect(try String(contentsOf: given, encoding: .utf8) == "0\n0\n0\n")
        try await run("--store", "local.sqlite", "--jobs", "1")
        #expect(try String(contentsOf: given, encoding: .utf8) == "0\n0\n0\n\n\n\n")
        let features = "SELECT image_sha256, view, vector, norm FROM embeddings ORDER BY 1, 2"
        let local = try ArtifactStore(path: workplace.folder.path("local.sqlite"), readOnly: true)
        #expect(try workplace.count("SELECT count(*) FROM embeddings") == 144)
        #expect(try workplace.query(features) == local.query(features))
    }
}
