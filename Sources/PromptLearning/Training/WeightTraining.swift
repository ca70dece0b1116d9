import Tensors

/// What a training comes to: tensors by the names that the store keeps them under, and how well they classify the validation
/// images, from 0 to 1; nil where there are none.
public typealias TrainedWeights = (tensors: [String: Tensor], validationAccuracy: Double?)

/// A training whose result is named weights: a network, or vectors and what moves them.
public protocol WeightTraining: Training {
    associatedtype Parameters
    var parameters: Parameters { get }
    /// What its random numbers are drawn by.
    var seed: Int { get }
    /// Of the epoch that is kept.
    var weights: TrainedWeights { get }
}

extension WeightTraining where Parameters: ScheduledParameters {
    public var epochs: Int { parameters.epochs }
    public var seed: Int { parameters.seed }
}
