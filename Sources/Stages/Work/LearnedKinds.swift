extension StageSize {
    /// Looks at the validation images, each with a prompt of its own.
    func measuring(_ measurements: Double, contextLength: Double) -> Work {
        classifying(measurements.rounded(.up) * validation, contextLength: contextLength)
    }

    /// CoCoOp: every training image has a prompt of its own, forwards and backwards.
    var conditionalFitting: Work {
        let length = number("contextLength", default: 4), epochs = number("epochs")
        let feature = Double(model.dimension), width = Double(model.textWidth)
        let image = 2 * promptGigaflop(contextLength: length)
        return Work(
            gigaflop: epochs * training * image, share: 0.6, unit: number("batchSize", default: 1) * image,
            bytes: StoredSize.vectors(feature * feature / 16 + feature / 16 * width + length * width)
                + StoredSize.history(epochs: epochs))
            + measuring(epochs / max(1, number("validateEvery", default: 1)), contextLength: length)
    }

    /// DPL: in each step a prompt for each domain.
    var domainFitting: Work {
        let length = number("contextLength", default: 16), steps = number("steps")
        let hidden = number("hiddenWidth", default: 512), prompt = length * Double(model.textWidth)
        let looks = (steps / max(1, number("validateEvery", default: 300))).rounded(.up)
        let shared = validation / max(1, number("validationBatchSize", default: 64))
        let forward = promptGigaflop(contextLength: length), step = 2 * Double(artifacts["embeddings"] ?? 1) * forward
        return Work(
            gigaflop: steps * step + looks * shared * forward, share: 0.45, unit: step,
            bytes: StoredSize.vectors(hidden * (Double(model.dimension) + hidden + prompt)) + StoredSize.history(epochs: looks))
    }

    /// DAPL: in each step the prompts of both domains.
    var adaptedFitting: Work {
        let own = number("contextLength", default: 16), domains = number("domainContextLength", default: 16)
        let isClassSpecific = parameters["classSpecificContexts"] != .bool(false)
        let forward = promptGigaflop(contextLength: own + domains, classSpecific: isClassSpecific), epochs = number("epochs")
        let vectors = own * (isClassSpecific ? Double(classes) : 1) + 2 * domains
        return Work(
            gigaflop: 2 * 2 * epochs * batches * forward, share: 0.45, unit: 2 * 2 * forward,
            bytes: StoredSize.vectors(vectors * Double(model.textWidth)) + StoredSize.history(epochs: epochs))
    }

    /// AD-CLIP: in a step an image of the source and one of the target make a pair, whose prompts begin with the same tokens.
    var styleFitting: Work {
        let epochs = number("epochs"), given = number("stepsPerEpoch")
        let steps = epochs * (given > 0 ? given : batches)
        let rows = 1 + 2 * styleBlocks + 2 * (styleImageTokens + Self.tokensOfClass * Double(classes))
        let step = 2 * number("batchSize", default: 16) * rows * model.textRowGigaflop
        return Work(gigaflop: steps * step, share: 0.6, unit: step)
            + measuring(epochs / max(1, number("validateEvery", default: 1)), contextLength: styleContextLength)
    }

    /// The tokens of both domains for each block, and those of the image.
    private var styleContextLength: Double { 2 * styleBlocks + styleImageTokens }

    /// The blocks of the image encoder that are looked at.
    private var styleBlocks: Double {
        let scales = number("scales")
        return scales > 0 ? scales : Double(model.imageBlocks)
    }

    private var styleImageTokens: Double { number("imageTokens", default: 4) }

    /// VPT and MaPLe: images are read and encoded again in every epoch, forwards and backwards.
    var visionFitting: Work {
        let epochs = number("epochs"), images = epochs * (3 * training + validation)
        let forward = promptGigaflop(contextLength: 4)
        return Work(
            gigaflop: images * model.imageGigaflop + 2 * epochs * batches * forward, share: 0.7,
            unit: 3 * number("batchSize", default: 4) * model.imageGigaflop + 2 * forward, seconds: epochs * imageCount() * 0.001)
    }

    /// Classifying by prompts from AD-CLIP's projectors, one for each image.
    var classifyingByStyle: Work { evaluating(prompts: 1, contextLength: styleContextLength) }

    /// Encoding images anew, and classifying by one prompt for each class.
    var classifyingByVision: Work {
        let encoding = Work(gigaflop: imageCount() * model.imageGigaflop, share: 0.75, seconds: imageCount() * 0.001)
        return classifyingByClass + encoding
    }
}
