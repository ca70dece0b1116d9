/// Relatives of CLIP whose towers are built differently, told by names that only their tensors have.
///
/// A configuration beside the weights says as much; without one, they would be CLIP models that lack dozens of tensors.
enum ForeignFamily: CaseIterable {
    case coca, eva, timm, customText

    /// What people call it, and in what it differs.
    var description: String {
        switch self {
        case .coca: "a CoCa model (open_clip): its images are pooled by attention, and it has a decoder of texts"
        case .eva: "an EVA-CLIP model: its image encoder is EVA's, with attention and layers of its own kind"
        case .timm: "an open_clip model with an image encoder of timm's"
        case .customText: "an open_clip model with a text encoder of its own kind"
        }
    }

    /// Parts of names, any one of which gives the family away. `timm` stands behind those that have its names too.
    private var marks: [String] {
        switch self {
        case .coca: ["text_decoder.", "text.cls_emb"]
        case .eva:
            [
                "visual.rope.", "visual.patch_embed.proj.weight", "visual.trunk.rope.", ".blocks.0.attn.q_bias",
                ".blocks.0.attn.q_proj.weight", ".blocks.0.mlp.fc1_g.weight", ".blocks.0.mlp.w1.weight",
            ]
        case .timm: ["visual.trunk."]
        case .customText: ["text.token_embedding.weight", "text.transformer.embeddings."]
        }
    }

    /// The family that a file's tensors belong to, and the name that tells it; nil for CLIP's own and for strangers.
    static func detected(among names: [String]) -> (family: ForeignFamily, name: String)? {
        for family in allCases {
            let tellers = names.filter { name in
                family.marks.contains { mark in
                    name.firstRange(of: mark).map { isWhole($0.lowerBound, of: name, mark) } ?? false
                }
            }
            if let name = tellers.min() { return (family, name) }
        }
        return nil
    }

    /// Whether a mark begins a part of the name: "vision_text.cls_emb" has none of the above in it.
    private static func isWhole(_ start: String.Index, of name: String, _ mark: String) -> Bool {
        mark.hasPrefix(".") || start == name.startIndex || name[name.index(before: start)] == "."
    }
}
