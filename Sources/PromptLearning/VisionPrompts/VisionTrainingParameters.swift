/// How vision prompts are trained: what the methods share.
public protocol VisionTrainingParameters: DescentParameters {
    /// Random crops, mirrored every other time, as training sees images; else center views.
    var crops: Bool { get }
}
