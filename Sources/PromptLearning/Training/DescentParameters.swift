import Tensors

/// How stochastic gradient descent moves what is learned: epochs at a constant low rate, then half a cosine.
public protocol DescentParameters: ScheduledParameters {
    var momentum: Double { get }
}

extension DescentParameters {
    func checkDescent() throws(UnfitParameter) {
        try require(belowOne: "momentum", momentum)
        try checkSchedule()
    }

    var schedule: LearningRateSchedule {
        LearningRateSchedule(
            base: Float(learningRate), epochs: epochs, warmUp: .constant(Float(warmUpLearningRate)),
            warmUpEpochs: warmUpEpochs)
    }
}
