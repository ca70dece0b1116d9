import Foundation

/// open_clip's `open_clip_config.json`, as far as features depend on it.
private struct OpenCLIPFile: Decodable {
    let model_cfg: Model
    let preprocess_cfg: Preprocessing?

    struct Model: Decodable {
        let embed_dim: Int?
        let quick_gelu: Bool?
        let vision_cfg: Vision
        let text_cfg: Text
    }

    struct Vision: Decodable {
        let width: Int?
        let head_width: Int?
        let image_size: Extents?
        let timm_model_name: String?
        let ls_init_value: Double?
        let attentional_pool: Bool?
        let no_ln_pre: Bool?
        let final_ln_after_pool: Bool?
        let pool_type: String?
        let pos_embed_type: String?
        let act_kwargs: [String: Double]?
        let norm_kwargs: [String: Double]?
    }

    struct Text: Decodable {
        let width: Int?
        let heads: Int?
        let hf_model_name: String?
        let ls_init_value: Double?
        let embed_cls: Bool?
        let no_causal_mask: Bool?
        let pool_type: String?
        let proj_bias: Bool?
        let proj_type: String?
        let act_kwargs: [String: Double]?
        let norm_kwargs: [String: Double]?
    }

    struct Preprocessing: Decodable {
        let size: Extents?
        let mean: [Double]?
        let std: [Double]?
        let interpolation: String?
        let resize_mode: String?
    }

    /// A side, or height and width.
    struct Extents: Decodable {
        let sides: [Int]

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let side = try? value.decode(Int.self) { sides = [side] } else { sides = try value.decode([Int].self) }
        }
    }
}

extension ModelConfiguration {
    /// Reads the configuration that open_clip keeps beside a model's weights; OpenAI's where there is none.
    static func openCLIP(in folder: URL) throws(CheckpointError) -> ModelConfiguration {
        var configuration = ModelConfiguration(modelFile: "open_clip_config.json")
        let file = folder.appending(path: configuration.modelFile)
        guard let found = try OpenCLIPFile.read(from: file) else { return configuration }
        let (image, text) = (found.model_cfg.vision_cfg, found.model_cfg.text_cfg)
        try refuseVariants(of: image, in: file)
        try refuseVariants(of: text, in: file)
        configuration.files.append(file.lastPathComponent)

        // What the file does not say is what open_clip takes for granted.
        let activation = found.model_cfg.quick_gelu ?? false ? ModelConventions.Nonlinearity.quickGELU : .gelu
        let (imageWidth, textWidth) = (image.width ?? 768, text.width ?? 512)
        configuration.conventions.imageNonlinearity = activation
        configuration.conventions.textNonlinearity = activation
        let imageHead = image.head_width ?? 64
        guard imageHead > 0 else {
            throw .configuration(path: file.path, reason: "vision_cfg/head_width is \(imageHead)")
        }
        configuration.conventions.imageHeadWidth = imageHead
        configuration.conventions.textHeadWidth = try headWidth(
            "text_cfg/heads", width: textWidth, heads: text.heads ?? 8, in: file)
        configuration.claim("vision_cfg/width", imageWidth, \.imageWidth, in: file)
        for side in image.image_size?.sides ?? [] {
            configuration.claim("vision_cfg/image_size", side, \.resolution, in: file)
        }
        configuration.claim("text_cfg/width", textWidth, \.textWidth, in: file)
        configuration.claim("embed_dim", found.model_cfg.embed_dim, \.dimension, in: file)
        if let preprocessing = found.preprocess_cfg {
            try require("preprocess_cfg/interpolation", preprocessing.interpolation, "bicubic", in: file)
            try require("preprocess_cfg/resize_mode", preprocessing.resize_mode, "shortest", in: file)
            for side in preprocessing.size?.sides ?? [] {
                configuration.claim("preprocess_cfg/size", side, \.resolution, in: file)
            }
            try configuration.setNormalization(mean: preprocessing.mean, deviation: preprocessing.std, in: file)
        }
        return configuration
    }

    /// Refuses what open_clip offers beyond the models that OpenAI built.
    private static func refuseVariants(of tower: OpenCLIPFile.Vision, in file: URL) throws(CheckpointError) {
        try refuse("vision_cfg/timm_model_name", tower.timm_model_name, in: file)
        try refuse("vision_cfg/ls_init_value", tower.ls_init_value, in: file)
        try refuse("vision_cfg/act_kwargs", tower.act_kwargs, in: file)
        try refuse("vision_cfg/norm_kwargs", tower.norm_kwargs, in: file)
        try require("vision_cfg/attentional_pool", tower.attentional_pool, false, in: file)
        try require("vision_cfg/no_ln_pre", tower.no_ln_pre, false, in: file)
        try require("vision_cfg/final_ln_after_pool", tower.final_ln_after_pool, false, in: file)
        try require("vision_cfg/pool_type", tower.pool_type, "tok", in: file)
        try require("vision_cfg/pos_embed_type", tower.pos_embed_type, "learnable", in: file)
    }

    private static func refuseVariants(of tower: OpenCLIPFile.Text, in file: URL) throws(CheckpointError) {
        try refuse("text_cfg/hf_model_name", tower.hf_model_name, in: file)
        try refuse("text_cfg/ls_init_value", tower.ls_init_value, in: file)
        try refuse("text_cfg/act_kwargs", tower.act_kwargs, in: file)
        try refuse("text_cfg/norm_kwargs", tower.norm_kwargs, in: file)
        try require("text_cfg/embed_cls", tower.embed_cls, false, in: file)
        try require("text_cfg/no_causal_mask", tower.no_causal_mask, false, in: file)
        try require("text_cfg/pool_type", tower.pool_type, "argmax", in: file)
        try require("text_cfg/proj_bias", tower.proj_bias, false, in: file)
        try require("text_cfg/proj_type", tower.proj_type, "linear", in: file)
    }

    private static func refuse<Value>(_ key: String, _ value: Value?, in file: URL) throws(CheckpointError) {
        if let value { throw .configuration(path: file.path, reason: "\(key) is \(value), which is not supported") }
    }
}
