import CLIP
import Tensors

/// How well a network writes the prompts of images' domains, measured on validation images.
struct LabelMeasurement: Sendable {
    /// The names of what is measured.
    static let names = ["label error", "draw spread", "validation accuracy"]

    let images: FeatureSet
    /// One label for each source domain, `[domains, L]`; the images' domains index them.
    let labels: Tensor
    let prompts: ClassPrompts
    let model: CLIPText
    let seed: Int

    /// How far what is written is from its domain's label (root mean square over all numbers), how far two draws for one
    /// image differ (likewise, as a standard deviation), and the accuracy with one draw.
    func measured(_ network: some PromptWriter, epoch: Int) -> [Float] {
        let features = images.center
        func noise(_ draw: Int) -> Tensor {
            latentNoise(images.count, dimension: network.latentDimension) {
                RandomStream(seed: UInt64(seed), purpose: "validation noise \(draw)", epoch, $0)
            }
        }
        let first = noise(0), written = network.written(noise: first, features: features)
        let error = written - labels.gatheringRows(images.domains)
        let spread =
            network.latentDimension == 0
            ? 0 : (written - network.written(noise: noise(1), features: features)).squaredNorm / 2
        let predictions = probabilities(
            of: features, draws: [network.prompts(noise: first, features: features)],
            against: network.counterweight(features: features), classes: prompts, model: model
        ).predictions
        let count = Double(written.count)
        return [
            Float((error.squaredNorm / count).squareRoot()), Float((spread / count).squareRoot()),
            Float(accuracy(predictions, labels: images.labels)),
        ]
    }
}
