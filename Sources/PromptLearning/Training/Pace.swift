import Tensors

/// How often a learning rate moves on along its cosine.
public enum Pace: String, CaseIterable, Sendable {
    /// After every step, so that it falls and rises again every `epochs` steps: the released code of DAPL and AD-CLIP.
    case step
    /// After every epoch, so that it falls once.
    case epoch
}

extension LearningRateSchedule {
    /// The rate of one of an epoch's steps.
    /// - Parameter pace: the name of a `Pace`.
    func rate(epoch: Int, step: Int, of steps: Int, pace: String) -> Float {
        rate(epoch: pace == Pace.step.rawValue ? epoch * steps + step : epoch)
    }
}
