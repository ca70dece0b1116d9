import CLIP
import Tensors

/// Knowledge-guided Context Optimization (Yao et al., CVPR 2023): CoOp whose classes' text features are kept near those
/// of a hand-written prompt, so that the prompt forgets less of what CLIP knows.
///
///     loss = cross-entropy + λ · mean over classes of (1 − cosine(learned, hand-written))
public enum KgCoOp: Sendable {
    /// The training at its start: CoOp's, with the hand-written prompt's text features beside it.
    ///
    /// - Parameters:
    ///   - parameters: what decides what is learned.
    ///   - model: whose text encoder reads the prompts.
    ///   - classNames: as the data set writes them.
    ///   - training: the images to learn from; their augmented views are used where there are any.
    ///   - validation: the images that choose the epoch.
    /// - Throws: what `CoOp` throws; `tooLong` where a class's hand-written prompt does not fit into a text.
    public static func training(
        _ parameters: Parameters, model: CLIPText, classNames: [String], training: FeatureSet, validation: FeatureSet
    ) throws(PromptError) -> CoOp {
        let knowledge = try zeroShotFeatures(of: classNames, templates: [parameters.template], model: model)
        return try CoOp(
            parameters.coOp, model: model, classNames: classNames, training: training, validation: validation,
            anchor: TextAnchor(features: knowledge, weight: Float(parameters.knowledgeWeight)))
    }

    /// Everything that decides what is learned.
    public struct Parameters: CheckedParameters, Hashable {
        public static let source = "KgCoOp's vit_b16_ep100_ctxv1.yaml"

        public var coOp: CoOp.Parameters
        @Parameter("The hand-written prompt that the learned one is kept near; {} stands for the class name.", .template)
        public var template = "a photo of a {}."
        @Parameter("The weight of the distance from the hand-written prompt in the loss.", .nonnegative)
        public var knowledgeWeight = 8.0

        public init() {
            coOp = CoOp.Parameters()
            (coOp.batchSize, coOp.epochs) = (128, 100)
        }

        public var needs: [ModelNeed] { coOp.needs + [.template(template, by: "template")] }

        private enum CodingKeys: String, CodingKey { case template, knowledgeWeight }

        /// Reads the parameters of `coOp` and its own two values from one object.
        /// - Throws: a `DecodingError` if one is missing or of another type.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            coOp = try CoOp.Parameters(from: decoder)
            template = try container.decode(String.self, forKey: .template)
            knowledgeWeight = try container.decode(Double.self, forKey: .knowledgeWeight)
        }

        /// Writes the parameters of `coOp` and its own two values into one object.
        /// - Throws: what the encoder throws.
        public func encode(to encoder: any Encoder) throws {
            try coOp.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(template, forKey: .template)
            try container.encode(knowledgeWeight, forKey: .knowledgeWeight)
        }
    }
}

/// Text features that those of a learned prompt are kept near.
struct TextAnchor: Sendable {
    /// `[classes, dimension]`, unit length.
    let features: Tensor
    let weight: Float

    /// What a distance from them costs. Of unit vectors, 1 − cosine is half the squared distance.
    /// - Parameter text: `[classes, dimension]`, unit length.
    func loss(of text: Variable) -> Variable {
        scaled(meanSquaredError(text, to: features), by: weight * Float(features.columns) / 2)
    }
}
