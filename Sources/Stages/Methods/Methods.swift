import ArtifactStore
import PromptLearning

/// Every method there is. What pipeline files may use, the commands of the programs and the decoders of learned weights
/// are derived from these lists: a new method is its folder and a line here.
public enum Methods {
    /// What learns.
    public static let learned: [any LearnedMethod.Type] = [
        CoOp.self, KgCoOp.self, CoCoOp.self, DPL.self, DAPL.self, ADCLIP.self, VPT.self, MaPLe.self, DualCoOp.self,
        ConditionalGAN.self, PromptRegressor.self, DualPath.self, PromptFlow.self,
    ]

    /// What classifies.
    public static let evaluations: [any EvaluationMethod.Type] = [
        ZeroShot.self, PromptEvaluation.self, GeneratorEvaluation.self, DPLEvaluation.self, DAPLEvaluation.self,
        ADCLIPEvaluation.self, VisionPromptEvaluation.self,
    ]

    /// What is imported in place of what is learned.
    public static let imports: [any ImportMethod.Type] = [PromptImport.self, GeneratorImport.self]

    public static let all: [any StageMethod.Type] = [ExtractStage.self, TorchExtraction.self] + learned + imports + evaluations

    /// The network that writes prompts out of some weights; nil where they are of a method that writes none.
    static func writer(of weights: LearnedParts) -> (any PromptGenerator.Type)? {
        weights.method == ImportStage.method
            ? GeneratorFile.writer(of: weights.tensors) : learned.first { $0.name == weights.method }?.writer
    }
}

extension StageKind {
    /// Every kind that a pipeline file can use.
    public static let all = Methods.all.map { $0.kind }
}
