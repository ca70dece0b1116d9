import Foundation

/// transformers' description of a `CLIPImageProcessor`.
private struct HuggingFaceProcessor: Decodable {
    let do_resize: Bool?
    let size: Size?
    let resample: Int?
    let do_center_crop: Bool?
    let crop_size: Size?
    let do_rescale: Bool?
    let rescale_factor: Double?
    let do_normalize: Bool?
    let image_mean: [Double]?
    let image_std: [Double]?

    /// A number, or one or two with names.
    enum Size: Decodable {
        case side(Int)
        case shortSide(Int)
        case extents(height: Int, width: Int)

        private enum Key: String, CodingKey { case shortest_edge, height, width }

        init(from decoder: any Decoder) throws {
            if let side = try? decoder.singleValueContainer().decode(Int.self) {
                self = .side(side)
                return
            }
            let sides = try decoder.container(keyedBy: Key.self)
            if let short = try sides.decodeIfPresent(Int.self, forKey: .shortest_edge) {
                self = .shortSide(short)
            } else {
                self = .extents(
                    height: try sides.decode(Int.self, forKey: .height),
                    width: try sides.decode(Int.self, forKey: .width))
            }
        }
    }
}

/// Newer versions keep the image processor's description inside the whole processor's.
private struct WholeProcessor: Decodable {
    let image_processor: HuggingFaceProcessor?
}

extension ModelConfiguration {
    /// Takes over the mean and deviation of an image processor, and checks that the rest is what CLIP does: the short
    /// side is resized to the model's resolution with a bicubic filter, and the middle is cropped.
    mutating func readHuggingFacePreprocessing(in folder: URL) throws(CheckpointError) {
        var file = folder.appending(path: "preprocessor_config.json")
        var found = try HuggingFaceProcessor.read(from: file)
        if found == nil {
            file = folder.appending(path: "processor_config.json")
            found = try WholeProcessor.read(from: file)?.image_processor
        }
        guard let processor = found else { return }
        files.append(file.lastPathComponent)
        for (key, value) in [
            ("do_resize", processor.do_resize), ("do_center_crop", processor.do_center_crop),
            ("do_rescale", processor.do_rescale), ("do_normalize", processor.do_normalize),
        ] {
            try Self.require(key, value, true, in: file)
        }
        // Pillow's number of the bicubic filter.
        try Self.require("resample", processor.resample, 3, in: file)
        if let factor = processor.rescale_factor, abs(factor * 255 - 1) > 1e-6 {
            throw .configuration(path: file.path, reason: "rescale_factor is \(factor); only 1/255 is supported")
        }
        switch processor.size {
        case .side(let side), .shortSide(let side): claim("size", side, \.resolution, in: file)
        case .extents(let height, let width):
            throw .configuration(
                path: file.path,
                reason: "size \(height)×\(width) distorts pictures; only a resize of the short side is supported")
        case nil: break
        }
        switch processor.crop_size {
        case .side(let side), .shortSide(let side): claim("crop_size", side, \.resolution, in: file)
        case .extents(let height, let width):
            claim("crop_size/height", height, \.resolution, in: file)
            claim("crop_size/width", width, \.resolution, in: file)
        case nil: break
        }
        try setNormalization(mean: processor.image_mean, deviation: processor.image_std, in: file)
    }
}
