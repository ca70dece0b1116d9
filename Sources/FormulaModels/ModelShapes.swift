/// The names and shapes of CLIP models' weights, under OpenAI's names.
package struct ModelShapes {
    package private(set) var shapes: [String: [Int]] = [:]

    package init() {}

    private mutating func linear(_ name: String, _ inputs: Int, _ outputs: Int, separator: String = ".") {
        shapes[name + separator + "weight"] = [outputs, inputs]
        shapes[name + separator + "bias"] = [outputs]
    }

    private mutating func norm(_ name: String, _ width: Int) {
        shapes[name + ".weight"] = [width]
        shapes[name + ".bias"] = [width]
    }

    private mutating func convolution(_ name: String, _ normName: String, _ inputs: Int, _ outputs: Int, _ kernel: Int) {
        shapes[name + ".weight"] = [outputs, inputs, kernel, kernel]
        norm(normName, outputs)
        shapes[normName + ".running_mean"] = [outputs]
        shapes[normName + ".running_var"] = [outputs]
    }

    private mutating func transformer(_ name: String, width: Int, layers: Int, inner: Int?) {
        for layer in 0..<layers {
            let name = "\(name).resblocks.\(layer)"
            linear(name + ".attn.in_proj", width, 3 * width, separator: "_")
            linear(name + ".attn.out_proj", width, width)
            linear(name + ".mlp.c_fc", width, inner ?? 4 * width)
            linear(name + ".mlp.c_proj", inner ?? 4 * width, width)
            norm(name + ".ln_1", width)
            norm(name + ".ln_2", width)
        }
    }

    package static func modifiedResNet(layers: [Int], width: Int, resolution: Int, dimension: Int) -> ModelShapes {
        var model = ModelShapes()
        for (index, (inputs, outputs)) in [(3, width / 2), (width / 2, width / 2), (width / 2, width)].enumerated() {
            model.convolution("visual.conv\(index + 1)", "visual.bn\(index + 1)", inputs, outputs, 3)
        }
        var inputs = width
        for (stage, blocks) in layers.enumerated() {
            let planes = width << stage
            for block in 0..<blocks {
                let name = "visual.layer\(stage + 1).\(block)"
                model.convolution(name + ".conv1", name + ".bn1", inputs, planes, 1)
                model.convolution(name + ".conv2", name + ".bn2", planes, planes, 3)
                model.convolution(name + ".conv3", name + ".bn3", planes, 4 * planes, 1)
                if block == 0 { model.convolution(name + ".downsample.0", name + ".downsample.1", inputs, 4 * planes, 1) }
                inputs = 4 * planes
            }
        }
        let side = resolution / 32
        model.shapes["visual.attnpool.positional_embedding"] = [side * side + 1, inputs]
        for part in ["q_proj", "k_proj", "v_proj"] { model.linear("visual.attnpool." + part, inputs, inputs) }
        model.linear("visual.attnpool.c_proj", inputs, dimension)
        return model
    }

    package static func visionTransformer(
        resolution: Int, patch: Int, width: Int, layers: Int, dimension: Int, inner: Int? = nil
    ) -> ModelShapes {
        var model = ModelShapes()
        let side = resolution / patch
        model.shapes["visual.conv1.weight"] = [width, 3, patch, patch]
        model.shapes["visual.class_embedding"] = [width]
        model.shapes["visual.positional_embedding"] = [side * side + 1, width]
        model.norm("visual.ln_pre", width)
        model.transformer("visual.transformer", width: width, layers: layers, inner: inner)
        model.norm("visual.ln_post", width)
        model.shapes["visual.proj"] = [width, dimension]
        return model
    }

    /// The model with a text encoder beside the image encoder.
    /// - Parameter dimension: of its features; those of the image encoder if it is nil.
    package func addingText(
        vocabulary: Int = 97, context: Int = 13, width: Int = 64, layers: Int = 2, inner: Int? = nil,
        dimension: Int? = nil
    ) -> ModelShapes {
        var model = self
        let dimension = dimension ?? shapes["visual.proj"]?[1] ?? shapes["visual.attnpool.c_proj.bias"]?[0] ?? 0
        model.shapes["token_embedding.weight"] = [vocabulary, width]
        model.shapes["positional_embedding"] = [context, width]
        model.transformer("transformer", width: width, layers: layers, inner: inner)
        model.norm("ln_final", width)
        model.shapes["text_projection"] = [width, dimension]
        model.shapes["logit_scale"] = []
        return model
    }
}
