import CLIP
import FormulaModels
import Foundation
import PromptLearning
import Tensors

extension Benchmark {
    private static let batch = 32

    /// One step of CoOp on a batch of cached features, 32 images.
    static func coOpStep(_ encoder: TextEncoder, _ precision: Precision = .float32, classes: Int) -> Benchmark {
        let title = "CoOp step\(precision.inTitles), \(encoder.name), \(classes) classes"
        return Benchmark(title: title, unit: .milliseconds) { workshop in
            guard let bench = try TextBench(encoder, precision, classes: classes, workshop) else { return nil }
            let features = bench.features(batch), labels = (0..<batch).map { $0 * 7 % classes }
            let set = FeatureSet(center: features, augmented: [], labels: labels, domains: labels.map { _ in 0 })
            var parameters = CoOp.Parameters()
            parameters.context = encoder.context
            var training = try CoOp(
                parameters, model: bench.model, classNames: bench.classNames, training: set, validation: set)
            var task = PeerTask(kind: .coop)
            task.checkpoint = bench.checkpoint.weightsURL.path
            task.inputs = try workshop.inputs(["features": features])
            (task.prompts, task.labels, task.precision) = (bench.prompts, labels, precision)
            return PreparedBenchmark(
                amount: 1, run: { [training.update(images: features, labels: labels, learningRate: 2e-3).step.loss] },
                task: task, peerAmount: 1, precision: precision)
        }
    }

    /// Classifying images by text features, each image's from a prompt of its own. We take a group of images at once,
    /// the peer one image.
    static func prediction(_ encoder: TextEncoder, _ precision: Precision = .float32, classes: Int) -> Benchmark {
        let title = "Predict with a prompt per image\(precision.inTitles), \(encoder.name), \(classes) classes"
        return Benchmark(title: title, unit: .milliseconds) { workshop in
            guard let bench = try TextBench(encoder, precision, classes: classes, workshop) else { return nil }
            let length = bench.prompts.context.count, width = bench.model.transformer.width
            let prompts = try ClassPrompts(classNames: bench.classNames, contextLength: length, model: bench.model)
            let images = max(4, 2048 / prompts.layout.rowCount)
            let features = bench.features(images)
            let contexts = Formula.numbers("contexts", [images, length * width]) * 0.05
            var task = PeerTask(kind: .predict)
            task.checkpoint = bench.checkpoint.weightsURL.path
            task.inputs = try workshop.inputs(["features": features.rows(0..<1), "contexts": contexts.rows(0..<1)])
            (task.prompts, task.precision) = (bench.prompts, precision)
            return PreparedBenchmark(
                amount: Double(images),
                run: {
                    let first = probabilities(
                        of: features, draws: [contexts], classes: prompts, model: bench.model
                    ).predictions[0]
                    // Of classes that are nearly equal, rounding may choose another.
                    return precision == .bf16 ? [first.probability] : [Float(first.label), first.probability]
                },
                task: task, peerAmount: 1, precision: precision)
        }
    }
}

extension Precision {
    /// What a title says of the numbers, behind what is done.
    var inTitles: String { self == .bf16 ? " in bfloat16" : "" }
}

/// A CLIP whose text side is timed.
struct TextEncoder: Sendable {
    var name: String
    /// The words that CoOp starts from, four tokens.
    var context: String
    /// As many class names as there are classes.
    var classNames: @Sendable (Int) -> [String]
    /// Its folder, or nil where it is not there.
    var checkpoint: @Sendable (Workshop) throws -> URL?

    /// ViT-B/16's.
    static let full = TextEncoder(
        name: "text of ViT-B/16", context: FormulaVocabulary.context, classNames: FormulaVocabulary.classNames,
        checkpoint: { try $0.checkpoint("text", .text()) })

    /// RN50's: as wide as ViT-B/16's, with features of 1024 numbers.
    static let ofResNet50 = TextEncoder(
        name: "text of RN50", context: FormulaVocabulary.context, classNames: FormulaVocabulary.classNames,
        checkpoint: { try $0.checkpoint("RN50 text", .text(dimension: 1024)) })

    /// The same beside ViT-B/16's image encoder.
    static let withImages = TextEncoder(
        name: "ViT-B/16", context: FormulaVocabulary.context, classNames: FormulaVocabulary.classNames,
        checkpoint: { try $0.checkpoint("CLIP", ModelShapes.base16.addingFullText) })
}

/// What the text benchmarks share: a model, its class names, and the prompts in tokens.
struct TextBench {
    let checkpoint: Checkpoint
    let model: CLIPText
    let classNames: [String]
    /// The words before a class name.
    let context: String
    let prompts: PeerTask.Prompts

    /// - Parameter precision: of the texts.
    init?(_ encoder: TextEncoder, _ precision: Precision = .float32, classes: Int, _ workshop: Workshop) throws {
        guard (try? precision.check()) != nil, let url = try encoder.checkpoint(workshop) else { return nil }
        checkpoint = try Checkpoint(contentsOf: url)
        model = try CLIPText(checkpoint: checkpoint, precision: precision)
        (classNames, context) = (encoder.classNames(classes), encoder.context)
        let tokenizer = model.tokenizer
        prompts = PeerTask.Prompts(
            start: tokenizer.startToken, end: tokenizer.endToken, fullStop: tokenizer.encode("."),
            context: tokenizer.encode(encoder.context), classNames: classNames.map(tokenizer.encode))
    }

    func features(_ count: Int) -> Tensor {
        Formula.numbers("features", [count, model.transformer.dimension]).normalizedRows()
    }
}
