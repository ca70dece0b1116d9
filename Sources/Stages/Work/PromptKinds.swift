import Foundation

extension StageSize {
    /// Encoding images: each is decoded once, and each view is cut out of it and encoded.
    var extraction: Work {
        let images = imageCount("images"), views = 1 + number("views")
        return Work(
            gigaflop: images * views * model.imageGigaflop, share: 0.75, seconds: images * (0.0005 + views * 0.0005),
            bytes: images * views * StoredSize.row(of: 4 * model.dimension + 64) + images * StoredSize.image)
    }

    /// CoOp: in each step the text encoder forwards and backwards, its weights fixed; images are features.
    var fitting: Work {
        let length = number("contextLength", default: 4), epochs = number("epochs")
        let isClassSpecific = parameters["classSpecificContexts"] == .bool(true)
        let forward = promptGigaflop(contextLength: length, classSpecific: isClassSpecific)
        let vectors = length * (isClassSpecific ? Double(classes) : 1)
        return Work(
            gigaflop: epochs * (2 * batches + 1) * forward, share: 0.45, unit: 2 * forward,
            bytes: StoredSize.vectors(vectors * Double(model.textWidth)) + StoredSize.history(epochs: epochs),
            checkpointBytes: 8 * vectors * Double(model.textWidth))
    }

    /// SPG's generator and discriminator: both train in each step; validation classifies with a prompt for each image.
    var adversarial: Work {
        let length = 4.0, prompt = length * Double(model.textWidth), feature = Double(model.dimension)
        func weights(_ sizes: [Double]) -> Double { zip(sizes, sizes.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } }
        let generator = weights([number("latentDimension", default: 100) + feature, 128, 256, 512, 1024, prompt])
        let discriminator = weights([prompt + feature, 512, 512, 512, 1])
        let epochs = number("epochs"), given = number("stepsPerEpoch")
        let steps = epochs * (given > 0 ? given : batches)
        // The discriminator: the generator forward once, itself forward and backward on twice the batch. The generator: both forward
        // (itself already) and backward.
        let step = 2 * number("batchSize", default: 32) * (3 * generator + 9 * discriminator) / 1e9
        let measurements = (epochs / max(1, number("validateEvery", default: 1))).rounded(.up)
        return Work(
            gigaflop: steps * step, share: 0.35, unit: step,
            bytes: StoredSize.vectors(generator) + StoredSize.history(epochs: epochs),
            checkpointBytes: 4 * (4 * generator + 3 * discriminator))
            + classifying(measurements * validation, contextLength: length)
    }

    /// Classifying by one prompt for each class.
    var classifyingByClass: Work {
        let products = 2 * imageCount() * Double(classes * model.dimension) / 1e9
        return Work(
            gigaflop: promptGigaflop(contextLength: 4) + products, share: 0.4, unit: predicting(),
            bytes: imageCount() * StoredSize.prediction)
    }

    /// Classifying by prompts that are generated for each image: as many as are drawn, and with DPSPG a negative one to each.
    var classifyingByImage: Work {
        let prompts = number("draws", default: 1) * (makers["generator"] == StageKind.dualPath.name ? 2 : 1)
        return evaluating(prompts: prompts, contextLength: 4)
    }

    /// Classifying by a prompt that is generated for each batch of images.
    var classifyingByBatch: Work {
        evaluating(prompts: 1 / max(1, number("batchSize", default: 64)), contextLength: 16)
    }
}

/// What rows take in the store, as SQLite lays them out.
enum StoredSize {
    /// A row of a table whose rows all have that many bytes, with its part of the rest of the page and of indices.
    static func row(of bytes: Int) -> Double {
        let page = 16_384.0, indices = 40.0
        let rows = max(1, (page / Double(bytes)).rounded(.down))
        return (Double(bytes) > page ? Double(bytes) : page / rows) + indices
    }

    /// An image: its digest, its place in a manifest, its file.
    static let image = 420.0
    static let prediction = 24.0

    static func vectors(_ numbers: Double) -> Double { 4 * numbers + 500 }
    /// Three figures for each epoch.
    static func history(epochs: Double) -> Double { 100 * epochs }
}
