import ArtifactStore
import CLIP
import Datasets
import Foundation
import PromptLearning
import Stages
import Tensors

/// What takes a feature to an answer.
enum AnsweringMethod: String {
    case zeroShot = "zero-shot"
    /// SPG's generator, which writes a prompt for each image.
    case generator = "a generated prompt per image"
}

extension Benchmark {
    /// From files of pictures to classes and their probabilities, as `spg predict` does it once the model is there.
    ///
    /// - Parameters:
    ///   - encoder: of texts, beside an image encoder.
    ///   - count: how many images: 16 different ones, again and again where there are more. The peer takes these once.
    static func answers(_ encoder: TextEncoder, _ method: AnsweringMethod, classes: Int, images count: Int) -> Benchmark {
        let images = count == 1 ? "1 image" : "\(grouped(count)) images"
        let title = "Files to answers, \(encoder.name), \(method.rawValue), \(classes) classes, \(images)"
        return Benchmark(title: title, unit: count == 1 ? .milliseconds : .imagesPerSecond) { workshop in
            guard let bench = try TextBench(encoder, classes: classes, workshop) else { return nil }
            let files = try photographs(min(count, 16), in: workshop).map(\.path), names = bench.classNames.map { Name($0) }
            let store = try ArtifactStore(emptyInPlaceOf: ""), identity = try store.identity(of: bench.checkpoint)
            var task = PeerTask(kind: .answers)
            (task.checkpoint, task.prompts, task.images) = (bench.checkpoint.weightsURL.path, bench.prompts, files)
            task.side = bench.checkpoint.architecture.resolution
            let parts: ModelParts
            switch method {
            case .zeroShot:
                parts = try ModelParts(zeroShot: [bench.context + " {}."], classes: names, encoder: identity)
            case .generator:
                let width = bench.model.transformer.width, length = bench.prompts.context.count
                let generator = Generator(
                    featureDimension: identity.dimension, latentDimension: 100, contextLength: length, width: width, seed: 1)
                parts = ModelParts(generator: generator, classes: names, encoder: identity)
                let digests = try files.map { try Digest.ofFile(at: $0).digest }
                let noise = latentNoise(files.count, dimension: generator.latentDimension) {
                    GeneratorEvaluation.Parameters().noise(0, of: digests[$0])
                }
                task.inputs = try workshop.inputs(generator.tensors.merging(["noise": noise]) { $1 })
            }
            let model = try Model(parts, checkpoint: bench.checkpoint, store: store)
            let all = (0..<count).map { files[$0 % files.count] }
            return PreparedBenchmark(
                amount: Double(count),
                run: {
                    var predictor = Predictor(model), outcomes: [Predictor.Outcome] = []
                    for first in stride(from: 0, to: count, by: predictor.filesAtATime) {
                        outcomes += try predictor.classify(Array(all[first..<min(first + predictor.filesAtATime, count)]))
                    }
                    outcomes += try predictor.finish()
                    return outcomes.prefix(files.count).map { outcome in
                        guard case .answer(let answer) = outcome else { return .nan }
                        return answer.best[0].probability
                    }
                },
                task: task, peerAmount: Double(files.count))
        }
    }
}
