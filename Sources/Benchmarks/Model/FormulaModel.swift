import Tensors

/// Full-size CLIP models whose weights are addressed random numbers: as fast as trained ones, with no download.
///
/// Names and shapes are those of OpenAI's state dicts. The numbers keep activations near 1.
enum FormulaModel {
    /// RN50's image encoder.
    static func resNet50() -> [String: Tensor] {
        var w = Weights()
        func convolution(_ name: String, _ norm: String, _ inputs: Int, _ outputs: Int, kernel: Int) {
            w.matrix(name + ".weight", [outputs, inputs, kernel, kernel], fanIn: inputs * kernel * kernel)
            w.vector(norm + ".weight", outputs, around: 1)
            w.vector(norm + ".bias", outputs)
            w.vector(norm + ".running_mean", outputs)
            w.vector(norm + ".running_var", outputs, around: 1)
        }
        for (i, (inputs, outputs)) in [(3, 32), (32, 32), (32, 64)].enumerated() {
            convolution("visual.conv\(i + 1)", "visual.bn\(i + 1)", inputs, outputs, kernel: 3)
        }
        var inputs = 64
        for (stage, blocks) in [3, 4, 6, 3].enumerated() {
            let planes = 64 << stage
            for block in 0..<blocks {
                let name = "visual.layer\(stage + 1).\(block)"
                convolution(name + ".conv1", name + ".bn1", inputs, planes, kernel: 1)
                convolution(name + ".conv2", name + ".bn2", planes, planes, kernel: 3)
                convolution(name + ".conv3", name + ".bn3", planes, 4 * planes, kernel: 1)
                if block == 0 {
                    convolution(name + ".downsample.0", name + ".downsample.1", inputs, 4 * planes, kernel: 1)
                }
                inputs = 4 * planes
            }
        }
        w.matrix("visual.attnpool.positional_embedding", [50, 2048], fanIn: 2048)
        for part in ["q_proj", "k_proj", "v_proj"] { w.linear("visual.attnpool." + part, 2048, 2048) }
        w.linear("visual.attnpool.c_proj", 2048, 1024)
        return w.tensors
    }

    /// A vision transformer; ViT-B/16's sizes unless others are given.
    static func visionTransformer(
        resolution: Int = 224, patch: Int = 16, width: Int = 768, layers: Int = 12, dimension: Int = 512
    ) -> [String: Tensor] {
        let side = resolution / patch
        var w = Weights()
        w.matrix("visual.conv1.weight", [width, 3, patch, patch], fanIn: 3 * patch * patch)
        w.vector("visual.class_embedding", width)
        w.matrix("visual.positional_embedding", [side * side + 1, width], fanIn: width)
        w.norm("visual.ln_pre", width)
        w.transformer("visual.transformer", width, layers)
        w.norm("visual.ln_post", width)
        w.matrix("visual.proj", [width, dimension], fanIn: width)
        return w.tensors
    }

    /// A CLIP with ViT-B/16's text encoder, but for a vocabulary of the tokens in use.
    /// - Parameters:
    ///   - image: the image encoder; where only texts are timed, one of the smallest kind.
    ///   - dimension: of its features.
    static func text(beside image: [String: Tensor]? = nil, dimension: Int = 512) -> [String: Tensor] {
        let width = 512
        let image = image ?? visionTransformer(resolution: 32, patch: 16, width: 64, layers: 1, dimension: dimension)
        var w = Weights()
        w.matrix("token_embedding.weight", [FormulaVocabulary.count, width], fanIn: 2500)
        w.matrix("positional_embedding", [77, width], fanIn: 10_000)
        w.transformer("transformer", width, 12)
        w.norm("ln_final", width)
        w.matrix("text_projection", [width, dimension], fanIn: width)
        w.tensors["logit_scale"] = Tensor(3)
        return w.tensors.merging(image) { text, _ in text }
    }

    /// Numbers in ±1 that depend on a name and their place alone.
    static func uniform(_ name: String, _ shape: [Int]) -> Tensor {
        var stream = RandomStream(seed: 1, purpose: name)
        return stream.uniform(shape).mapped { 2 * $0 - 1 }
    }
}

private struct Weights {
    var tensors: [String: Tensor] = [:]

    /// Variance 1 / fanIn.
    mutating func matrix(_ name: String, _ shape: [Int], fanIn: Int) {
        tensors[name] = FormulaModel.uniform(name, shape) * (3 / Float(fanIn)).squareRoot()
    }

    mutating func vector(_ name: String, _ size: Int, around base: Float = 0) {
        tensors[name] = FormulaModel.uniform(name, [size]).mapped { $0 * 0.1 + base }
    }

    mutating func linear(_ name: String, _ inputs: Int, _ outputs: Int, separator: String = ".") {
        matrix(name + separator + "weight", [outputs, inputs], fanIn: inputs)
        vector(name + separator + "bias", outputs)
    }

    mutating func norm(_ name: String, _ width: Int) {
        vector(name + ".weight", width, around: 1)
        vector(name + ".bias", width)
    }

    mutating func transformer(_ name: String, _ width: Int, _ layers: Int) {
        for layer in 0..<layers {
            let name = "\(name).resblocks.\(layer)"
            norm(name + ".ln_1", width)
            linear(name + ".attn.in_proj", width, 3 * width, separator: "_")
            linear(name + ".attn.out_proj", width, width)
            norm(name + ".ln_2", width)
            linear(name + ".mlp.c_fc", width, 4 * width)
            linear(name + ".mlp.c_proj", 4 * width, width)
        }
    }
}
