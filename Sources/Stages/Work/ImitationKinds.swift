extension StageSize {
    /// SPG's regressor: its generator without noise and without an adversary.
    var regressing: Work {
        imitating(weights: weights([Double(model.dimension), 128, 256, 512, 1024, 4 * Double(model.textWidth)]))
    }

    /// A flow over the mixtures of the source domains' prompts.
    var flowing: Work {
        let directions = Double(max(1, (artifacts["prompts"] ?? 2) - 1))
        return imitating(weights: weights([directions + 8 + Double(model.dimension), 256, 256, directions]))
    }

    /// DPSPG's stage I: CoOp twice.
    var pairFitting: Work { fitting + fitting }

    /// DPSPG's stage II: two transformers over one token, and two prompts for each validation image.
    var dualWriting: Work {
        let feature = Double(model.dimension), layer = 2 * feature * feature + 2 * 2048 * feature
        let path = 4 * layer + feature * 4 * Double(model.textWidth)
        let last = min(number("latestEpoch"), number("epochs"))
        return imitating(weights: 2 * path, epochs: last) + measuring(measurements(in: last), contextLength: 4)
    }

    /// A network fitted to prompts: forwards and backwards for each image, and looks at the validation images.
    private func imitating(weights: Double, epochs: Double? = nil) -> Work {
        let epochs = epochs ?? number("epochs"), given = number("stepsPerEpoch")
        let steps = epochs * (given > 0 ? given : batches)
        let step = number("batchSize", default: 32) * 6 * weights / 1e9
        return Work(
            gigaflop: steps * step, share: 0.35, unit: step,
            bytes: StoredSize.vectors(weights) + StoredSize.history(epochs: epochs), checkpointBytes: 16 * weights)
            + measuring(measurements(in: epochs), contextLength: 4)
    }

    private func measurements(in epochs: Double) -> Double { epochs / max(1, number("validateEvery", default: 1)) }

    private func weights(_ sizes: [Double]) -> Double { zip(sizes, sizes.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } }
}
