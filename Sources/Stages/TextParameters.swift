import PromptLearning
import Tensors

/// How a stage that reads texts encodes them.
struct TextParameters: CheckedParameters, Hashable {
    static let source = "own choice"

    @Parameter(
        "What the text encoder's weights are multiplied in, forwards and backwards; bf16 needs AVX-512 BF16.",
        cameLater: true)
    var textPrecision = Precision.float32
}

extension Precision: ParameterChoice {}

extension StageKind {
    /// The parameter that says what texts are encoded in, of all kinds that read texts.
    public static let textPrecision = TextParameters.declared[0].name
}
