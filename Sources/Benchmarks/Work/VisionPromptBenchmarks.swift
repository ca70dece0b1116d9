import CLIP
import FormulaModels
import PromptLearning
import Tensors

extension Benchmark {
    /// A method with prompts in ViT-B/16's image encoder.
    enum VisionPrompting: String, Sendable {
        case vpt = "VPT", maple = "MaPLe"
    }

    /// One step of such a method on four images, forward through both encoders and back.
    static func visionPromptStep(
        _ method: VisionPrompting, _ precision: Precision = .float32, classes: Int
    ) -> Benchmark {
        let title = "\(method.rawValue) step\(precision.inTitles), ViT-B/16, \(classes) classes, batch 4"
        return Benchmark(title: title, unit: .milliseconds) { workshop in
            guard let bench = try TextBench(.withImages, precision, classes: classes, workshop) else { return nil }
            let encoder = try bench.checkpoint.promptedImageEncoder(precision: precision)
            let step = Step(bench: bench, encoder: encoder, labels: (0..<4).map { $0 * 5 % classes }, precision: precision)
            switch method {
            case .vpt:
                var parameters = VPT.Parameters()
                parameters.template = bench.context + " {}."
                return try step.work(.vpt, VPT.self, parameters, workshop)
            case .maple:
                var parameters = MaPLe.Parameters()
                // Of MaPLe's two configurations, the one that takes longer.
                (parameters.context, parameters.depth) = (bench.context, 9)
                return try step.work(.maple, MaPLe.self, parameters, workshop)
            }
        }
    }

    /// What a step of either method is made of.
    private struct Step {
        let bench: TextBench
        let encoder: PromptedVisionTransformer
        let labels: [Int]
        let precision: Precision

        func work<Method: VisionPromptMethod>(
            _ kind: PeerTask.Kind, _: Method.Type, _ parameters: Method.Parameters, _ workshop: Workshop
        ) throws -> PreparedBenchmark {
            let method = try Method(parameters, classNames: bench.classNames, model: bench.model, encoder: encoder)
            let pixels = Formula.numbers("pixels", [labels.count, 224, 224, 3])
            let images = ImageSet(labels: labels) { _, _ in pixels }
            var training = try VisionPromptTraining(
                parameters,
                model: VisionPromptedCLIP(method, encoder: encoder, logitScale: bench.model.logitScale),
                training: images, validation: images)
            let rate = Float(parameters.learningRate), labels = labels
            var task = PeerTask(kind: kind)
            task.checkpoint = bench.checkpoint.weightsURL.path
            task.inputs = try workshop.inputs(method.tensors.merging(["pixels": pixels]) { $1 })
            (task.prompts, task.labels, task.precision, task.learningRate) = (bench.prompts, labels, precision, rate)
            return PreparedBenchmark(
                amount: 1,
                run: { [training.update(pixels: pixels, labels: labels, learningRate: rate).step.loss] },
                task: task, peerAmount: 1, precision: precision)
        }
    }
}
