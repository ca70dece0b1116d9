import ArtifactStore
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Numbers that cannot be trusted end a stage, by name, and enter no artifact")
struct NotFiniteTests {
    /// Runs a stage that fails, and returns what it says.
    private func failing(
        _ workplace: Workplace, _ name: String, _ arguments: [String], leavingNo kind: ArtifactKind,
        _ place: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let before = try workplace.artifactCount(kind)
        let outcome = try await workplace.start(name, arguments).outcome()
        #expect(outcome.status == 65 && outcome.output.isEmpty, "\(outcome.errors)", sourceLocation: place)
        try workplace.expectSound(place)
        #expect(try workplace.artifactCount(kind) == before, sourceLocation: place)
        return outcome.errors
    }

    private static let extracting = ["--data", "data", "--views", "1"]
    private static let diverging = ["--learning-rate", "1e38", "--save-every", "0", "--epochs", "6"]

    /// What the executables that train are told, and how many of their epochs warm up, at a rate that does no harm.
    static let trainings: [(name: String, arguments: [String], warmUp: Int, quantity: String)] = [
        (
            "spg-fit",
            ["--embeddings", "ink", "--context", "", "--context-length", "2", "--batch-size", "8", "--warm-up-epochs", "3"],
            3, "The loss"
        ),
        (
            "spg-fit",
            [
                "--embeddings", "ink", "--context", "", "--context-length", "2", "--batch-size", "8", "--warm-up-epochs",
                "2", "--class-specific-contexts", "--class-token-position", "front",
            ],
            2, "The loss"
        ),
        (
            "spg-cgan",
            [
                "--embeddings", "ink", "--embeddings", "oil", "--prompts", "coop/ink/1", "--prompts", "coop/oil/1",
                "--batch-size", "8", "--warm-up-epochs", "1", "--latent-dimension", "8",
            ],
            1, "The loss"
        ),
        (
            "spg-cgan",
            [
                "flow", "--embeddings", "ink", "--embeddings", "oil", "--prompts", "coop/ink/1", "--prompts", "coop/oil/1",
                "--batch-size", "8", "--warm-up-epochs", "1",
            ],
            1, "The loss"
        ),
    ]

    @Test("A loss that is not finite: the epoch, the step, the learning rate, the last good checkpoint", arguments: 0..<4)
    func losses(training index: Int) async throws {
        let workplace = try Workplace()
        #expect(try await workplace.start("spg-extract", Self.extracting).outcome().status == 0)
        for domain in index >= 2 ? ["ink", "oil"] : [] {
            let fit = try await workplace.start("spg-fit", ["--embeddings", domain] + Workplace.fitting).outcome()
            #expect(fit.status == 0)
        }
        let (name, arguments, warmUp, quantity) = Self.trainings[index]
        let kind: ArtifactKind = name == "spg-fit" ? .prompt : .generator
        let text = try await failing(workplace, name, arguments + Self.diverging, leavingNo: kind)
        #expect(text.contains(quantity + " is not a finite number in epoch \(warmUp + 1), step "), "\(text)")
        let rate = try #require(text.firstMatch(of: /at a learning rate of ([0-9.e+]+)\./)?.output.1)
        #expect(try #require(Float(rate)) > 1e36)
        #expect(text.contains("The last good checkpoint, of epoch \(warmUp), is in the store:"), "\(text)")
        let kept = "SELECT count(*) FROM checkpoint WHERE progress ->> '$.epoch' = \(warmUp)"
        #expect(try workplace.count(kept) == 1)
        // The command that the message gives finds it.
        let key = try #require(text.firstMatch(of: /WHERE key = '([0-9a-f]{64})'/)?.output.1)
        #expect(try workplace.count("SELECT count(*) FROM checkpoint WHERE key = '\(key)'") == 1)

        let again = try await failing(workplace, name, arguments + Self.diverging, leavingNo: kind)
        #expect(again.contains("resumes after epoch \(warmUp) of 6") && again.contains("in epoch \(warmUp + 1), step "))
        let unkept = try await failing(
            workplace, name, arguments + ["--learning-rate", "1e38", "--epochs", "7"], leavingNo: kind)
        #expect(unkept.contains("No checkpoint had been kept by then."), "\(unkept)")
    }

    @Test("A last step that leads nowhere is noticed, though its loss was finite")
    func lastStep() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.start("spg-extract", Self.extracting).outcome().status == 0)
        // One epoch of one step: its loss is that of the prompt before it.
        let text = try await failing(
            workplace, "spg-fit",
            [
                "--embeddings", "ink", "--context", "", "--context-length", "2", "--batch-size", "15", "--epochs", "1",
                "--warm-up-epochs", "0", "--learning-rate", "1e38", "--weight-decay", "1e10",
            ], leavingNo: .prompt)
        #expect(text.contains("After the last step of epoch 1, the scores of validation images hold a number"), "\(text)")
    }

    @Test("spg run says the same, and spg status afterwards")
    func pipeline() async throws {
        let workplace = try Workplace()
        try workplace.write(
            Workplace.pipeline.replacing(
                "contextLength: 2,", with: "contextLength: 2, learningRate: 1e38, warmUpEpochs: 0,"))
        let outcome = try await workplace.run("spg", "run", "small.yaml")
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains("The loss is not a finite number in epoch 1, step 2, at a learning rate"),
            "\(outcome.errors)")
        let status = try await workplace.run("spg", "status", "small.yaml")
        #expect(status.output.contains("The loss is not a finite number in epoch 1, step 2"), "\(status.output)")
        // Zero-shot evaluation does not depend on it.
        #expect(try workplace.count("SELECT count(*) FROM results") == 2)
    }

    @Test("Features that an encoder makes infinite, or of no length, are named by image")
    func encoding() async throws {
        let workplace = try Workplace()
        for (name, number, problem) in [
            ("huge", Float(3e38), "hold a number that is not finite"), ("flat", 0, "not"),
        ] {
            try TinyCLIP.write(to: workplace.url.appending(path: name)) {
                $0["visual.proj"] = Tensor($0["visual.proj"]!.shape, repeating: number)
            }
            let outcome = try await workplace.start(
                "spg-extract", Self.extracting + ["--domain", "ink", "--checkpoint", name]
            ).outcome()
            #expect(outcome.status == 65 && outcome.output.isEmpty)
            #expect(outcome.errors.contains(workplace.url.appending(path: "data/ink/").path), "\(outcome.errors)")
            #expect(outcome.errors.contains(problem) && outcome.errors.contains("view "), "\(outcome.errors)")
            try workplace.expectSound(without: .embeddings)
        }
    }

    @Test("Stored features that were changed are named by image, by every stage that reads them")
    func storedFeatures() async throws {
        let workplace = try Workplace()
        #expect(try await workplace.start("spg-extract", Self.extracting).outcome().status == 0)
        for domain in ["ink", "oil"] {
            let fit = try await workplace.start("spg-fit", ["--embeddings", domain] + Workplace.fitting).outcome()
            #expect(fit.status == 0)
        }
        let sound = try Data(contentsOf: URL(filePath: workplace.storePath))
        let rows = try workplace.query(
            "SELECT vector, image_path FROM embeddings WHERE domain = 'ink' AND view = 'center' ORDER BY image_path"
        ).rows
        guard case .blob(let vector)? = rows[5].first, case .text(let image)? = rows[5].last else {
            Issue.record("no feature")
            return
        }
        let place = try #require(sound.range(of: vector))
        for (number, problem) in [
            (Float.nan, "hold a number that is not finite"), (.infinity, "hold a number that is not finite"),
            (2, "have length 2."),
        ] {
            var changed = sound
            let first = place.lowerBound..<place.lowerBound + 4
            changed.replaceSubrange(first, with: withUnsafeBytes(of: number.bitPattern.littleEndian) { Data($0) })
            try changed.write(to: URL(filePath: workplace.storePath))
            for (name, arguments, kind) in [
                ("spg-fit", ["--embeddings", "ink", "--seed", "9"] + Workplace.fitting, .prompt),
                ("spg-cgan", Self.trainings[2].arguments, .generator),
                ("spg-evaluate", ["--embeddings", "ink"], .evaluation),
                ("spg-evaluate", ["prompts", "--embeddings", "ink", "--prompts", "coop/oil/1"], .evaluation),
            ] as [(String, [String], ArtifactKind)] {
                let text = try await failing(workplace, name, arguments, leavingNo: kind)
                #expect(text.contains("the features of “\(image)” (view center) \(problem)"), "\(name): \(text)")
            }
        }
    }
}
