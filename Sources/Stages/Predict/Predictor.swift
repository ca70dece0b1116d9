import ArtifactStore
import CLIP
import Datasets
import Imaging
import PromptLearning
import Tensors

/// Classifies pictures as they come, some at a time: memory does not grow with their number.
///
/// Where images share a prompt (DPL), a batch is as many pictures that can be read as the model's `batchSize` says, one after
/// another in the order in which they are given; the last may have fewer. Answers wait until their batch is full.
public struct Predictor {
    /// What a picture was taken for.
    public struct Answer: Sendable {
        /// As it was given.
        public let path: String
        /// The SHA-256 of its bytes.
        public let digest: Digest
        /// The most probable classes, the most probable first.
        public let best: [(className: Name, probability: Float, spread: Float?)]
        /// Whether nothing but white is left of it: values of 16-bit grey above 255 are clipped.
        public let isWhite: Bool
    }

    /// What became of a file.
    public enum Outcome: Sendable {
        case answer(Answer)
        case failure(path: String, ImageError)
    }

    private let model: Model
    private let count: Int
    /// Files that have no answer yet, and pictures that were seen of them.
    private var waiting: [Waiting] = [], seen: [SeenImages] = []

    private enum Waiting {
        case picture(path: String, digest: Digest, isWhite: Bool)
        case failure(path: String, ImageError)
    }

    /// - Parameters:
    ///   - model: what classifies.
    ///   - count: how many classes an answer names.
    public init(_ model: Model, best count: Int = 1) { (self.model, self.count) = (model, count) }

    /// How many files to give at a time.
    public var filesAtATime: Int { model.filesAtATime }

    /// Classifies files.
    /// - Parameter files: paths, of whatever number.
    /// - Returns: what became of files so far, in their order: of these, and of those that have waited.
    /// - Throws: `ModelError` for a probability that is not finite.
    public mutating func classify(_ files: [String]) throws -> [Outcome] {
        let (images, read, failures, white) = model.see(files)
        let digests = Dictionary(uniqueKeysWithValues: zip(read, images.digests)), whites = Set(white)
        for (place, path) in files.enumerated() {
            if let error = failures[place] {
                waiting.append(.failure(path: path, error))
            } else if let digest = digests[place] {
                waiting.append(.picture(path: path, digest: digest, isWhite: whites.contains(place)))
            }
        }
        if images.count > 0 { seen.append(images) }
        return try answers(isLast: false)
    }

    /// What became of the files that wait for others: to be called when there are no more.
    /// - Returns: in their order.
    /// - Throws: `ModelError` for a probability that is not finite.
    public mutating func finish() throws -> [Outcome] { try answers(isLast: true) }

    private mutating func answers(isLast: Bool) throws -> [Outcome] {
        let pictures = seen.reduce(0) { $0 + $1.count }
        let ready = isLast ? pictures : model.classifier.batchSize.map { pictures / $0 * $0 } ?? pictures
        guard ready > 0 || pictures == 0 else { return [] }
        var probabilities: ImageProbabilities?
        if ready > 0 {
            let all = SeenImages.joined(seen)
            probabilities = try model.classifier.probabilities(
                of: ready == pictures ? all : all.subset(Array(0..<ready))
            ) { _ in }
            seen = ready < pictures ? [all.subset(Array(ready..<pictures))] : []
        }
        var number = 0
        let done = waiting.prefix { file in
            guard case .picture = file else { return true }
            number += 1
            return number <= ready
        }
        waiting.removeFirst(done.count)
        number = 0
        return try done.map { file in
            switch file {
            case .failure(let path, let error): return .failure(path: path, error)
            case .picture(let path, let digest, let isWhite):
                defer { number += 1 }
                guard let best = probabilities?.best(count, of: number), best.allSatisfy(\.probability.isFinite) else {
                    throw ModelError(
                        "the probability for “\(path)” is not a finite number: what was learned is too large for this text "
                            + "encoder")
                }
                return .answer(
                    Answer(
                        path: path, digest: digest,
                        best: best.map { (model.parts.classes[$0.label], $0.probability, $0.spread) }, isWhite: isWhite))
            }
        }
    }
}

extension SeenImages {
    /// Several sets of features, one after another.
    fileprivate static func joined(_ sets: [SeenImages]) -> SeenImages {
        guard sets.count > 1 else { return sets[0] }
        return SeenImages(
            digests: sets.flatMap(\.digests), features: .stacked(sets.map(\.features)), norms: sets.flatMap(\.norms))
    }
}
