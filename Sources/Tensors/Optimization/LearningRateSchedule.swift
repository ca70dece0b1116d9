import Foundation

/// A learning rate per epoch: a warm-up, then half a cosine that would reach zero `epochs` after the warm-up's end.
///
/// Dassl's schedulers, which CoOp and SPG train with: the cosine starts where the warm-up ends and keeps its length, so the
/// last epochs do not reach zero.
public struct LearningRateSchedule: Hashable, Sendable {
    /// What the first epochs use.
    public enum WarmUp: Hashable, Sendable {
        /// One fixed rate.
        case constant(Float)
        /// The given rate in the first epoch, then epoch / warmUpEpochs of the base rate.
        case linear(from: Float)
    }

    public var base: Float
    public var epochs: Int
    public var warmUp: WarmUp
    public var warmUpEpochs: Int

    public init(base: Float, epochs: Int, warmUp: WarmUp, warmUpEpochs: Int) {
        self.base = base
        self.epochs = epochs
        self.warmUp = warmUp
        self.warmUpEpochs = warmUpEpochs
    }

    /// The rate of an epoch, counted from 0.
    public func rate(epoch: Int) -> Float {
        if epoch < warmUpEpochs {
            switch warmUp {
            case .constant(let rate): return rate
            case .linear(let first): return epoch == 0 ? first : base * Float(epoch) / Float(warmUpEpochs)
            }
        }
        let progress = Double(epoch - warmUpEpochs) / Double(epochs)
        return Float(0.5 * Double(base) * (1 + cos(Double.pi * progress)))
    }
}
