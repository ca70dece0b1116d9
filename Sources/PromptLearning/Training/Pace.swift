/// How often a learning rate moves on along its cosine.
public enum Pace: String, CaseIterable, Sendable {
    /// After every step, so that it falls and rises again every `epochs` steps: the released code of DAPL and AD-CLIP.
    case step
    /// After every epoch, so that it falls once.
    case epoch
}
