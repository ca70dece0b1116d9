/// The names that transformers' `CLIPModel` gives to what OpenAI's names mean.
enum HuggingFaceNames {
    /// Names outside the layers.
    private static let single = [
        "visual.class_embedding": "vision_model.embeddings.class_embedding",
        "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
        "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
        "visual.ln_pre.weight": "vision_model.pre_layrnorm.weight",  // their spelling
        "visual.ln_pre.bias": "vision_model.pre_layrnorm.bias",
        "visual.ln_post.weight": "vision_model.post_layernorm.weight",
        "visual.ln_post.bias": "vision_model.post_layernorm.bias",
        "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
        "positional_embedding": "text_model.embeddings.position_embedding.weight",
        "ln_final.weight": "text_model.final_layer_norm.weight",
        "ln_final.bias": "text_model.final_layer_norm.bias",
        "logit_scale": "logit_scale",
    ]
    /// Projections are linear layers, which keep a row for each output.
    private static let transposed = [
        "visual.proj": "visual_projection.weight", "text_projection": "text_projection.weight",
    ]
    private static let groups = [
        "visual.transformer.resblocks.": "vision_model.encoder.layers.",
        "transformer.resblocks.": "text_model.encoder.layers.",
    ]
    /// Names inside a layer, before `weight` or `bias`.
    private static let parts = [
        "ln_1.": ["layer_norm1."], "ln_2.": ["layer_norm2."], "attn.out_proj.": ["self_attn.out_proj."],
        "attn.in_proj_": ["self_attn.q_proj.", "self_attn.k_proj.", "self_attn.v_proj."],
        "mlp.c_fc.": ["mlp.fc1."], "mlp.c_proj.": ["mlp.fc2."],
    ]

    static func origin(of name: String) -> NameScheme.Origin {
        if let name = single[name] { return .init(names: [name]) }
        if let name = transposed[name] { return .init(names: [name], isTransposed: true) }
        for (group, theirs) in groups where name.hasPrefix(group) {
            let rest = name.dropFirst(group.count), number = rest.prefix { $0 != "." }
            let inner = rest.dropFirst(number.count + 1)
            for (part, names) in parts where inner.hasPrefix(part) {
                return .init(names: names.map { theirs + number + "." + $0 + inner.dropFirst(part.count) })
            }
        }
        // Not in their models, such as a ResNet's; found nowhere, and reported as it was asked for.
        return .init(names: [name])
    }

    static func memberPrefix(of group: String) -> String { groups[group] ?? group }

    static func towerPrefixes(of tower: String) -> [String] {
        tower == "visual." ? ["vision_model."] : ["text_model."]
    }
}
