import Tensors

/// Stage II of Dual-Path Stable Soft Prompt Generation (Zhang et al. 2025): two transformers that write a positive and
/// a negative prompt for an image. A class's score is its cosine with the one minus a share of that with the other.
public struct DualPath: Sendable {
    private var positive: PromptTransformer, negative: PromptTransformer
    /// The share of the negative cosine, the paper's α.
    let negativeWeight: Float
    public let contextLength: Int

    /// - Throws: `heads` if the attention's heads cannot share the features' numbers evenly.
    package init(
        featureDimension: Int, contextLength: Int, width: Int, parameters: Parameters
    ) throws(PromptError) {
        guard featureDimension % PromptTransformer.headCount == 0 else {
            throw .heads(features: featureDimension, heads: PromptTransformer.headCount)
        }
        func path(_ purpose: String) -> PromptTransformer {
            PromptTransformer(
                featureDimension: featureDimension, outputs: contextLength * width, seed: parameters.imitation.seed,
                purpose: purpose)
        }
        positive = path("positive")
        negative = path("negative")
        negativeWeight = Float(parameters.negativeWeight)
        self.contextLength = contextLength
    }

    /// Both paths from their tensors, or nil where some are missing or do not fit together.
    public init?(tensors: [String: Tensor], featureDimension: Int, width: Int) {
        func path(_ name: String) -> PromptTransformer? {
            PromptTransformer(tensors: tensors, prefix: name + ".", featureDimension: featureDimension)
        }
        guard let positive = path("positive"), let negative = path("negative"), positive.outputs == negative.outputs,
            positive.outputs > 0, positive.outputs % width == 0, let weight = tensors["negativeWeight"], weight.count == 1
        else { return nil }
        (self.positive, self.negative, negativeWeight) = (positive, negative, weight.scalar)
        contextLength = positive.outputs / width
    }

    /// The parameters of both paths under "positive." and "negative.", and their share, `negativeWeight`, `[1]`.
    public var tensors: [String: Tensor] {
        positive.tensors(prefix: "positive.").merging(negative.tensors(prefix: "negative.")) { own, _ in own }
            .merging(["negativeWeight": Tensor([1], [negativeWeight])]) { own, _ in own }
    }
}

extension DualPath: PromptGenerator, ImitatingNetwork {
    public var featureDimension: Int { positive.parameters[0].columns }
    public var width: Int { positive.outputs / contextLength }
    public var latentDimension: Int { 0 }

    /// The positive path's, then the negative path's.
    public var parameters: [Tensor] {
        get { positive.parameters + negative.parameters }
        set {
            positive.parameters = Array(newValue.prefix(newValue.count / 2))
            negative.parameters = Array(newValue.suffix(newValue.count / 2))
        }
    }

    /// The sum of the paths' mean squared errors, a scalar. A label is a positive prompt and a negative one, side by
    /// side: `[n, 2 M · width]`.
    public func loss(
        labels: Tensor, features: Tensor, parameters p: [Variable], chance: StepChance
    ) -> Variable {
        let outputs = positive.outputs
        func error(_ path: String, _ p: ArraySlice<Variable>, _ columns: Range<Int>) -> Variable {
            let written = PromptTransformer.layers(features: features, parameters: Array(p)) { layer, site in
                chance.stream("\(path) dropout", 4 * layer + site)
            }[PromptTransformer.layerCount]
            return meanSquaredError(written, to: labels.columns(columns))
        }
        return sum(
            error("positive", p.prefix(p.count / 2), 0..<outputs),
            error("negative", p.suffix(p.count / 2), outputs..<2 * outputs))
    }

    /// The positive prompts: `[n, M · width]` of features `[n, F]`. The noise is not looked at.
    public func prompts(noise: Tensor, features: Tensor) -> Tensor { positive.prompts(features) }

    /// The negative prompts: `[n, M · width]` of features `[n, F]`.
    public func counterweight(features: Tensor) -> Counterweight? {
        Counterweight(prompts: negative.prompts(features), weight: negativeWeight)
    }

    /// A positive prompt and a negative one, side by side: `[n, 2 M · width]` of features `[n, F]`.
    public func written(noise: Tensor, features: Tensor) -> Tensor {
        concatenated(Variable(positive.prompts(features)), Variable(negative.prompts(features))).value
    }
}

extension DualPath {
    /// Everything that decides what the paths become.
    public struct Parameters: CheckedParameters, Hashable {
        public static let source = "DPSPG's released code"

        /// 50 epochs; otherwise as SPG's stage II.
        public var imitation: Imitation
        @Parameter("The share of the negative prompt's cosine that is taken from the positive one's.", .nonnegative)
        public var negativeWeight = 0.2
        @Parameter("The first epoch that may be kept, counted from 1.", .within(counts), unit: "epochs")
        public var earliestEpoch = 1
        @Parameter("The last epoch that may be kept; training ends with it.", .within(counts), unit: "epochs")
        public var latestEpoch = 50

        public init() {
            imitation = Imitation()
            imitation.epochs = 50
        }

        /// The epochs of which one is kept.
        public var choice: ClosedRange<Int> { earliestEpoch...lastEpoch }

        private var lastEpoch: Int { min(latestEpoch, imitation.epochs) }

        public var needs: [ModelNeed] { [.heads(PromptTransformer.headCount)] }

        /// Checks that the first epoch that may be kept is not after the last one.
        /// - Throws: if it is.
        public func checkTogether() throws(UnfitParameter) {
            guard earliestEpoch > lastEpoch else { return }
            throw UnfitParameter(
                "earliestEpoch", mustBe: "a whole number from 1 to \(lastEpoch)", not: "\(earliestEpoch)")
        }

        private enum CodingKeys: String, CodingKey { case negativeWeight, earliestEpoch, latestEpoch }

        /// Reads the parameters of `imitation` and its own three values from one object.
        /// - Throws: a `DecodingError` if one is missing or of another type.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            imitation = try Imitation(from: decoder)
            negativeWeight = try container.decode(Double.self, forKey: .negativeWeight)
            earliestEpoch = try container.decode(Int.self, forKey: .earliestEpoch)
            latestEpoch = try container.decode(Int.self, forKey: .latestEpoch)
        }

        /// Writes the parameters of `imitation` and its own three values into one object.
        /// - Throws: what the encoder throws.
        public func encode(to encoder: any Encoder) throws {
            try imitation.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(negativeWeight, forKey: .negativeWeight)
            try container.encode(earliestEpoch, forKey: .earliestEpoch)
            try container.encode(latestEpoch, forKey: .latestEpoch)
        }
    }
}
