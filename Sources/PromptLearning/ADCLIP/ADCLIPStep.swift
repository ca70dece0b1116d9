import CLIP
import Tensors

/// As many images of the source domain as of the target domain, for one step of AD-CLIP.
package struct AdaptationBatch {
    /// Unit features, `[n, dimension]`.
    package var source: Tensor, target: Tensor
    /// Block statistics, `[n, 2 · Σ widths]`.
    package var sourceStatistics: Tensor, targetStatistics: Tensor
    /// Of the source images; nothing is known of the others.
    package var labels: [Int]

    /// As many rows of the source, and labels, as of the target.
    package init(
        source: Tensor, sourceStatistics: Tensor, labels: [Int], target: Tensor, targetStatistics: Tensor
    ) {
        (self.source, self.sourceStatistics, self.labels) = (source, sourceStatistics, labels)
        (self.target, self.targetStatistics) = (target, targetStatistics)
    }
}

/// The four losses of AD-CLIP, and what they come to: scalars.
package struct AdaptationLosses {
    /// Of the source images' predictions.
    package var crossEntropy: Variable
    /// The mean squared distance of mapped tokens from the source domain's.
    package var styleMapping: Variable
    /// Of the target images' predictions.
    package var entropy: Variable
    /// Of the source prompts' text features from the target prompts'.
    package var divergence: Variable
    package var total: Variable
    /// `[n, classes]`.
    package var sourceLogits: Variable
}

extension ADCLIP {
    /// The contexts of the i-th source image and the i-th target image together: both begin with the tokens of both domains,
    /// so the text encoder computes that once.
    static func pairContexts(_ shape: StyleProjectors.Shape) -> [[Int]] {
        let domains = Array(0..<2 * shape.widths.count), k = shape.imageTokens
        return [0, 1].map { side in domains + (0..<k).map { domains.count + side * k + $0 } }
    }

    /// The losses of a batch, all in the order and with the details of the released trainer.
    ///
    /// - Parameters:
    ///   - prompts: of `pairContexts`.
    ///   - p: the projectors' parameters, as variables of a tape.
    static func losses(
        of batch: AdaptationBatch, _ projectors: StyleProjectors, _ p: [Variable], widths: [Int], prompts: ClassPrompts,
        model: CLIPText, weights: Parameters
    ) -> AdaptationLosses {
        let shape = projectors.shape, n = batch.labels.count, classes = prompts.classCount
        let source = StyleInputs(batch.sourceStatistics, widths: widths, scales: shape.widths.count)
        let target = StyleInputs(batch.targetStatistics, widths: widths, scales: shape.widths.count)
        let domain = projectors.domainTokens(source, p), mapped = projectors.mappedTokens(source, p)
        let contexts = concatenated(
            domain, projectors.domainTokens(target, p), projectors.imageTokens(source, p),
            projectors.imageTokens(target, p))  // [n, (2 L + 2 K) · textWidth]
        let text = prompts.textFeatures(
            reshaped(contexts, [n * prompts.layout.contextCount, shape.textWidth]), model: model)  // [n · 2 classes, d]
        func ofSide(_ side: Int) -> Variable {
            rows((0..<n * classes).map { ($0 / classes * 2 + side) * classes + $0 % classes }, of: text)
        }
        let sourceText = ofSide(0), targetText = ofSide(1)  // [n · classes, d]
        let logits = ownScaledProduct(batch.source, sourceText, scale: model.logitScale)
        let targetLogits = ownScaledProduct(batch.target, targetText, scale: model.logitScale)

        let crossEntropy = Tensors.crossEntropy(logits, labels: batch.labels)
        let difference = sum(domain, scaled(mapped, by: -1))
        let styleMapping = meanSquaredError(difference, to: Tensor(difference.value.shape))
        let entropy = meanEntropy(normalizedColumns(softmaxOfRows(targetLogits)))
        let divergence = divergenceWithinGroups(sourceText, from: targetText, of: classes)
        let total = [
            scaled(styleMapping, by: Float(weights.styleWeight)), scaled(entropy, by: Float(weights.entropyWeight)),
            scaled(divergence, by: Float(weights.divergenceWeight)),
        ].reduce(crossEntropy) { sum($0, $1) }
        return AdaptationLosses(
            crossEntropy: crossEntropy, styleMapping: styleMapping, entropy: entropy, divergence: divergence, total: total,
            sourceLogits: logits)
    }
}
