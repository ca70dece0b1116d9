import Tensors

/// How often a learning rate moves on along its cosine.
public enum Pace: String, ParameterChoice {
    /// After every step, so that it falls and rises again every `epochs` steps: the released code of DAPL and AD-CLIP.
    case step
    /// After every epoch, so that it falls once.
    case epoch
}

extension LearningRateSchedule {
    /// The rate of one of an epoch's steps.
    func rate(epoch: Int, step: Int, of steps: Int, pace: Pace) -> Float {
        rate(epoch: pace == .step ? epoch * steps + step : epoch)
    }
}

extension ParameterDescription<Pace> {
    static var pace: Self { Self("What moves the learning rate on along its cosine: every step, or every epoch.") }
}
