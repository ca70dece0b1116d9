import Foundation

/// transformers' `config.json` of a CLIP model, as far as features depend on it.
private struct HuggingFaceModel: Decodable {
    let model_type: String?
    let projection_dim: Int?
    let text_config: Tower?
    let vision_config: Tower?
    /// Older files have a second version of each tower's, which counts where it says something.
    let text_config_dict: Tower?
    let vision_config_dict: Tower?

    struct Tower: Decodable {
        var hidden_act: String?
        var hidden_size: Int?
        var num_attention_heads: Int?
        var layer_norm_eps: Double?
        var image_size: Int?
        var patch_size: Int?

        func overridden(by other: Tower?) -> Tower {
            Tower(
                hidden_act: other?.hidden_act ?? hidden_act, hidden_size: other?.hidden_size ?? hidden_size,
                num_attention_heads: other?.num_attention_heads ?? num_attention_heads,
                layer_norm_eps: other?.layer_norm_eps ?? layer_norm_eps,
                image_size: other?.image_size ?? image_size, patch_size: other?.patch_size ?? patch_size)
        }
    }
}

extension ModelConfiguration {
    /// transformers' names for one side of a model, saved by itself.
    private static let sides: Set = ["clip_text_model", "clip_vision_model"]

    /// Reads the configuration of a folder that transformers wrote.
    static func huggingFace(in folder: URL) throws(CheckpointError) -> ModelConfiguration {
        var configuration = ModelConfiguration(modelFile: "config.json")
        let file = folder.appending(path: configuration.modelFile)
        if let model = try HuggingFaceModel.read(from: file) {
            configuration.files.append(file.lastPathComponent)
            if let type = model.model_type, sides.contains(type) {
                throw .configuration(
                    path: file.path,
                    reason: "model_type is \"\(type)\", one side of a CLIP model; save the whole one, CLIPModel")
            }
            if let type = model.model_type, type != "clip" {
                throw .configuration(path: file.path, reason: "model_type is \"\(type)\", which is not CLIP")
            }
            // What a file does not say is what transformers takes for granted.
            let image = (model.vision_config ?? .init()).overridden(by: model.vision_config_dict)
            let text = (model.text_config ?? .init()).overridden(by: model.text_config_dict)
            let (imageWidth, textWidth) = (image.hidden_size ?? 768, text.hidden_size ?? 512)
            configuration.conventions.imageNonlinearity = try activation(image, "vision_config", in: file)
            configuration.conventions.textNonlinearity = try activation(text, "text_config", in: file)
            configuration.conventions.imageHeadWidth = try headWidth(
                "vision_config/num_attention_heads", width: imageWidth, heads: image.num_attention_heads ?? 12,
                in: file)
            configuration.conventions.textHeadWidth = try headWidth(
                "text_config/num_attention_heads", width: textWidth, heads: text.num_attention_heads ?? 8, in: file)
            configuration.claim("vision_config/hidden_size", imageWidth, \.imageWidth, in: file)
            configuration.claim("text_config/hidden_size", textWidth, \.textWidth, in: file)
            configuration.claim("vision_config/image_size", image.image_size, \.resolution, in: file)
            configuration.claim("projection_dim", model.projection_dim, \.dimension, in: file)
        }
        try configuration.readHuggingFacePreprocessing(in: folder)
        return configuration
    }

    private static func activation(
        _ tower: HuggingFaceModel.Tower, _ key: String, in file: URL
    ) throws(CheckpointError) -> ModelConventions.Nonlinearity {
        try require(key + "/layer_norm_eps", tower.layer_norm_eps, 1e-5, in: file)
        switch tower.hidden_act ?? "quick_gelu" {
        case "quick_gelu": return .quickGELU
        case "gelu": return .gelu
        case let other:
            throw .configuration(
                path: file.path, reason: "\(key)/hidden_act is \"\(other)\"; quick_gelu and gelu are supported")
        }
    }
}
