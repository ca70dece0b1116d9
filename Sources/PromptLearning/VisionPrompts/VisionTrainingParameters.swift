/// How vision prompts are trained: what the methods share.
public protocol VisionTrainingParameters: DescentParameters {
    /// Random crops, mirrored every other time, as training sees images; else center views.
    var crops: Bool { get }
}

extension ParameterDescription<Bool> {
    static var crops: Self {
        Self("Whether training sees random crops of images, mirrored every other time; else what evaluation sees.")
    }
}

extension ParameterDescription<Int> {
    static var visionSeed: Self { seed("the order of images, the crops and random prompts") }
}
