import Tensors

/// How stochastic gradient descent moves what is learned: epochs at a constant low rate, then half a cosine.
public protocol DescentParameters: ScheduledParameters {
    var momentum: Double { get }
}

extension DescentParameters {
    var schedule: LearningRateSchedule {
        LearningRateSchedule(
            base: Float(learningRate), epochs: epochs, warmUp: .constant(Float(warmUpLearningRate)),
            warmUpEpochs: warmUpEpochs)
    }
}

/// What stochastic gradient descent is called in descriptions.
let gradientDescent = "stochastic gradient descent"

extension ParameterDescription<Int> {
    static var constantEpochs: Self {
        Self(
            "How many epochs at the start have the constant rate of the warm-up.", .within(0...counts.upperBound),
            unit: "epochs")
    }
}

extension ParameterDescription<Double> {
    static var momentum: Self { Self("The momentum of \(gradientDescent).", .belowOne) }
    static var constantRate: Self { Self("The learning rate during the warm-up.", .nonnegative) }
}
