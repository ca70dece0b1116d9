import ArtifactStore
import Datasets
import Stages

/// Estimates what instances of a plan take, from what the store knows of earlier ones and from their kinds' formulas.
struct Estimator {
    let sizes: StageSizes
    /// Of matrix products on one core; asked for only where nothing of a kind has been made yet.
    let rate: () -> Double
    private var histories: [String: History] = [:]
    private var measuredRate: Double?

    /// A rate to divide arithmetic by where only ratios matter.
    private static let anyRate = 100.0
    /// The latest attempts that are looked at.
    private static let attempts = 60

    init(_ sizes: StageSizes, rate: @escaping () -> Double) {
        (self.sizes, self.rate) = (sizes, rate)
    }

    /// What was made of a kind: how much longer than its formula says each took, and more than its images.
    private struct History {
        /// Core seconds over the formula's, one for each attempt, sorted.
        var ratios: [Double] = []
        /// Core seconds over images × epochs.
        var paces: [Double] = []
        /// Of the artifacts.
        var bytes: [Double] = []
    }

    /// - Parameters:
    ///   - threads: that the instance will have.
    ///   - images: how many it reads, where it does not read all of its domain's.
    mutating func estimate(_ instance: Instance, threads: Int, images: Int? = nil) throws -> Estimate {
        var size = try sizes.size(of: instance.recipe)
        if let images { size.images["images"] = images }
        let work = instance.kind.work.map { started($0(size)) }
        let history = try history(of: instance.kind)
        func seconds(_ coreSeconds: Double) -> Double { coreSeconds / Double(max(1, threads)) }
        if let work, let ratio = history.ratios.median {
            return Estimate(
                seconds: seconds(ratio * work.coreSeconds(at: Self.anyRate)),
                bytes: work.bytes ?? history.bytes.median.map(Work.byteCount),
                checkpointBytes: work.checkpointBytes, origin: .runs(history.ratios.count))
        }
        if let work {
            let rate = measuredRate ?? self.rate()
            measuredRate = rate
            return Estimate(
                seconds: seconds(work.coreSeconds(at: rate)), bytes: work.bytes, checkpointBytes: work.checkpointBytes,
                origin: .arithmetic)
        }
        guard let pace = history.paces.median, let bytes = history.bytes.median else { return Estimate(origin: .unknown) }
        return Estimate(
            seconds: seconds(pace * size.passes), bytes: Work.byteCount(bytes), origin: .runsByImages(history.paces.count))
    }

    /// With what every program does before it works: its start, and reading the weights.
    private func started(_ work: Work) -> Work {
        var work = work
        work.seconds += 0.03 + sizes.model.loadSeconds
        return work
    }

    private mutating func history(of kind: StageKind) throws -> History {
        if let known = histories[kind.name] { return known }
        var history = History()
        for attempt in try sizes.store.pastAttempts(making: kind.makes, version: kind.algorithmVersion, limit: Self.attempts)
        where kind.made(attempt.artifact.recipe) {
            let size = try sizes.size(of: attempt.artifact.recipe)
            let coreSeconds = attempt.cost.seconds * Double(max(1, attempt.threads))
            if let work = kind.work { history.ratios.append(coreSeconds / started(work(size)).coreSeconds(at: Self.anyRate)) }
            history.paces.append(coreSeconds / size.passes)
            history.bytes.append(Double(attempt.artifact.bytes))
        }
        histories[kind.name] = history
        return history
    }
}

extension StageSize {
    /// Images, each counted as often as epochs go over it: a measure of work for kinds whose formula is not known. One for what
    /// has no images.
    fileprivate var passes: Double {
        let images = Double(max(1, self.images.values.reduce(0, +)))
        guard let epochs = parameters["epochs"]?.number else { return images }
        return images * max(1, epochs)
    }
}

extension [Double] {
    /// The value in the middle; nil for none.
    fileprivate var median: Double? { isEmpty ? nil : sorted()[count / 2] }
}
