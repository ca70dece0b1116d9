import Foundation
import Tensors

/// A conditional flow that draws prompts: it carries noise along a velocity field, which depends on an image's feature,
/// to the prompts of the domains that the image may be of.
///
/// Rectified flow (Liu, Gong, Liu 2023; flow matching, Lipman et al. 2023) in the span of the label prompts. The
/// velocity at point x and time t is learned as the expected difference x₁ − x₀ between a label and the noise that it
/// is reached from on a straight line, x = (1 − t) x₀ + t x₁. There is no adversary, and no direction to be wrong in
/// but those of the labels.
///
///     x [K], t ─▶ 8 waves, f ─▶ Linear(K+8+F, 256) GELU ─▶ Linear(256, 256) GELU ─▶ Linear(256, K)
public struct PromptFlow: Sendable {
    static let hidden = 256
    /// Frequencies of the time, π · 2ʲ, each as a sine and a cosine.
    static let frequencies = 4
    static let parameterNames = ["0.weight", "0.bias", "1.weight", "1.bias", "2.weight", "2.bias"].map { "velocity." + $0 }

    /// Weight, `[outputs, inputs]`, and bias, `[outputs]`, of each layer in turn.
    public var parameters: [Tensor]
    package let span: PromptSpan
    /// Of Euler's method, from noise to a prompt.
    let steps: Int
    public let contextLength: Int

    /// - Parameter labels: `[domains, P]`, the prompts that it will be taught.
    /// - Throws: `samePrompts` if these are all the same.
    package init(
        labels: Tensor, featureDimension: Int, contextLength: Int, steps: Int, seed: Int
    ) throws(PromptError) {
        guard let span = PromptSpan(of: labels) else { throw .samePrompts }
        self.span = span
        self.steps = steps
        self.contextLength = contextLength
        parameters = Self.sizes(span.dimension, featureDimension).enumerated().flatMap { layer, size in
            initialLinear(size.inputs, size.outputs, seed: UInt64(seed), purpose: "velocity", layer: layer)
        }
    }

    private static func sizes(_ dimension: Int, _ featureDimension: Int) -> [(inputs: Int, outputs: Int)] {
        [
            (dimension + 2 * frequencies + featureDimension, hidden), (hidden, hidden), (hidden, dimension),
        ]
    }

    /// A flow from its tensors, or nil where some are missing or do not fit together.
    public init?(tensors: [String: Tensor], featureDimension: Int, width: Int) {
        let parameters = Self.parameterNames.compactMap { tensors[$0] }
        guard parameters.count == Self.parameterNames.count, let mean = tensors["mean"], let steps = tensors["steps"],
            let directions = tensors["directions"], let span = PromptSpan(mean: mean, directions: directions),
            mean.count % width == 0, steps.count == 1, steps.scalar >= 1, steps.scalar <= 1e6
        else { return nil }
        let shapes = Self.sizes(span.dimension, featureDimension).flatMap { [[$0.outputs, $0.inputs], [$0.outputs]] }
        guard parameters.map(\.shape) == shapes else { return nil }
        self.parameters = parameters
        self.span = span
        self.steps = Int(steps.scalar)
        contextLength = mean.count / width
    }

    /// The parameters by name; the span's `mean`, `[P]`, and `directions`, `[K, P]`; `steps`, `[1]`.
    public var tensors: [String: Tensor] {
        var tensors = Dictionary(uniqueKeysWithValues: zip(Self.parameterNames, parameters))
        tensors["mean"] = span.mean
        tensors["directions"] = span.directions
        tensors["steps"] = Tensor([1], [Float(steps)])
        return tensors
    }

    /// The velocity at points.
    ///
    /// - Parameters:
    ///   - points: `[n, K]`.
    ///   - times: one per point, in 0...1.
    ///   - features: `[n, F]`, unit length.
    ///   - p: this flow's parameters.
    /// - Returns: `[n, K]`.
    package static func velocity(
        at points: Tensor, times: [Float], features: Tensor, parameters p: [Variable]
    ) -> Variable {
        var waves = Tensor(uninitialized: [times.count, 2 * frequencies])
        for (row, time) in times.enumerated() {
            for j in 0..<frequencies {
                let angle = Float.pi * Float(1 << j) * time
                (waves[row, 2 * j], waves[row, 2 * j + 1]) = (sin(angle), cos(angle))
            }
        }
        // A unit feature's numbers are small where it has many: brought to the points' scale.
        let scaled = features * Float(features.columns).squareRoot()
        let x = concatenated(concatenated(Variable(points), Variable(waves)), Variable(scaled))  // [n, K + 8 + F]
        let h = gelu(linear(gelu(linear(x, weight: p[0], bias: p[1])), weight: p[2], bias: p[3]))
        return linear(h, weight: p[4], bias: p[5])
    }
}

extension PromptFlow: PromptGenerator, ImitatingNetwork {
    public var featureDimension: Int { parameters[0].columns - span.dimension - 2 * Self.frequencies }
    public var width: Int { span.mean.count / contextLength }
    public var latentDimension: Int { span.dimension }

    /// The mean squared error of the velocity, a scalar: at a random point of each line from noise to a label,
    /// `[n, P]`.
    public func loss(
        labels: Tensor, features: Tensor, parameters p: [Variable], chance: StepChance
    ) -> Variable {
        let ends = span.coordinates(of: labels)
        let starts = latentNoise(ends.rows, dimension: ends.columns) { chance.stream("flow noise", $0) }
        var stream = chance.stream("flow times")
        let times = stream.uniform([ends.rows]).values
        var points = starts
        let difference = ends - starts
        points.withUnsafeMutablePointer { x in
            difference.withUnsafePointer { d in
                for (row, time) in times.enumerated() {
                    for k in row * ends.columns..<(row + 1) * ends.columns { x[k] += time * d[k] }
                }
            }
        }
        return meanSquaredError(
            Self.velocity(at: points, times: times, features: features, parameters: p), to: difference)
    }

    /// Euler's method from the noise, `[n, K]`, at time 0 to time 1: `[n, P]`.
    public func prompts(noise: Tensor, features: Tensor) -> Tensor {
        let p = parameters.map { Variable($0) }
        var points = noise
        for step in 0..<steps {
            let times = Array(repeating: Float(step) / Float(steps), count: noise.rows)
            points += Self.velocity(at: points, times: times, features: features, parameters: p).value * (1 / Float(steps))
        }
        return span.prompts(at: points)
    }
}

extension PromptFlow {
    /// Everything that decides what a flow becomes.
    public struct Parameters: CheckedParameters, Hashable {
        public static let source = "own choice"

        public var imitation = Imitation()
        @Parameter("How many steps Euler's method takes from noise to a prompt.", .within(1...1000), unit: "steps")
        public var steps = 16

        public init() {}

        private enum CodingKeys: String, CodingKey { case steps }

        /// Reads the parameters of `imitation` and `steps` from one object.
        /// - Throws: a `DecodingError` if one is missing or of another type.
        public init(from decoder: any Decoder) throws {
            imitation = try Imitation(from: decoder)
            steps = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .steps)
        }

        /// Writes the parameters of `imitation` and `steps` into one object.
        /// - Throws: what the encoder throws.
        public func encode(to encoder: any Encoder) throws {
            try imitation.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(steps, forKey: .steps)
        }
    }
}
