import CLIP
import FormulaModels
import PromptLearning
import Tensors
import TestSupport
import Testing

/// VPT and MaPLe against PyTorch: losses of three steps, the first one's gradients, and what is learned in the end
/// (Tests/Reference/vision_prompts.py); and that they learn, stop and go on.
@Suite struct VisionPromptTests {
    private static let small = Result { try PromptedModel("small") }
    private static let icons = Result { try PromptedModel("icons") }
    // As in the script.
    private let classes = ["floppy disk", "folder", "camera_photo", "printer"]
    private let labels = [2, 0, 3]

    private func model(_ name: String) throws -> PromptedModel {
        try name == "small" ? Self.small.get() : Self.icons.get()
    }

    /// No images: what is tested is given its pixels.
    private func images(_ labels: [Int]) -> ImageSet {
        ImageSet(labels: labels) { _, _ in Tensor([0]) }
    }

    private func expectSteps<Method: VisionPromptMethod>(
        _ model: PromptedModel, _ method: Method, _ expected: PromptedModel.Golden, _ parameters: Method.Parameters
    ) throws {
        var training = try VisionPromptTraining(
            parameters, model: VisionPromptedCLIP(method, encoder: model.encoder, logitScale: 20),
            training: images(labels + labels), validation: images(labels))
        let pixels = PromptedModel.pixels(3, model.encoder.resolution)
        let names = method.learned.map(\.name)
        #expect(Set(names) == Set(expected.learned.keys))
        for (step, loss) in expected.losses.enumerated() {
            let measured = training.update(pixels: pixels, labels: labels, learningRate: 0.05)
            #expect(abs(measured.step.loss - loss) < 3e-5, "step \(step): \(measured.step.loss) for \(loss)")
            guard step == 0 else { continue }
            for (name, gradient) in zip(names, measured.step.gradients) { expect(gradient, expected.gradients[name], name) }
        }
        for (name, value) in zip(names, training.current) { expect(value, expected.learned[name], "\(name) in the end") }
    }

    private func expect(_ tensor: Tensor, _ summary: [Double]?, _ what: String) {
        guard let summary else { return }
        let got = PromptedModel.summary(tensor)
        for (a, b) in zip(got, summary) {
            #expect(abs(a - b) <= 1e-4 * max(summary[0], abs(b)), "\(what): \(got) for \(summary)")
        }
    }

    @Test("VPT equals PyTorch", arguments: [("small", 1), ("small", 4), ("icons", 1), ("icons", 6)])
    func vpt(name: String, depth: Int) throws {
        var parameters = VPT.Parameters()
        (parameters.promptLength, parameters.depth) = (3, depth)
        let model = try model(name)
        var method = try VPT(parameters, classNames: classes, model: model.text, encoder: model.encoder)
        for index in method.learned.indices {
            let (name, value) = method.learned[index]
            method.learned[index].value = Formula.numbers(name, value.shape, scale: 0.5)
        }
        try expectSteps(model, method, PromptedModel.golden(name, "vpt \(depth)"), parameters)
    }

    @Test(
        "MaPLe equals PyTorch",
        arguments: [("small", 1), ("small", 3), ("small", 4), ("icons", 1), ("icons", 5), ("icons", 6)])
    func maple(name: String, depth: Int) throws {
        var parameters = MaPLe.Parameters()
        parameters.depth = depth
        let model = try model(name)
        var method = try MaPLe(parameters, classNames: classes, model: model.text, encoder: model.encoder)
        let limit = 1 / Float(model.text.transformer.width).squareRoot()
        for index in method.learned.indices {
            let value = method.learned[index].value
            let name = method.learned[index].name.replacing("prompt_learner.", with: "").replacing("proj.", with: "proj.0.")
            let isProjection = name.hasPrefix("proj") || name.hasPrefix("compound_prompt_projections")
            let projected =
                name.hasPrefix("compound_prompt_projections")
                ? name.replacing(".weight", with: ".0.weight").replacing(".bias", with: ".0.bias") : name
            method.learned[index].value = Formula.numbers(projected, value.shape, scale: isProjection ? limit : 0.1)
        }
        try expectSteps(model, method, PromptedModel.golden(name, "maple \(depth)"), parameters)
    }

    @Test func startsAsTheReleasedTrainer() throws {
        let model = try model("small")
        var parameters = MaPLe.Parameters()
        parameters.depth = 4
        let maple = try MaPLe(parameters, classNames: classes, model: model.text, encoder: model.encoder).tensors
        let words = model.text.tokenizer.encode("a photo of a")
        #expect(maple["prompt_learner.ctx"] == model.text.transformer.embeddings(of: Array(words.prefix(2))))
        #expect(
            maple["prompt_learner.compound_prompt_projections.0.weight"]
                == maple["prompt_learner.compound_prompt_projections.2.weight"])
        let projection = try #require(maple["prompt_learner.proj.weight"])
        #expect(projection.shape == [128, 64])
        let largest = projection.values.map(abs).max() ?? 0
        #expect(largest <= 0.125 && largest > 0.12)
        let deviation = try #require(maple["prompt_learner.compound_prompts_text.1"]).squaredNorm / 128
        #expect((0.015 * 0.015...0.025 * 0.025).contains(deviation))
    }

    @Test func whatCannotBeIsRefused() throws {
        let model = try model("small")
        func message(_ change: (inout MaPLe.Parameters) -> Void) throws -> String {
            var parameters = MaPLe.Parameters()
            parameters.depth = 4
            change(&parameters)
            let error = #expect(throws: PromptError.self) {
                try MaPLe(parameters, classNames: classes, model: model.text, encoder: model.encoder)
            }
            return error?.description ?? ""
        }
        #expect(try message { $0.depth = 5 }.contains("depth asks for prompts in 5 layers"))
        #expect(try message { $0.contextLength = 5 }.contains("are 4 tokens"))
        #expect(try message { $0.contextLength = 24 }.contains("reads 24 tokens"))
        func message(_ tensors: [String: Tensor]) -> String {
            let error = #expect(throws: PromptError.self) {
                try VPT(tensors: tensors, template: "a {}.", classNames: classes, model: model.text, encoder: model.encoder)
            }
            return error?.description ?? ""
        }
        #expect(message(["image_encoder.VPT": Tensor([8, 64])]).contains("the shape [8, 64], and the model takes [8, 128]"))
        // Two layers, of which the second has another name, or other prompts than the first.
        let first = Tensor([8, 128]), second = "image_encoder.transformer.resblocks.1.VPT_shallow"
        #expect(message(["image_encoder.VPT": first, "VPT_shallow.2.VPT_shallow": first]).contains("“\(second)” is missing"))
        #expect(
            message(["image_encoder.VPT": first, second: Tensor([4, 128])]).contains("“\(second)” has the shape [4, 128]"))
    }

    /// Pictures as icons are: stripes of one of four colours, under a tint and noise that say nothing.
    private func pictures(_ count: Int) -> ImageSet {
        let labels = (0..<count).map { $0 % 4 }
        return ImageSet(labels: labels) { items, view in
            var pixels = Tensor([items.count, 32, 32, 3])
            for (row, item) in items.enumerated() {
                let shift = if case .random(_, let epoch) = view { epoch } else { 0 }
                var stream = RandomStream(seed: 5, purpose: "pictures", item, shift)
                let tint = (0..<3).map { _ in stream.uniform() - 0.5 }, phase = stream.uniform() * 8
                pixels.withUnsafeMutablePointer { to in
                    for i in 0..<32 * 32 {
                        let x = Float(i % 32)
                        let on: Float = Int(((x + phase) / 4).rounded(.down)) & 1 == 0 ? 1 : 0.5
                        for channel in 0..<3 {
                            // Red, green, blue, yellow.
                            let isLit = item % 4 == 3 ? channel < 2 : channel == item % 4
                            to[(row * 32 * 32 + i) * 3 + channel] =
                                (isLit ? on : -on) + 0.5 * tint[channel] + 0.2 * stream.uniform()
                        }
                    }
                }
            }
            return pixels
        }
    }

    private func training<Method: VisionPromptMethod>(
        _ make: (PromptedModel) throws -> Method, _ parameters: Method.Parameters
    ) throws -> VisionPromptTraining<Method> {
        let model = try model("small")
        return try VisionPromptTraining(
            parameters, model: VisionPromptedCLIP(make(model), encoder: model.encoder, logitScale: 20),
            training: pictures(48), validation: pictures(24))
    }

    private var vptParameters: VPT.Parameters {
        var parameters = VPT.Parameters()
        (parameters.depth, parameters.promptLength, parameters.learningRate, parameters.batchSize) = (4, 4, 0.01, 8)
        parameters.epochs = 8
        return parameters
    }

    private func vpt() throws -> VisionPromptTraining<VPT> {
        let parameters = vptParameters
        return try training({ try VPT(parameters, classNames: classes, model: $0.text, encoder: $0.encoder) }, parameters)
    }

    private func maple() throws -> VisionPromptTraining<MaPLe> {
        var parameters = MaPLe.Parameters()
        (parameters.depth, parameters.learningRate, parameters.batchSize, parameters.epochs) = (3, 0.02, 8, 5)
        return try training({ try MaPLe(parameters, classNames: classes, model: $0.text, encoder: $0.encoder) }, parameters)
    }

    private func expectLearning(_ training: VisionPromptTraining<some VisionPromptMethod>) throws {
        var training = training
        try training.run { _ in }
        let losses = training.history.rows.map { $0[0] }
        #expect(losses[losses.count - 1] < 0.7 * losses[0], "losses \(losses)")
        #expect(training.result.validationAccuracy > 0.7, "\(training.history.rows)")
    }

    @Test func vptLearns() throws { try expectLearning(vpt()) }
    @Test func mapleLearns() throws { try expectLearning(maple()) }

    /// Stopped after any epoch, and with images read ahead or not, it ends in the same bits.
    @Test func resumedEqualsUninterrupted() throws {
        func end(_ start: VisionPromptTraining<MaPLe>, stoppingAfter stop: Int?) throws -> [String: Tensor] {
            var training = start
            while training.epoch < training.epochs {
                try training.runEpoch()
                if training.epoch == stop {
                    let state = training.state
                    training = start
                    try training.restore(state)
                }
            }
            return training.state.merging(training.result.prompts.tensors) { $1 }
        }
        let start = try maple(), whole = try end(start, stoppingAfter: nil)
        for epoch in [1, 4] { #expect(try end(start, stoppingAfter: epoch) == whole) }
    }

    @Test func anImageThatCannotBeReadEndsIt() throws {
        struct Unreadable: Error, CustomStringConvertible { let description = "no such picture" }
        let model = try model("small"), parameters = vptParameters
        let method = try VPT(parameters, classNames: classes, model: model.text, encoder: model.encoder)
        let bad = ImageSet(labels: [Int](repeating: 0, count: 16)) { items, _ in
            if items.contains(9) { throw Unreadable() }
            return PromptedModel.pixels(items.count, 32)
        }
        var training = try VisionPromptTraining(
            parameters, model: VisionPromptedCLIP(method, encoder: model.encoder, logitScale: 20), training: bad,
            validation: bad)
        let error = #expect(throws: PromptError.self) { try training.runEpoch() }
        #expect(error?.description == "no such picture")
    }
}
